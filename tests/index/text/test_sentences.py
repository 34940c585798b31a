"""Sentences carry their own offsets, and no character of a text is ever lost."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.sentences import split_sentences
from index.text.structure import is_heading

PIECES = [
    *"Dr. Mr. U.S. e.g. No. 5 3.14 He it said “Yes.” (so) » ' . ?! … ... behind.Encourage".split(),
    *"。 ！ 」 改革 日本語 한국".split(),
    *(" ", "  ", "\n", "\n\n", "\t", "\r", "\u2028", "\u00a0", '"', "\u200b", "🙂", "e\u0301"),
    *("# H", "- ", "1. ", "> q", "| a |", "x" * 70),
]
PROSE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
"""Texts out of the pieces that decide where a sentence ends."""


def sentences_of(text):
    return [text[s.start : s.end] for s in split_sentences(text)]


@given(st.one_of(st.text(max_size=300), PROSE))
@example("")
@example(" \n ")
@example("." * 50)
@example("\n# a\n\n- b\n1) c")
def test_sentences_are_ordered_and_stripped_and_lose_no_character(text):
    sentences = split_sentences(text)

    end = 0
    for sentence in sentences:
        piece = text[sentence.start : sentence.end]
        assert end <= sentence.start < sentence.end <= len(text)
        assert piece == piece.strip()
        assert not any(map(str.isalnum, text[end : sentence.start]))
        end = sentence.end
    assert not any(map(str.isalnum, text[end:]))


@given(st.lists(st.sampled_from(["The same line.", "The same line.", "A word"]), max_size=20))
def test_repeated_sentences_each_have_their_own_place(lines):
    text = " ".join(lines)

    starts = [s.start for s in split_sentences(text)]

    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("What? Yes! Fine.", ["What?", "Yes!", "Fine."]),
        ("Dr. Smith met Mr. Wang. They spoke.", ["Dr. Smith met Mr. Wang.", "They spoke."]),
        ("J. R. Smith agrees. So do I.", ["J. R. Smith agrees.", "So do I."]),
        ("The firm Bolt Inc. of Ohio grew. It hires.", ["The firm Bolt Inc. of Ohio grew.", "It hires."]),
        ("They left the U.S. It was late.", ["They left the U.S.", "It was late."]),
        ("The U.S. economy grew.", ["The U.S. economy grew."]),
        ("Some, e.g. the mayor, left, i.e. went.", ["Some, e.g. the mayor, left, i.e. went."]),
        ("See No. 5 and Fig. 2 for it.", ["See No. 5 and Fig. 2 for it."]),
        ("On Jan. 5 it froze. On 6 May it thawed.", ["On Jan. 5 it froze.", "On 6 May it thawed."]),
        ("It met at 3 p.m. on Monday.", ["It met at 3 p.m. on Monday."]),
        ("It shut at 9 p.m. The owner left.", ["It shut at 9 p.m.", "The owner left."]),
        ("By J. Hale and Ann B. Reed. The end.", ["By J. Hale and Ann B. Reed.", "The end."]),
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text, expected):
    assert sentences_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Carrots hold vitamin A. Sailors need them.", ["Carrots hold vitamin A.", "Sailors need them."]),
        ("We chose Plan B. It was cheaper.", ["We chose Plan B.", "It was cheaper."]),
        ("See java.lang.Object for it. Done.", ["See java.lang.Object for it.", "Done."]),
        ("Der Umzug ist am 21. Juli in Lind. Er ist frei.", ["Der Umzug ist am 21. Juli in Lind.", "Er ist frei."]),
        ("Man baut z.B. Häuser. Gut.", ["Man baut z.B. Häuser.", "Gut."]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("هل هو هنا؟ نعم هو هنا.", ["هل هو هنا؟", "نعم هو هنا."]),
        ("It opened.[2] It shut.[^3] It fell.¹ Gone.", ["It opened.[2]", "It shut.[^3]", "It fell.¹", "Gone."]),
        ("**First cause.** The pump stopped. Gone.", ["**First cause.** The pump stopped.", "Gone."]),
        ("- **Day 2.** You meet us.", ["- **Day 2.** You meet us."]),
        ("**It opened.** Then _it shut._ Gone.", ["**It opened.**", "Then _it shut._", "Gone."]),
    ],
)
def test_letters_ordinals_scripts_and_notes_are_told_from_ends(text, expected):
    assert sentences_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It cost $3.14 million in all.",
        "Growth was 1,234.5 percent.",
        "Version 2.0.1 came out.",
        "Go to example.org now.",
    ],
)
def test_a_point_inside_a_number_or_an_address_does_not_end_a_sentence(text):
    assert sentences_of(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “We won.” Then he left.", ["He said “We won.”", "Then he left."]),
        ('He said "We won." Then he left.', ['He said "We won."', "Then he left."]),
        ("(It ended.) [Then it began.] Done.", ["(It ended.)", "[Then it began.]", "Done."]),
        ("“Is it?” he asked. “No.”", ["“Is it?” he asked.", "“No.”"]),
    ],
)
def test_quotes_and_brackets_close_with_their_sentence(text, expected):
    assert sentences_of(text) == expected


def test_a_sentence_goes_on_after_dots_that_leave_something_out():
    assert sentences_of("No... maybe not. Well… perhaps.") == ["No... maybe not.", "Well… perhaps."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("改革很重要。我们要继续！为什么？", ["改革很重要。", "我们要继续！", "为什么？"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("会议；结束。", ["会议；", "结束。"]),
    ],
)
def test_chinese_sentences_end_without_a_space(text, expected):
    assert sentences_of(text) == expected


def test_a_full_stop_without_a_space_after_it_ends_a_sentence():
    text = "We must not fall behind.Encourage the cities."

    assert sentences_of(text) == ["We must not fall behind.", "Encourage the cities."]


def test_text_wrapped_by_hand_has_sentences_that_cross_lines():
    text = (
        "The river rose by three metres in the night and flooded the old\n"
        "market hall near the harbour. Nobody was hurt, but the stalls of\n"
        "eleven traders were washed away. The dam above the town held all\n"
        "through the night.\n"
    )

    sentences = sentences_of(text)

    assert [s.split()[0] for s in sentences] == ["The", "Nobody", "The"]
    assert "\n" in sentences[0]


def test_lines_that_were_not_wrapped_are_paragraphs():
    assert sentences_of("A short line\nAnother short line\n") == ["A short line", "Another short line"]


def test_headings_and_list_items_and_quotations_stand_alone():
    text = "# Heading\nText here. More.\n\n- one\n- two. With two.\n1. first\n2) second\n> said\n| a | b |\n"

    expected = "# Heading/Text here./More./- one/- two./With two./1. first/2) second/said/| a | b |"
    assert sentences_of(text) == expected.split("/")


def test_only_markdown_headings_are_headings():
    assert is_heading("## The plan")
    assert not any(map(is_heading, ["#hashtag", "The plan", "####### seven"]))


@pytest.mark.parametrize(
    "junk", ["." * 40_000 + "a", "a." * 40_000, '" ' * 40_000, "\n" + " " * 40_000 + "a", "。" * 40_000]
)
def test_junk_does_not_take_for_ever(junk):
    # A row of 30,000 dots once took 15 seconds.
    started = time.process_time()

    split_sentences(junk)

    assert time.process_time() - started < 2
