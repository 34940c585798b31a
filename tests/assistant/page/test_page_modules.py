"""The page's modules on their own, in the browser: offsets, markers, receipts, events."""

from collections.abc import Iterator
from typing import Any

import pytest
from pages import browsing, opened
from playwright.sync_api import Page
from serving import serving, town_in


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    home = tmp_path_factory.mktemp("modules")
    town_in(home).close()
    with browsing() as browser, serving(home) as server, opened(browser, server.url) as one:
        yield one


def called(page: Page, module: str, function: str, *arguments: object) -> Any:
    """What a function of a module of the page returns."""
    return page.evaluate(
        "async ([module, name, given]) => (await import(`/static/${module}.js`))[name](...given)",
        [module, function, list(arguments)],
    )


@pytest.mark.parametrize(
    "text", ["", "plain", "\U0001f600a\U0001f600", "e\u0301\u200b\u202eab", "\U0001d4b3" * 5 + "中文x", "a\U0010ffff"]
)
def test_offsets_in_characters_become_offsets_in_units(page, text):
    offsets = list(range(len(text) + 1))[::-1]
    units = [len(text[:offset].encode("utf-16-le")) // 2 for offset in offsets]

    assert called(page, "codepoints", "unitOffsets", text, offsets) == units
    assert called(page, "codepoints", "length", text) == len(text)


def test_text_is_shortened_between_characters(page):
    assert called(page, "codepoints", "shortened", "\U0001f600\U0001f600\U0001f600", 2) == "\U0001f600\U0001f600 …"
    assert called(page, "codepoints", "shortened", "\U0001f600\U0001f600", 2) == "\U0001f600\U0001f600"


def test_a_marker_within_a_quote_is_text_and_one_after_it_a_citation(page):
    quote = "\U0001f389 See [1] and [2] there."
    text = f"\U0001f389 See\n{quote} [1]"
    begin = text.index(quote)
    citation = {"number": 1, "answer_spans": [[0, 5], [begin, begin + len(quote)]]}
    first, second = called(page, "sentences", "answerLines", text, [citation])

    assert (first["lead"], second["lead"]) == (True, False)
    assert second["text"] == f"{quote} [1]"
    units = len(quote.encode("utf-16-le")) // 2
    assert second["markers"] == [{"start": units, "end": units + 4, "citation": citation}]


def test_several_markers_of_a_line_and_unknown_ones_are_kept_apart(page):
    citations = [{"number": 1, "answer_spans": [[0, 3]]}, {"number": 2, "answer_spans": [[0, 3]]}]
    (line,) = called(page, "sentences", "answerLines", "One [1] [2] [7]", citations)

    assert [(one["start"], one["end"], one["citation"]["number"]) for one in line["markers"]] == [(3, 7, 1), (7, 11, 2)]


def test_a_quote_of_several_lines_is_one_line_of_the_answer(page):
    text = "- the first\n  goes on [1]\nThe second. [2]"
    citations = [{"number": 1, "answer_spans": [[0, 21]]}, {"number": 2, "answer_spans": [[26, 37]]}]

    lines = called(page, "sentences", "answerLines", text, citations)

    assert [line["text"] for line in lines] == ["- the first\n  goes on [1]", "The second. [2]"]


@pytest.mark.parametrize(
    ("text", "standing", "start"),
    [
        ("\U0001f600 It held. It held.", "holds", 3),
        ("\U0001f600 Once more: It held. Then.", "moved", 14),
        ("\U0001f600 It broke.", "changed", 0),
    ],
)
def test_a_receipt_holds_has_moved_or_is_changed(page, text, standing, start):
    citation = {"start": 2, "end": 10, "quote": "It held.", "sha256": "a"}
    found = called(page, "receipt", "standing", {"text": text, "sha256": "a", "pages": []}, citation)

    assert (found["standing"], found["start"]) == (standing, start)


def test_events_are_read_however_they_are_cut(page):
    stream = (
        ': ping\r\n\r\nevent: start\r\ndata: {"a": "é\U0001f600"}\r\n\r\n'
        'event: sentence\ndata: {"b":\ndata: 1}\n\ndata: [2]\n\nevent: answer\ndata: {"cut'
    )
    found = page.evaluate(
        """async ([text]) => {
          const { serverEvents } = await import("/static/events.js");
          const bytes = new TextEncoder().encode(text);
          const lists = [];
          for (const step of [1, 3, 7, bytes.length]) {
            const body = new ReadableStream({ start(to) {
              for (let at = 0; at < bytes.length; at += step) to.enqueue(bytes.slice(at, at + step));
              to.close();
            }});
            const list = [];
            for await (const event of serverEvents(new Response(body))) list.push(event);
            lists.push(list);
          }
          return lists;
        }""",
        [stream],
    )
    expected = [
        {"event": "start", "data": {"a": "é\U0001f600"}},
        {"event": "sentence", "data": {"b": 1}},
        {"event": "message", "data": [2]},
    ]
    assert found == [expected] * 4


def test_only_addresses_of_the_web_are_followed(page):
    followed = [
        called(page, "words", "followable", url)
        for url in ("https://example.org/a", "javascript:alert(1)", "data:text/html,x", "x", None)
    ]

    assert followed == ["https://example.org/a", None, None, None, None]
