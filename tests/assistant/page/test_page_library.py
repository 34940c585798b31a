"""The library on the page: sorted, filtered, searched; articles read wide and side by side."""

import re
from collections.abc import Iterator

import pytest
from pages import WIDTHS, ask, assert_nothing_is_wider, opened, serious
from playwright.sync_api import Page, expect
from serving import DAM, TRAM, Server, serving, town_in

BOTH = f"{DAM[:-1]} and {TRAM[0].lower()}{TRAM[1:]}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("page-library")
    made = town_in(home)
    made.write("notes.txt", "The tram stops here. Trams are red.\n\n# Of trams\n\nNo tram runs at night.\n")
    made.add()
    made.close()
    with serving(home) as running:
        yield running


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with opened(browser, server.url) as one:
        yield one


def titles(page: Page):
    return page.locator(".article-list .source-title")


def test_articles_are_sorted_and_filtered(page):
    page.click("#articles-button")
    expect(titles(page)).to_have_count(4)
    expect(page.locator(".lacks").filter(has_text="no date, no publisher")).to_have_count(1)

    page.locator("#library-sort").select_option("Newest first")
    expect(titles(page).last).to_have_text("Of trams")
    page.locator("#library-publisher").select_option("Valley Post")
    expect(titles(page)).to_have_text(["A tram for the valley"])
    expect(page.locator(".list-count")).to_have_text("1 article of 4.")
    page.locator("#library-publisher").select_option("All")
    page.locator("#library-kind").select_option("Text")
    expect(titles(page)).to_have_count(1)
    page.locator("#library-kind").select_option("All")

    field = page.get_by_label("Search the articles")
    field.fill("mayor")
    expect(titles(page)).to_have_text(["The mayor resigns"])
    expect(field).to_be_focused()


def test_an_article_is_tagged_and_found_by_its_tag(page):
    page.click("#articles-button")
    page.get_by_role("button", name="Change the tags of The mayor resigns").click()
    page.get_by_label("Tags of The mayor resigns").fill("politics, <b>2021</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".tag")).to_have_text(["<b>2021</b>", "politics"])

    page.locator("#library-tag").select_option("politics")
    expect(titles(page)).to_have_text(["The mayor resigns"])
    page.get_by_role("button", name="Change the tags of The mayor resigns").click()
    page.get_by_label("Tags of The mayor resigns").fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".tag")).to_have_count(0)


def test_a_search_over_all_texts_marks_its_hits_there_and_in_the_article(page):
    page.click("#articles-button")
    page.get_by_label("Search the articles").fill("tram")
    page.locator("#library-where").select_option("all of the text")
    expect(page.locator(".list-count")).to_contain_text("passages with these words")
    hits = page.locator(".article-list .excerpt mark")
    assert {text.lower() for text in hits.all_inner_texts()} == {"tram", "trams"}

    page.locator(".passage").filter(has_text="red").get_by_role("button").click()
    marks = page.locator("#article .article-text mark")
    expect(marks).to_have_text(["tram", "Trams", "trams", "tram"])
    expect(page.locator(".which")).to_have_text("1 of 4")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".which")).to_have_text("2 of 4")
    expect(page.locator("mark.now")).to_have_text("Trams")

    page.get_by_role("button", name="All articles", exact=True).click()
    expect(page.get_by_label("Search the articles")).to_have_value("tram")


def test_what_is_left_out_around_a_hit_is_shown_by_dots(page):
    passage = {"article_id": "quay", "title": "Quay", "start": 0}
    found = []
    for text in ("Lamps burn.", f"{'Ropes lie here. ' * 20}Lamps burn.", f"Lamps burn.{' Ropes lie here.' * 30}"):
        at = text.index("Lamps")
        one = passage | {"text": text, "hits": [[at, at + 5]]}
        found.append(
            page.evaluate(
                "async ([one]) => (await import('/static/text_search.js')).passageRow(one).querySelector('.excerpt p')"
                ".innerText",
                [one],
            )
        )

    assert [(text.startswith("… "), text.endswith(" …")) for text in found] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert all("Lamps" in text for text in found)


def test_arrows_turn_the_sources_and_w_widens_the_article(page):
    ask(page, BOTH)
    page.get_by_role("button", name="Source 1:").first.click()
    expect(page.locator(".which")).to_have_text(re.compile("Quote 1 of"))

    page.keyboard.press("ArrowRight")
    expect(page.locator(".which")).to_have_text(re.compile("Quote 2 of"))
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".which")).to_have_text(re.compile("Quote 1 of"))
    page.keyboard.press("w")
    expect(page.locator("#chat")).to_be_hidden()
    expect(page.get_by_role("button", name="Wide")).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("Escape")
    expect(page.locator("#chat")).to_be_visible()
    expect(page.locator("#article")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#article")).to_be_hidden()


def test_the_sources_of_an_answer_are_read_side_by_side(page, server):
    ask(page, BOTH)
    page.locator(".cite").first.click()
    page.get_by_role("button", name="Side by side").click()

    columns = page.locator(".beside-column")
    expect(columns).to_have_count(2)
    expect(columns.locator("mark").first).to_be_visible()
    for column in columns.all():
        expect(column.locator("mark").first).to_be_in_viewport()
    marked = {"".join(column.locator("mark").all_text_contents()) for column in columns.all()}
    assert any("35,000 crowns" in text for text in marked)
    page.keyboard.press("Escape")
    expect(page.locator("#article")).to_be_visible()


def test_the_palette_finds_commands_conversations_and_articles(page):
    ask(page, DAM)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Conversation, article or command")
    expect(field).to_be_focused()
    field.fill("mayor")
    expect(page.get_by_role("option").first).to_have_text("The mayor resigns" + "Article")
    page.keyboard.press("Enter")
    expect(page.locator("#article-title")).to_have_text("The mayor resigns")

    page.keyboard.press("Control+k")
    field.fill("which dam")
    expect(page.get_by_role("option").filter(has_text="Conversation")).not_to_have_count(0)
    field.fill("new question")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()

    page.keyboard.press("Control+k")
    field.fill("no such words at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The articles", exact=True)).to_be_visible()
    expect(page.locator(".list-count")).to_have_text("No passage has these words.")


def test_a_slash_goes_to_the_question_and_a_question_mark_shows_the_keys(page):
    page.locator("#theme").focus()
    page.keyboard.press("/")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value("")
    page.keyboard.type("a/b?")
    expect(page.get_by_label("Your question")).to_have_value("a/b?")

    page.locator("#theme").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_button_shows_the_help_too(page):
    page.get_by_role("button", name="Help").click()

    shown = page.get_by_role("dialog", name="Help")
    expect(shown.get_by_role("link", name="Verify an answer")).to_be_visible()
    expect(shown.locator("kbd").first).to_have_text("/")


def test_the_buttons_of_a_conversation_do_not_cover_its_title(page):
    ask(page, "Which dam held when the river rose by three metres and the town had to be left?")
    row = page.locator(".conversation").first
    row.hover()
    title = row.locator(".conversation-title").bounding_box()
    for button in row.locator(".tool").all():
        box = button.bounding_box()
        assert box["y"] >= title["y"] + title["height"] - 2


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_all_fits_and_axe_finds_nothing_serious(browser, server, axe, width, scheme):
    def check(state: str) -> None:
        assert_nothing_is_wider(page, state)
        assert serious(page, axe) == [], state

    with opened(browser, server.url, width=width, scheme=scheme) as page:
        page.click("#articles-button")
        titles(page).first.wait_for()
        check("library")
        page.get_by_label("Search the articles").fill("tram")
        page.locator("#library-where").select_option("all of the text")
        page.locator(".passage").first.wait_for()
        check("search")
        page.locator(".passage").first.get_by_role("button").click()
        page.locator("mark.now").wait_for()
        check("hits")
        page.click("#article-close")
        ask(page, BOTH)
        page.locator(".cite").first.click()
        page.get_by_role("button", name="Side by side").click()
        page.locator(".beside-column mark").first.wait_for()
        check("side by side")
        page.keyboard.press("Escape")
        page.click("#article-close")
        page.locator("#palette-button").click()
        page.get_by_role("option").first.wait_for()
        check("palette")
        page.keyboard.press("Escape")
        page.locator("#theme").focus()
        page.keyboard.press("?")
        check("keys")
