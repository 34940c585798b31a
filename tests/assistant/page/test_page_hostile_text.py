"""Text from articles and people in the page: shown to the letter, never run, and marked at the right characters."""

from collections.abc import Iterator

import pytest
from pages import ask, assert_the_quote_is_marked, conversation_of, opened
from playwright.sync_api import expect
from serving import Server, serving, town_in

ATTACK = "<img src=x onerror=hit=1><svg onload=hit=2>"
QUOTE = f"The ferry carries 212 passengers to Gull Island 🚢 {ATTACK} each day."
SAND = "Sand 🏝 and shells 🐚 lie there.\n\n" * 60
FERRY = f"""---
title: The ferry {ATTACK}
published: 2021-05-05
publisher: Gull {ATTACK} Press
url: javascript:hit=3
---
😀👩‍👩‍👧 {ATTACK} & &amp; 𝔄 b.

# Of 🏝 and boats

{SAND}
{QUOTE} Its bell rings at noon.
"""
FERRY_QUESTION = "How many passengers does the ferry carry to Gull Island?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("hostile")
    made = town_in(home)
    made.write("ferry.txt", FERRY)
    made.add()
    made.close()
    with serving(home) as running:
        yield running


@pytest.fixture
def page(browser, server):
    """The page; after the test nothing has become an element and nothing has run."""
    with opened(browser, server.url) as one:
        scripts = one.locator("script").count()
        yield one
        assert one.locator("img").count() == 0
        assert one.locator("script").count() == scripts
        assert one.evaluate("window.hit") is None


def test_an_articles_html_is_text_and_the_quote_after_emoji_is_marked_to_the_character(page, server):
    ask(page, FERRY_QUESTION)
    with server.client() as client:
        answer = client.get(f"/api/conversations/{conversation_of(page)}").json()["messages"][0]["answer"]
        article = client.get("/api/articles/ferry").json()
    citation = answer["citations"][0]
    assert citation["article_id"] == "ferry"
    assert ATTACK in citation["quote"]
    assert ATTACK in article["title"]
    expect(page.locator(".lines").first).to_contain_text(ATTACK)

    page.locator(".cite").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(ATTACK)
    page.locator(".cite").first.click()

    assert_the_quote_is_marked(page, server, citation)
    expect(page.locator("#article-title")).to_have_text(article["title"])
    expect(page.locator(".article-facts")).to_contain_text(ATTACK)
    expect(page.locator(".article-text p").first).to_contain_text(ATTACK)
    expect(page.locator(".receipt")).to_contain_text("The quote stands here to the letter")


def test_an_address_that_would_run_a_script_is_no_link(page):
    page.click("#browse")
    page.locator(".article-list").get_by_text("The ferry").click()
    expect(page.locator(".article-text")).to_be_visible()

    expect(page.locator("#article a")).to_have_count(0)


def test_a_question_a_title_and_a_reason_are_text_too(page):
    question = f"Which dam held? {ATTACK}"
    ask(page, question)
    expect(page.locator(".question")).to_have_text(question)
    expect(page.locator("a[aria-current] .conversation-title")).to_contain_text("Which dam held? <img src=x")

    page.get_by_label("Good answer").click()
    page.get_by_label("What was good about it?").fill(ATTACK)
    page.get_by_role("button", name="Save the reason").click()
    expect(page.locator(".reason")).to_have_text(ATTACK)
    page.reload()

    expect(page.locator(".reason")).to_have_text(ATTACK)
    expect(page.locator(".question")).to_have_text(question)


def test_no_script_of_the_page_makes_html_of_text_or_names_another_machine(repository):
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser", " style=")
    for path in sorted((repository / "assistant" / "service" / "static").rglob("*.*")):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert [words for words in (*forbidden, "http://", "https://") if words in text] == [], path.name
