"""The page shows the pages of a PDF as pictures, the quote of a citation marked where it stands on them."""

from collections.abc import Iterator

import pytest
from documents import Line, column, pdf
from pages import WIDTHS, ask, assert_nothing_is_wider, opened, serious
from playwright.sync_api import Page, expect
from serving import TRAM, Server, serving, town_in

QUESTION = "What did the ferry of Brennholm cost?"
QUOTE = "The ferry of Brennholm cost 81,000 crowns."
FERRY = pdf(
    column("The ferries of the northern sound are old.", "Their owner is the county."),
    [*column("Nobody knows their number."), Line(QUOTE, 400, x=150)],
    column("The sound is deep."),
    info={"Title": "Ferries of the sound"},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("pages")
    town = town_in(home)
    (town.folder / "ferry.pdf").write_bytes(FERRY)
    town.add()
    town.close()
    with serving(home) as running:
        yield running


def open_page(page: Page) -> None:
    """Ask, open the citation, and turn to the page."""
    ask(page, QUESTION)
    page.locator(".cite").first.click()
    expect(page.locator("#article mark")).to_have_text(QUOTE)
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator(".page-picture rect")).to_be_in_viewport()


def test_a_citation_says_its_page_and_the_page_has_the_quote_marked_where_it_stands(browser, server):
    with opened(browser, server.url) as page:
        open_page(page)

        expect(page.locator("p.receipt")).to_contain_text("The quote stands here to the letter: page 2, characters")
        image = page.get_by_role("img", name=f"Page 2 of 3, the quote marked: {QUOTE}")
        assert image.evaluate("(one) => one.naturalWidth") == 1200
        picture, box = image.bounding_box(), page.locator(".page-picture rect").bounding_box()
        assert (box["x"] - picture["x"]) / picture["width"] == pytest.approx(150 / 612, abs=0.01)
        assert (box["y"] + box["height"] / 2 - picture["y"]) / picture["height"] == pytest.approx(
            1 - 403 / 792, abs=0.01
        )


def test_pages_are_turned_from_the_keyboard_up_to_the_last(browser, server):
    with opened(browser, server.url) as page:
        open_page(page)
        place, following = page.locator(".page-tools .which"), page.get_by_role("button", name="Next page")

        following.focus()
        page.keyboard.press("Enter")
        expect(place).to_have_text("Page 3 of 3")
        expect(page.locator(".page-picture rect")).to_have_count(0)
        expect(following).to_have_attribute("aria-disabled", "true")
        expect(following).to_be_focused()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Previous page").click()
        expect(place).to_have_text("Page 2 of 3")
        expect(page.locator(".page-picture rect")).to_have_count(1)


def test_the_text_is_a_press_away_and_the_choice_is_kept(browser, server):
    with opened(browser, server.url) as page:
        open_page(page)
        page.locator(".cite").last.click()

        expect(page.locator(".page-picture rect")).to_be_in_viewport()
        page.get_by_role("button", name="Text", exact=True).click()
        expect(page.locator("#article mark")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Text", exact=True)).to_have_attribute("aria-pressed", "true")


def test_an_article_without_pages_has_its_text_alone(browser, server):
    with opened(browser, server.url) as page:
        open_page(page)
        ask(page, TRAM)
        page.locator(".turn").last.locator(".cite").last.click()

        expect(page.locator("#article mark")).to_be_in_viewport()
        expect(page.locator(".article-views")).to_have_count(0)
        assert "page" not in page.locator("p.receipt").inner_text()


def test_a_page_that_cannot_be_drawn_is_told_and_tried_again(browser, server):
    with opened(browser, server.url) as page:
        error = {"code": "page_not_drawn", "message": "page 2 cannot be drawn", "remedy": "read the text", "type": "x"}
        page.route("**/picture*", lambda route: route.fulfill(status=404, json={"error": error}))
        ask(page, QUESTION)
        page.locator(".cite").first.click()
        page.get_by_role("button", name="Page 2").click()
        expect(page.locator("#article .failure")).to_contain_text("Page 2 cannot be drawn.")

        page.unroute("**/picture*")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".page-picture rect")).to_be_in_viewport()
        expect(page.locator("#article .failure")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_no_wider_than_the_window(browser, server, axe, width, scheme):
    with opened(browser, server.url, width=width, scheme=scheme) as page:
        open_page(page)

        assert serious(page, axe) == []
        assert_nothing_is_wider(page)
