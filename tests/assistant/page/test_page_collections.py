"""The page of a server with several collections: one is chosen, and all that is shown follows it."""

import json
from collections.abc import Iterator

import pytest
from island import FERRY, both, island_in
from pages import WIDTHS, ask, assert_nothing_is_wider, conversation_of, opened, serious
from playwright.sync_api import Page, expect
from serving import TRAM, Server, serving, town_in

LONG = "The minutes of the harbour commission and of its committees, 1987 to 2024"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("page-collections")
    town_in(home).close()
    island_in(home / "island").close()
    third = ("--index", f"{LONG}={home / 'island' / 'index'}")
    with serving(home, *both(home), *third, "--allow-upload") as running:
        yield running


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with opened(browser, server.url) as one:
        yield one


def choose(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Collection", exact=True).select_option(name)
    expect(page.locator("#collection-heading")).to_have_text(f"The collection {name}")


def opened_conversation(page: Page, id_: str) -> None:
    page.locator(f'.conversation a[data-id="{id_}"]').click()
    expect(page.locator(".turn").first).to_be_visible()


def test_there_is_no_choice_where_there_is_one_collection(browser, tmp_path):
    town_in(tmp_path).close()
    with serving(tmp_path) as server, opened(browser, server.url) as page:
        expect(page.locator("#collection-heading")).to_have_text("The collection")
        expect(page.locator("#collection-field")).to_be_hidden()
        ask(page, TRAM)

        expect(page.locator(".conversation-facts")).to_have_count(1)
        expect(page.locator(".conversation-facts .only-several")).to_be_hidden()


@pytest.mark.parametrize(("collection", "words"), [("index", "35,000 crowns"), ("island", "7 crowns")])
def test_what_a_citation_in_another_chat_leads_to_is_the_article_with_its_quote_marked(
    browser, server, collection, words
):
    body = {"model": collection, "messages": [{"role": "user", "content": TRAM}]}
    with server.client() as client:
        completion = client.post("/v1/chat/completions", json=body).json()
    (citation, *_) = completion["receipts"]["citations"]
    annotation = completion["choices"][0]["message"]["annotations"][0]

    with opened(browser, annotation["url_citation"]["url"]) as page:
        expect(page.locator("#article mark").first).to_be_in_viewport()
        marked = "".join(page.locator("#article mark").all_text_contents())

        assert words in marked
        assert marked == citation["quote"]
        expect(page.locator(".receipt")).to_contain_text("The quoted characters are marked")
        page.click("#article-close")
        ask(page, TRAM)
        expect(page.locator(".lines")).to_contain_text(words)


def test_what_is_chosen_is_asked_and_shown(page):
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("index")
    expect(page.locator("#collection-heading")).to_have_text("The collection index")

    choose(page, "island")

    expect(page.locator("#status")).to_contain_text("2 articles from Gull Press")
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("island: 2 articles")
    ask(page, TRAM)
    expect(page.locator(".lines")).to_contain_text("7 crowns")
    page.locator(".cite").first.click()
    expect(page.locator("#article mark")).to_contain_text("7 crowns")
    page.get_by_role("button", name="2 articles").click()
    expect(page.locator(".article-list .source-title")).to_have_text(["The ferry", "A tram"])
    expect(page.locator(".conversation").first).to_contain_text("1 question, island")


def test_turning_to_another_collection_begins_a_new_conversation_without_filters(page):
    ask(page, TRAM)
    page.click("#filters-button")
    page.get_by_role("checkbox", name="Valley Post").check()
    page.fill("#filter-after", "2019-01-01")
    page.click("#filters-button")

    choose(page, "island")

    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#filters-words")).to_have_text("All articles")
    expect(page.locator(".choice")).to_have_text(["Gull Press"])
    ask(page, FERRY)
    expect(page.locator(".lines")).to_contain_text("at nine")


def test_a_conversation_that_is_opened_brings_its_collection_back(page, server):
    choose(page, "island")
    ask(page, FERRY)
    of_island = conversation_of(page)
    choose(page, "index")
    ask(page, TRAM)
    of_town = conversation_of(page)

    opened_conversation(page, of_island)

    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("island")
    expect(page.locator("#collection-heading")).to_have_text("The collection island")
    ask(page, "On which days does it sail?")
    page.locator(".cite").last.click()
    expect(page.locator("#article mark")).to_contain_text("Mondays")
    page.go_back()
    expect(page).to_have_url(f"{server.url}/#c={of_town}")
    expect(page.locator(".lines")).to_contain_text("35,000 crowns")
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("index")
    page.goto(f"{server.url}/#c={of_island}")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("island")


def test_the_address_keeps_the_choice(page, server):
    choose(page, "island")
    assert page.url == f"{server.url}/#in=island"

    page.reload()
    expect(page.locator("#status")).to_contain_text("2 articles")
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("island")
    page.go_back()

    expect(page.locator("#status")).to_contain_text("3 articles")
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_have_value("index")


def test_an_address_of_a_collection_that_is_not_there_shows_the_first(browser, server):
    with opened(browser, f"{server.url}/#in=moon") as page:
        expect(page.locator("#collection-heading")).to_have_text("The collection index")
        ask(page, TRAM)

        expect(page.locator(".lines")).to_contain_text("35,000 crowns")


def test_the_keyboard_chooses_too(page):
    page.get_by_role("combobox", name="Collection", exact=True).focus()
    page.keyboard.press("ArrowDown")

    expect(page.locator("#collection-heading")).to_have_text("The collection island")
    expect(page.get_by_role("combobox", name="Collection", exact=True)).to_be_focused()


def test_articles_go_to_the_chosen_collection(page):
    choose(page, "island")
    page.get_by_role("button", name="2 articles").click()
    data = b"# The regatta\n\nThe crew of the Petrel won the regatta.\n"
    page.get_by_label("Add articles").set_input_files(
        [{"name": "regatta.md", "mimeType": "text/plain", "buffer": data}]
    )

    expect(page.locator(".outcome > p")).to_have_text("1 article added.")
    expect(page.get_by_role("button", name="3 articles")).to_be_visible()
    page.get_by_label("Remove The regatta").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".article-list .source-title")).to_have_text(["The ferry", "A tram"])


def each_state(page: Page) -> Iterator[str]:
    """The states that a choice of collections adds to the page."""
    expect(page.locator("#collection-field")).to_be_visible()
    yield "empty"
    choose(page, LONG)
    yield "a collection with a long name"
    ask(page, TRAM)
    yield "answer"
    if page.locator("#open-conversations").is_visible():
        page.click("#open-conversations")
    expect(page.locator(".conversation").first).to_contain_text(LONG)
    yield "conversations"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser, server, width):
    with opened(browser, server.url, width=width) as page:
        for state in each_state(page):
            assert_nothing_is_wider(page, state)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1600, "dark"), (360, "dark"), (360, "light")])
def test_axe_finds_nothing_serious(browser, server, axe, width, scheme):
    with opened(browser, server.url, width=width, scheme=scheme) as page:
        for state in each_state(page):
            found = serious(page, axe)
            assert found == [], f"{state}: {json.dumps(found, indent=1)}"


def test_all_collections_are_asked_at_once_each_with_its_own_articles(page, server):
    page.get_by_label("Ask all collections").check()
    page.fill("#question", TRAM)
    page.keyboard.press("Enter")
    turns = page.locator(".turn")
    expect(turns).to_have_count(3)
    expect(turns.last.locator(".tools")).to_be_visible()

    expect(turns.nth(0).locator(".lines")).to_contain_text("35,000 crowns")
    expect(turns.nth(1).locator(".lines")).to_contain_text("7 crowns")
    expect(turns.nth(1).locator(".scope")).to_contain_text("Of the collection island")
    turns.nth(1).locator(".cite").first.click()
    expect(page.locator("#article mark").first).to_contain_text("7 crowns")
    turns.nth(0).locator(".cite").first.click()
    expect(page.locator("#article mark").first).to_contain_text("35,000 crowns")

    page.get_by_label("Ask all collections").uncheck()
    ask(page, TRAM)
    expect(turns).to_have_count(4)
    id_ = conversation_of(page)
    with server.client() as client:
        assert len(client.get(f"/api/conversations/{id_}").json()["messages"]) == 2


@pytest.mark.parametrize("width", [360, 420, 768, 1280])
def test_below_the_question_each_choice_stands_on_one_line(browser, server, width):
    with opened(browser, server.url, width=width) as page:
        for words in page.locator("#filters-button, .everywhere, #send").all():
            assert words.bounding_box()["height"] < 45
        box, send = page.locator(".box").bounding_box(), page.locator("#send").bounding_box()
        assert send["x"] + send["width"] < box["x"] + box["width"]
        assert_nothing_is_wider(page)


def test_the_line_below_a_conversations_title_is_shown_whole(browser, server):
    for width in (360, 1280):
        with opened(browser, server.url, width=width) as page:
            ask(page, TRAM)
            if width == 360:
                page.get_by_role("button", name="Conversations").click()
            facts = page.locator(".conversation-facts").first
            facts.hover()
            expect(facts).to_contain_text("index")
            assert facts.evaluate("(one) => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")
