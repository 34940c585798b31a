"""The page in a real browser: how the other tests of it open one, and what holds in every state it can be in."""

import json
from collections.abc import Callable, Iterator

import pytest
from pages import WIDTHS, ask, assert_nothing_is_wider, opened, serious
from playwright.sync_api import Page, expect
from serving import OPERA, TRAM, Server, serving, town_in

KEY_NEEDED = {"error": {"code": "key_needed", "message": "no key was sent", "remedy": "send one", "type": "x"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("page")
    town_in(home).close()
    with serving(home) as running:
        yield running


def each_state(page: Page, check: Callable[[str], None]) -> None:
    """Bring the page into each of its states and check it there."""
    check("empty")
    page.click("#browse")
    page.locator(".article-list li").first.wait_for()
    check("list of articles")
    page.click("#article-close")
    ask(page, TRAM)
    check("answer")
    page.locator(".cite").first.click()
    expect(page.locator("#article mark")).to_be_in_viewport()
    check("article")
    page.click("#article-close")
    ask(page, OPERA)
    check("refusal")
    page.get_by_label("Bad answer").last.click()
    page.click("#filters-button")
    expect(page.locator("form.reasons")).to_be_visible()
    check("form for a reason, and filters")
    page.click("#filters-button")
    if page.locator("#open-conversations").is_visible():
        page.click("#open-conversations")
    row = page.locator(".conversation").first
    row.hover()
    check("conversations")
    row.get_by_title("Rename").click()
    check("renaming")
    page.keyboard.press("Escape")
    row.hover()
    row.get_by_title("Delete").click()
    check("question whether to delete")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # On a narrow page the list lies over the chat.
    each_trouble(page, check)


def each_trouble(page: Page, check: Callable[[str], None]) -> None:
    """Bring the page into the states of an answer that does not come, and check it there."""
    page.route("**/api/ask", lambda route: route.abort())
    page.fill("#question", TRAM)
    page.keyboard.press("Enter")
    expect(page.locator(".failure")).to_be_visible()
    check("failure")
    page.unroute("**/api/ask")
    page.route("**/api/ask", lambda route: None)  # Never answered.
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".waiting")).to_be_visible()
    check("waiting")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".stopped")).to_be_visible()
    check("stopped")
    page.route("**/api/status", lambda route: route.fulfill(status=401, json=KEY_NEEDED))
    page.reload()
    expect(page.get_by_role("dialog")).to_be_visible()
    check("question for a key")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser, server, width):
    with opened(browser, server.url, width=width) as page:
        each_state(page, lambda state: assert_nothing_is_wider(page, state))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_serious(browser, server, axe, width, scheme):
    def check(state: str) -> None:
        found = serious(page, axe)
        assert found == [], f"{state}: {json.dumps(found, indent=1)}"

    with opened(browser, server.url, width=width, scheme=scheme) as page:
        each_state(page, check)


def test_axe_would_find_a_button_without_a_name(browser, server, axe):
    with opened(browser, server.url) as page:
        page.evaluate("document.querySelector('#theme').removeAttribute('aria-label')")
        page.evaluate("document.querySelector('#theme').removeAttribute('title')")
        page.evaluate(axe)

        found = page.evaluate("axe.run().then((result) => result.violations)")

    assert "button-name" in {one["id"] for one in found}


def test_the_page_asks_nothing_of_any_other_machine(browser, server):
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    expect(page.locator("#status")).to_contain_text("3 articles")
    ask(page, TRAM)
    context.close()

    assert asked
    assert {url for url in asked if not url.startswith((server.url, "data:"))} == set()


def test_a_dark_system_gets_a_dark_page_and_a_choice_stays(browser, server):
    paper = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, server.url, scheme="dark") as page:
        assert page.evaluate(paper) == "rgb(22, 22, 21)"

        page.get_by_role("button", name="Light page").click()
        page.reload()

        expect(page.get_by_role("button", name="Dark page")).to_be_visible()
        assert page.evaluate(paper) == "rgb(251, 250, 247)"
