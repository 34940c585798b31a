"""Articles added and removed on the page, where the server allows it."""

from collections.abc import Iterator

import pytest
from pages import WIDTHS, ask, assert_nothing_is_wider, opened, serious
from playwright.sync_api import Page, expect
from serving import DAM, Server, serving, town_in

REGATTA = b"---\ntitle: The <b>regatta</b>\npublisher: Gull Press\n---\n\nThe crew of the Petrel won the regatta.\n"
QUESTION = "Who won the regatta?"


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    town_in(tmp_path).close()
    with serving(tmp_path, "--allow-upload") as running:
        yield running


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with opened(browser, server.url) as one:
        yield one


def add(page: Page, *files: tuple[str, bytes]) -> None:
    """Choose files in the list of articles, and wait until something came of it."""
    chosen = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    page.get_by_label("Add articles").set_input_files(chosen)
    expect(page.locator(".outcome")).to_be_visible()
    expect(page.locator(".article-list")).to_be_visible()


def test_an_article_is_added_answered_from_and_removed(page):
    page.get_by_role("button", name="3 articles").click()
    add(page, ("regatta.md", REGATTA), ("empty.txt", b""))

    expect(page.locator(".outcome > p")).to_have_text("1 article added, 1 file not added.")
    expect(page.locator(".outcome li").first).to_have_text("Added regatta.md")
    expect(page.locator(".outcome li").last).to_contain_text("Not added empty.txt: The file is empty")
    expect(page.get_by_role("button", name="4 articles")).to_be_visible()
    expect(page.locator(".article-facts")).to_contain_text("4 articles from 3 publishers")
    expect(page.locator(".article-list .source-title")).to_contain_text(["The mayor", "The <b>regatta</b>"])

    ask(page, QUESTION)
    expect(page.locator(".lines")).to_contain_text("The crew of the Petrel won the regatta.")
    page.locator(".cite").first.click()
    expect(page.locator("#article mark")).to_have_text("The crew of the Petrel won the regatta.")

    page.get_by_role("button", name="4 articles").click()
    page.get_by_label("Remove The <b>regatta</b>").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".article-list li")).to_have_count(4)
    page.get_by_label("Remove The <b>regatta</b>").click()
    page.get_by_role("button", name="Remove", exact=True).click()

    expect(page.locator(".outcome")).to_have_text("Removed: The <b>regatta</b>")
    expect(page.locator(".article-list li")).to_have_count(3)
    page.locator(".cite").first.click()
    expect(page.locator(".receipt.gone")).to_be_visible()


def test_a_file_that_cannot_be_read_is_refused_in_words(page):
    page.get_by_role("button", name="3 articles").click()
    add(page, ("report.png", b"PNG"))

    expect(page.locator(".outcome > p")).to_have_text("Nothing was added.")
    expect(page.locator(".outcome li")).to_contain_text("'report.png' cannot be read")
    expect(page.locator(".article-list li")).to_have_count(3)


def test_a_file_that_cannot_be_read_rejects_no_other(page):
    page.get_by_role("button", name="3 articles").click()
    add(page, ("report.png", b"PNG"), ("regatta.md", REGATTA), ("regatta-copy.md", REGATTA))

    expect(page.locator(".outcome > p")).to_have_text("1 article added, 1 article known already, 1 file not added.")
    expect(page.locator(".outcome .file-status")).to_have_text(["Not added", "Added", "Known already"])


def test_files_are_sent_as_many_at_a_time_as_the_server_takes(page):
    page.get_by_role("button", name="3 articles").click()
    add(page, *((f"note-{number}.txt", f"Note {number} tells of day {number}.".encode()) for number in range(43)))

    expect(page.locator(".outcome > p")).to_have_text("43 articles added.")
    expect(page.get_by_role("button", name="46 articles")).to_be_visible()


def test_files_can_be_dropped_anywhere_on_the_page(page):
    dropped = page.evaluate_handle(
        """(text) => {
          const held = new DataTransfer();
          held.items.add(new File([text], "regatta.md"));
          return held;
        }""",
        REGATTA.decode(),
    )
    page.dispatch_event("#thread", "dragover", {"dataTransfer": dropped})
    expect(page.locator("body.dropping")).to_be_visible()
    page.dispatch_event("#thread", "drop", {"dataTransfer": dropped})
    expect(page.locator("body.dropping")).to_have_count(0)

    expect(page.locator(".outcome > p")).to_have_text("1 article added.")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_with_its_form_fits_and_axe_finds_nothing_serious(browser, server, axe, width):
    with opened(browser, server.url, width=width, scheme="dark") as page:
        page.get_by_role("button", name="3 articles").click()
        add(page, ("regatta.md", REGATTA), (f"{'long' * 19}.txt", b""))
        assert_nothing_is_wider(page)
        assert serious(page, axe) == []
        page.get_by_label("Remove The mayor resigns").click()
        expect(page.get_by_role("dialog", name="Remove this article?")).to_be_visible()
        assert serious(page, axe) == []


def test_a_server_that_takes_no_articles_offers_no_form(browser, tmp_path):
    town_in(tmp_path).close()
    with serving(tmp_path) as closed, opened(browser, closed.url) as page:
        page.get_by_role("button", name="3 articles").click()
        expect(page.locator(".article-list li")).to_have_count(3)

        expect(page.get_by_label("Add articles")).to_have_count(0)
        expect(page.get_by_title("Remove")).to_have_count(0)
        ask(page, DAM)
