"""The lines of an answer: items of a list, headings of parts, tables that go on, quotes that are no obstacle."""

from collections.abc import Iterator

import pytest
from pages import ask, opened
from playwright.sync_api import Page, expect
from serving import DAM, Server, serving, town_in

STEPS = """To moor:
1. Furl the **mizzen**.
2) Drop the kedge (the small one)
   off the bow.
- “Ahoy” is called.

Then rest."""
FLAT = "To moor: 1. Furl the mizzen. 2) Drop the kedge (the small one) off the bow. “Ahoy” is called. Then rest."
DRAWN = """async ([text, citations, headed]) => {
  const { answerDrawn } = await import("/static/answer_text.js");
  const { visible } = await import("/static/markdown.js");
  const { answerLines } = await import("/static/sentences.js");
  const button = ({ number }) => Object.assign(document.createElement("button"), { textContent: ` #${number}` });
  return answerDrawn(answerLines(text, citations), button, headed).map((one) => [one.localName, visible(one)]);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("lines")
    town_in(home).close()
    with serving(home) as running:
        yield running


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with opened(browser, server.url) as one:
        yield one


def cited(number: int, quote: str, start: int, said: str, *parts: str) -> dict:
    named = [{"index": place, "question": part} for place, part in enumerate(parts)]
    return {"number": number, "quote": quote, "answer_spans": [[start, start + len(said)]], "parts": named}


def lines(page: Page, text: str, *citations: dict, headed: bool = False) -> list[list[str]]:
    return page.evaluate(DRAWN, [text, list(citations), headed])


def items(page: Page, said: str, quote: str) -> list[str]:
    return [text for _, text in lines(page, f"{said} [1]", cited(1, quote, 0, said))]


def test_items_of_a_quoted_list_stand_on_lines_of_their_own_with_the_marker(page):
    after = [
        "Furl the mizzen. #1",
        "Drop the kedge (the small one) off the bow. #1",
        "“Ahoy” is called. #1",
        "Then rest. #1",
    ]

    assert items(page, FLAT, STEPS) == ["To moor: #1", *after]
    assert items(page, f"Published 2031-04-05: {FLAT}", STEPS) == ["Published 2031-04-05: #1", "To moor: #1", *after]
    numbers = page.evaluate(
        """async ([text, quote]) => {
          const { itemByItem } = await import("/static/items.js");
          const line = { text, markers: [{ start: text.length, end: text.length, citation: { quote } }], lead: false };
          return itemByItem(line).map((one) => [one.text, one.markers[0].start === one.text.length]);
        }""",
        [FLAT, STEPS],
    )
    assert [one for one, _ in numbers][1:3] == ["1. Furl the mizzen.", "2) Drop the kedge (the small one) off the bow."]
    assert all(at_the_end for _, at_the_end in numbers)


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("The kedge is small. It holds.", "The kedge is small.\nIt holds."),  # Lines, but no list.
        ("1. Furl the jib. 2. Rest.", "1. Furl the mizzen.\n2. Rest."),  # Another text than the quote.
        ("2. Rest. 1. Furl it.", "1. Furl it.\n2. Rest."),
        ("1. Furl it.", "1. Furl it."),
    ],
)
def test_what_is_no_list_to_the_letter_stays_one_line(page, said, quote):
    assert len(items(page, said, quote)) == 1


def test_the_parts_of_a_question_stand_above_what_answers_them(page):
    text = "The barge leaks. [1]\nThe skiff is new. [2]\nBoth are grey. [3]"
    both = [
        cited(1, "The barge leaks.", 0, "The barge leaks.", "barge"),
        cited(2, "The skiff is new.", 21, "The skiff is new.", "the skiff"),
        cited(3, "Both are grey.", 43, "Both are grey.", "barge", "the skiff"),
    ]

    assert lines(page, text, *both, headed=True) == [
        ["h3", "Barge"],
        ["div", "The barge leaks. #1"],
        ["h3", "The skiff"],
        ["div", "The skiff is new. #2"],
        ["h3", "Barge · the skiff"],
        ["div", "Both are grey. #3"],
    ]
    assert [name for name, _ in lines(page, text, *both)] == ["div"] * 3


@pytest.mark.parametrize("width", [360, 1440])
def test_the_quote_stays_away_when_escape_gives_the_focus_back(browser, server, width):
    with opened(browser, server.url, width=width) as page:
        ask(page, DAM)
        cite, tip = page.locator(".cite").last, page.get_by_role("tooltip")
        cite.hover()
        expect(tip).to_be_visible()
        cite.click()
        expect(page.locator("#article mark").first).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator("#article")).to_be_hidden()
        expect(cite).to_be_focused()
        expect(tip).to_be_hidden()

        page.mouse.move(1, 400)
        cite.hover()
        expect(tip).to_be_visible()
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(cite).to_be_focused()
        expect(tip).to_be_visible()


def test_the_quote_covers_nothing_above_the_chat_and_takes_no_click(page):
    ask(page, DAM)
    page.locator(".cite").first.hover()
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    bar = page.locator(".bar").bounding_box()
    assert box["y"] >= bar["y"] + bar["height"]
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('#tip')", middle) is None

    page.mouse.move(*middle)
    page.wait_for_timeout(500)
    expect(tip).to_be_visible()  # It can be read with the pointer over it.
    page.mouse.down()
    expect(tip).to_be_hidden()


def test_a_table_that_goes_on_shows_it_at_its_edge(browser, server):
    with opened(browser, server.url, width=360) as page:
        wide = "| " + " | ".join(f"quay number {n}" for n in range(9)) + " |"
        layers, on = page.evaluate(
            """async ([text]) => {
              const { rowsDrawn } = await import("/static/markdown.js");
              const made = rowsDrawn([{ text, replaced: [] }]);
              document.querySelector(".thread").append(made);
              return [getComputedStyle(made).backgroundAttachment, made.scrollWidth > made.clientWidth];
            }""",
            [wide],
        )
        assert on
        assert layers == "local, local, scroll, scroll"
