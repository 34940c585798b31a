"""What a reader of the page does not see is in no article's text; what he sees stays to the letter."""

import time

import pytest

from index.text.formats.blobs import without_blobs
from index.text.formats.characters import clean, spelt_out
from index.text.formats.hidden import without_hidden
from index.text.formats.text import visible_markdown

BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAUA" + "k3Yz9QpL+7vXc2/TbN5Rf8WmJ1sGhD4eKuAo6ViCxZyEqMtP0a" * 12
HEXADECIMAL = "0f9e8d7c6b5a49382716" * 20


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Open <!-- not --> daily.", "Open daily."),
        ("One.\n\n<!--\nTwo.\n\nThree.\n-->\n\nFour.", "One.\n\n\nFour."),
        ("It has ~~nine~~ ten rooms.", "It has ten rooms."),
        ("It has <del>nine</del> ten rooms.", "It has ten rooms."),
        ("It has <S class='x'>nine</S> ten rooms.", "It has ten rooms."),
        ("- ~~milk~~\n- bread\n", "- bread\n"),
        ("- [ ] <s>milk</s>\n- [x] bread\n", "- [x] bread\n"),
        ("<div style='color: red; display : none'>a <div>b</div> c</div>Seen.", "Seen."),
        ('<p hidden>Not.</p>\n\n<p title="the hidden door">Seen.</p>', '\n<p title="the hidden door">Seen.</p>'),
        ("<span style='font-size:0'>Not.</span> Seen.", "Seen."),
        ("<span style='opacity:0.9'>Seen.</span>", "<span style='opacity:0.9'>Seen.</span>"),
        ("<span style='text-decoration: red line-through'>Nine.</span> Ten.", "Ten."),
        ("<p style='position:absolute; left:-9999px'>Nine.</p>Ten.", "Ten."),
        ("It costs ~nine~ ten crowns.", "It costs ten crowns."),
        ("From ~5 to ~6 km, 10~20, H~2~O, a~b", "From ~5 to ~6 km, 10~20, H~2~O, a~b"),
        ("<script>if (a < b) alert('x')</script>Seen.", "Seen."),
        ("[//]: # (a note to the editor)\nSeen.", "Seen."),
        ("<div hidden>Not.\n\nSeen.", "\nSeen."),
        ("<details hidden><summary>Not.</summary>Nor this.</details>Seen.", "Seen."),
        ("<details style='display:none'>Not.<details>Nor this.</details></details>Seen.", "Seen."),
        ("<details open>Seen.</details>", "\nSeen.\n"),
        ("A <!-- that never ends.", "A <!-- that never ends."),
        ("Two ~~ tildes ~~ alone.", "Two ~~ tildes ~~ alone."),
        ("~~Not across\n\nparagraphs~~", "~~Not across\n\nparagraphs~~"),
        ("`<!-- code -->` and ``~~a~~``", "`<!-- code -->` and ``~~a~~``"),
        ("```html\n<!-- code -->\n~~a~~\n```\n", "```html\n<!-- code -->\n~~a~~\n```\n"),
        ("~~~\n<s>code</s>\n```\n~~~\n<s>not</s>Seen.", "~~~\n<s>code</s>\n```\n~~~\nSeen."),
        ("> ```\n> <s>code</s>\n> ```", "> ```\n> <s>code</s>\n> ```"),
        (r"\~~seen~~ and x<y and a>b", r"\~~seen~~ and x<y and a>b"),
        ("About ~5 or ~~~7", "About ~5 or ~~~7"),
    ],
)
def test_hidden_and_struck_text_is_left_out_of_markdown(written, seen):
    assert without_hidden(written) == seen


def test_a_summary_becomes_a_bold_line_above_its_details():
    text = without_hidden("<details>\n<summary>Is it <b>open</b>?</summary>\n\nDaily.\n\n</details>")

    assert [line for line in text.split("\n") if line] == ["**Is it open?**", "Daily."]


@pytest.mark.parametrize(
    "text",
    [
        f"![map](data:image/png;base64,{BASE64})\n",
        f"![map][m]\n\n[m]: data:image/png;base64,{BASE64} 'the map'\n",
        f'<img alt="map" src="data:image/png;base64,{BASE64}">\n',
        f"<img src='DATA:image/jpeg;base64,{BASE64}'/>",
        f"{BASE64}\n",
        f"Key: {HEXADECIMAL}\n",
        "\n".join(BASE64[at : at + 64] for at in range(0, len(BASE64), 64)) + "==\n",
        "> " + "\n> ".join(BASE64[at : at + 64] for at in range(0, 512, 64)) + "\n",
        f"-----BEGIN RSA PRIVATE KEY-----\n{BASE64[:64]}\n{BASE64[64:90]}\n-----END RSA PRIVATE KEY-----\n",
        f"![dot](data:image/svg+xml;charset=utf-8,{'%3Csvg%20x' * 40})",
    ],
)
def test_embedded_data_is_no_text(text):
    left = visible_markdown(f"The map shows Orm.\n\n{text}\n\nIt is old.\n")

    assert left.startswith("The map shows Orm.\n\n")
    assert left.endswith("\n\nIt is old.\n")
    assert len(left) < 120
    assert not any(BASE64[at : at + 30] in left for at in range(0, 300, 10))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 500,
        "改革" * 300,
        "GATTACA" * 60,
        "https://example.org/" + "the-long-way-to-the-old-harbour/" * 10,
        "index/text/formats/" * 20,
        "metadata: title, date",
        "0123456789" * 30,
        "getTheNameOfTheHarbour" * 10,
    ],
)
def test_long_words_and_addresses_are_text(text):
    assert without_blobs(text) == text


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("a\x1b]8;;http://x\x07link\x1b]8;;\x07 b", "alink b"),
        ("pass\u200bword\u2060\ufeff", "password"),
        ("a\u202egnp.exe\u202c b", "agnp.exe b"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200dwidth\u200cjoin", "zerowidthjoin"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧 ❤\ufe0f", "👩\u200d👧 ❤\ufe0f"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("a\u2028b\x0cc\x85d\r\ne\rf", "a\nb\nc\nd\ne\nf"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_characters_that_are_not_seen_are_removed(written, seen):
    assert clean(written) == seen


HOSTILE = [
    "~~a ", "<!--", "<del>", "<p hidden>", '<a "', "<a b='", "``` ", "`", "\n", " \n", "~", "<details>", "<summary>",
    "```\n\n", "~~~\n```\n", "[a", "[a]: #", "data:", "data:a/b;c=d", "data:a/b;", "aB3", "-----BEGIN A-----",
    "\u200d", "\x1b]", "\x1b[0", "\ufe0fa", "<s>a</s>", "~~a~~ ", "- ~~a~~\n", "aB3" * 20 + "\n", "<img src=''>",
    "<div style='", "\\~",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_whatever_is_repeated(piece):
    def seconds(characters: int) -> float:
        text = piece * (characters // len(piece)) + "<~~"
        times = []
        for _ in range(2):
            begun = time.process_time()
            visible_markdown(clean(text))
            times.append(time.process_time() - begun)
        return min(times)

    # Quadratic time would be sixteen times as long; the floor keeps the clock's grain out of it.
    assert seconds(60_000) < 9 * max(seconds(15_000), 0.005)


def test_time_grows_with_the_length_when_marks_nest():
    begun = time.process_time()

    without_hidden("<summary>" * 30_000 + "</summary>" * 30_000 + "<s>" * 30_000 + "</s>" * 30_000)

    assert time.process_time() - begun < 3


def test_what_is_not_seen_of_a_name_is_spelt_out():
    assert spelt_out("a\x1b[31m\nb\u202e.md") == "a%1B[31m%0Ab%202E.md"
