"""Markdown on the page: drawn as elements that hold every character of the text, the quote marked to the letter."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import ask, assert_nothing_is_wider, browsing, marked, opened, serious
from playwright.sync_api import Page, expect
from serving import Server, serving, town_in

TIDES = """---
title: The tide mill
publisher: Gull Press
---

# The tide mill

## Hours

The mill of **Sandwick** turns twice a day, see [the plan](https://example.org/plan) and `mill.log`.

| Day | Opens | Fee |
|---|---|---|
| Monday | 08:15 | 3 crowns |
| Friday | | 5 crowns |

1. Ring the bell.
2. Wait for the miller.
   - He is slow.

> The mill was never sold.

```sh
mill --turn
```
"""
DRAWN = """async ([text, start, end]) => {
  const { drawn } = await import("/static/markdown.js");
  const made = drawn(text, { marks: end > start ? [{ start, end, kind: "quote" }] : [] });
  return [
    made.textContent,
    [...made.querySelectorAll("mark")].map((one) => one.textContent).join(""),
    [...new Set([...made.querySelectorAll("*")].map((one) => one.localName))],
    [...made.querySelectorAll("a")].map((one) => one.href),
  ];
}"""
ELEMENTS = set(
    "a blockquote code del div em h3 h4 h5 h6 hr li mark ol p pre s span strong table tbody td th thead tr ul".split()
)
PIECES = st.sampled_from(
    [
        *("# ", "## ", "- ", "* ", "1. ", "2) ", "> ", "| ", " | ", "|---|---|\n", "|", "---\n", "===\n", "```\n", "`"),
        *("**", "*", "_", "~~", "[", "](", ")", "](https://example.org/a)", "<b>", "<script>", "<!-- ", "-->", "&amp;"),
        *("\\", "\n", "\n\n", "  ", "    ", "\t", "\r\n", "[1]", "![", "word", "Wort 12", "中文。", "\U0001f600"),
        *("e\u0301", "\u202e", "\0", "https://example.org", "javascript:alert(1)", "a@b.org", "[x]: y"),
        "| a | b |\n|:-:|---|\n| c |\n",
    ]
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("markdown")
    made = town_in(home)
    made.write("tides.md", TIDES)
    made.add()
    made.close()
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def page(server) -> Iterator[Page]:
    with browsing() as one, opened(one, server.url) as page:
        yield page


def assert_to_the_letter(page: Page, text: str, start: int, end: int) -> None:
    """All of the text is in the elements, all of `text[start:end]` in marks, and nothing else is made of it."""
    first, last = (len(text[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in (start, end))
    shown, within, names, links = page.evaluate(DRAWN, [text, first, last])
    assert shown == text
    assert within == text[start:end]
    assert set(names) <= ELEMENTS
    assert all(link.startswith(("http://", "https://")) for link in links)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=25), places=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_any_text_is_drawn_to_the_letter_with_its_quote_marked(page, pieces, places):
    text = "".join(pieces)
    start, end = sorted(int(place * len(text)) for place in places)

    assert_to_the_letter(page, text, start, end)


def test_every_article_of_the_default_collection_is_drawn_to_the_letter(page, repository):
    articles = sorted((repository / "index" / "articles").glob("*.md"))
    assert articles
    for article in articles:
        text = article.read_text(encoding="utf-8")
        for place in range(0, len(text) - 80, max(80, len(text) // 12)):
            assert_to_the_letter(page, text, place, place + 80)


def test_the_elements_are_those_of_markdown(page):
    _, _, names, links = page.evaluate(DRAWN, [TIDES, 0, 0])

    assert {"h3", "h4", "table", "th", "ol", "ul", "li", "blockquote", "pre", "code", "strong", "a"} <= set(names)
    assert links == ["https://example.org/plan"]


def test_an_empty_cell_keeps_the_columns_apart(page):
    cells = page.evaluate(
        """async ([text]) => {
          const { drawn } = await import("/static/markdown.js");
          return [...drawn(text).querySelectorAll("tr")].map((row) => row.children.length);
        }""",
        [TIDES],
    )
    assert cells == [3, 3, 3]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("see **bold** and [words](https://example.org/x)", "see bold and words"),
        ("see [1] and [the note][x]", "see [1] and [the note][x]"),
        ("2 \\* 3 <b>is</b> a_b_c", "2 * 3 <b>is</b> a_b_c"),
        ("    indented words", "indented words"),
        ("| Monday | **08:15** |", "Monday · 08:15"),
    ],
)
def test_what_is_seen_lacks_the_marks_and_nothing_else(page, text, seen):
    shown = page.evaluate("async ([text]) => (await import('/static/markdown.js')).plain(text)", [text])

    assert shown == seen


def test_a_row_of_a_table_is_a_table_in_the_answer_and_marked_in_the_article(page, server, axe):
    ask(page, "When does the tide mill open on Monday?")
    answer = page.locator(".turn").last
    expect(answer.locator(".lines td").filter(has_text="3 crowns")).to_be_visible()
    assert "|" not in answer.locator(".lines").inner_text()

    answer.locator(".lines .cite").last.click()
    _, within = marked(page)
    assert within.startswith("| ")
    expect(page.get_by_role("columnheader", name="Day")).to_be_visible()
    expect(page.locator("#article-title")).to_have_text("The tide mill")
    assert page.locator("#article h3").first.is_hidden()  # It says what the title says.
    assert_nothing_is_wider(page)
    assert serious(page, axe) == []
