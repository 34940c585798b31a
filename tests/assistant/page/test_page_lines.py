"""The lines of an answer: items of a list, headings of parts, tables that go on, quotes that are no obstacle."""

from collections.abc import Iterator

import pytest
from pages import ask, opened
from playwright.sync_api import Page, expect
from serving import DAM, Server, serving, town_in

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
