"""What the page shows and says while an answer comes, when it is stopped, and when it does not come whole."""

import json
import re
from collections.abc import Iterator

import pytest
from pages import ask, opened, slowly
from playwright.sync_api import Page, expect
from serving import DAM, TRAM, Server, serving, town_in

TWO_PARTS = f"{DAM[:-1]} and {TRAM[0].lower()}{TRAM[1:]}"
SENTENCE = {"index": 0, "text": "The dam held. [1]", "citations": []}
ERROR = {"code": "x", "message": "the model stopped", "remedy": "try later", "type": "server_error"}


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gives a sentence of an answer every 0.7 seconds."""
    home = tmp_path_factory.mktemp("troubles")
    town_in(home).close()
    with serving(home, "--seconds", 0.7, command=("-m", "eval.lab.load.slow_answerer")) as running:
        yield running


@pytest.fixture
def page(browser, slow) -> Iterator[Page]:
    with opened(browser, slow.url) as one:
        yield one


def begin(page: Page, question: str) -> None:
    """Ask and wait for nothing."""
    page.fill("#question", question)
    page.keyboard.press("Enter")


def answering(page: Page, *events: tuple[str, object], cut: int = 0) -> None:
    """Answer the next questions with these events, the last characters left out."""
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    whole = body[: len(body) - cut]
    page.route("**/api/ask", lambda route: route.fulfill(content_type="text/event-stream", body=whole))


def test_a_screen_reader_is_told_each_sentence_once_and_where_the_answer_ends(page):
    begin(page, TWO_PARTS)
    expect(page.locator(".lines p").first).to_be_visible()
    expect(page.locator(".answer")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".tools")).to_be_visible()
    expect(page.locator(".answer")).not_to_have_attribute("aria-busy", "true")

    said = page.locator("#live p").all_text_contents()

    assert said[0] == "Searching the articles."
    assert [line for line in said if "Oldwater held" in line] == ["The dam at Oldwater held."]
    assert not any(re.search(r"\[\d+\]", line) for line in said)
    assert said[-1] == "End of the answer, 2 sources."


def test_a_stopped_answer_keeps_what_arrived_and_is_in_no_conversation(page):
    begin(page, TWO_PARTS)
    expect(page.locator(".lines p").first).to_be_visible()
    expect(page.locator("#hint")).to_have_text("Esc stops the answer")
    page.keyboard.press("Escape")

    expect(page.locator("#hint")).to_contain_text("Enter sends")
    expect(page.locator(".stopped")).to_contain_text("what had arrived is above")
    assert page.locator(".lines p").count() >= 1
    assert "#c=" not in page.url

    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tools")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    page.wait_for_url(re.compile("#c="))


def test_a_server_that_has_too_much_to_do_is_told_with_how_long_to_wait(page):
    busy = {"code": "busy", "message": "12 questions wait", "remedy": "ask again in a moment", "type": "overloaded"}
    page.route(
        "**/api/ask",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, json={"error": busy}),
        times=1,
    )
    begin(page, DAM)

    told = page.get_by_role("alert").locator("p")
    expect(told).to_have_text(["12 questions wait.", "Ask again in a moment. Wait 2 seconds first."])

    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tools")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_server_that_is_only_starting_is_asked_again(page):
    starting = {"code": "starting", "message": "the server is opening its index", "remedy": "wait", "type": "x"}
    page.route("**/api/status", lambda route: route.fulfill(status=503, json={"error": starting}), times=2)
    page.reload()

    expect(page.locator("#status")).to_have_text("The server is opening its index. Wait.")
    expect(page.locator("#status")).to_contain_text("3 articles")


def test_an_error_in_the_middle_of_an_answer_keeps_what_arrived(page):
    answering(page, ("sentence", SENTENCE), ("error", {"error": ERROR}))
    begin(page, DAM)

    expect(page.get_by_role("alert")).to_contain_text("The model stopped.")
    expect(page.locator(".lines")).to_contain_text("The dam held.")


def test_an_answer_that_breaks_off_is_no_answer(page):
    answering(page, ("sentence", SENTENCE), ("answer", {"status": "answered"}), cut=12)
    begin(page, DAM)

    expect(page.get_by_role("alert")).to_contain_text("broke off")
    expect(page.locator(".tools")).to_have_count(0)


def test_a_conversation_that_is_opened_while_an_answer_comes_stops_it(page):
    ask(page, DAM)
    first = page.url
    page.get_by_role("button", name="New question").click()
    begin(page, TRAM)
    page.goto(first)

    expect(page.locator(".question")).to_have_text([DAM])
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.locator(".failure, .stopped")).to_have_count(0)


def test_a_question_that_is_typed_before_the_script_has_come_is_not_lost(browser, slow):
    with slowly(browser, slow.url, "app.js") as (page, come):
        page.fill("#question", DAM)
        page.locator("#send").click(force=True)
        expect(page.locator("#send")).to_be_disabled()
        come()
        page.locator("#send").click()

        expect(page.locator(".turn .question")).to_have_text([DAM])


def test_asking_nothing_says_what_to_do_until_something_is_written(page):
    hint = page.locator("#hint")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(hint).to_be_visible()
        expect(hint).to_have_text("Write a question first")
        expect(page.locator("#live")).to_have_text("Write a question first.")
        expect(page.get_by_label("Your question")).to_be_focused()
        page.keyboard.type("Who")
        expect(hint).to_have_text("Enter sends, Shift+Enter begins a line")
        page.fill("#question", "")
