"""The page that verifies an answer: what a person gives it, and what it says of each sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pages import WIDTHS, ask, assert_nothing_is_wider, opened, serious, slowly
from playwright.sync_api import Browser, Page, expect
from serving import DAM, OPERA, TRAM, Server, serving, town_in

HOLDS, UNPROVEN, FAILS = "This answer holds", "This answer is not proven", "This answer does not hold"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("verify")
    town_in(home).close()
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def answer(server: Server) -> dict:
    with server.client() as client:
        return client.post("/api/ask", json={"question": TRAM}).json()


@contextmanager
def verifying(browser: Browser, server: Server, *, width: int = 1280, scheme: str = "light") -> Iterator[Page]:
    """The page, reached from the first one as a person reaches it."""
    with opened(browser, server.url, width=width, scheme=scheme) as page:
        page.get_by_role("link", name="Verify an answer").click()
        expect(page.get_by_role("button", name="Verify")).to_be_enabled()  # Once its script is there.
        yield page


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with verifying(browser, server) as one:
        yield one


def paste(page: Page, text: str) -> None:
    page.get_by_label("Or its text, pasted here").fill(text)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#result .waiting")).to_have_count(0)


def verdict(page: Page) -> str:
    return page.locator("#verdict").inner_text()


def test_an_answer_that_was_saved_on_the_page_holds_and_an_altered_one_does_not(browser, server, tmp_path):
    with opened(browser, server.url) as page:
        ask(page, TRAM)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save", exact=True).click()
        saved = Path(saving.value.path())
        assert saving.value.suggested_filename.startswith("answer-")
        page.goto(f"{server.url}/verify")

        page.get_by_label("The answer's file").set_input_files(saved)
        expect(page.locator("#verdict")).to_have_text(HOLDS)
        expect(page.locator(".checked-text")).to_contain_text(["35,000 crowns"])
        expect(page.locator(".checked .standing.holds").first).to_contain_text("tram: holds")
        expect(page.locator("#result")).to_contain_text("This server signed it.")

        forged = tmp_path / "forged.json"
        forged.write_text(saved.read_text(encoding="utf-8").replace("35,000", "36,000"), encoding="utf-8")
        page.get_by_label("The answer's file").set_input_files(forged)
        expect(page.locator("#verdict")).to_have_text(FAILS)
        expect(page.locator(".verdict li")).to_contain_text(["id", "signature"])
        expect(page.locator(".checked .standing.fails").first).to_contain_text("changed")
        expect(page.locator(".checked .standing.holds")).to_have_count(0)


def test_an_unsigned_answer_is_not_proven(page, answer):
    paste(page, json.dumps({key: value for key, value in answer.items() if key != "signature"}))

    assert verdict(page) == UNPROVEN
    expect(page.locator(".verdict")).to_contain_text("question and completeness are not proven (unsigned)")
    expect(page.locator("#live")).to_contain_text(UNPROVEN)


def test_a_sentence_that_was_added_or_changed_is_pointed_out_among_the_others(page, answer):
    added = "The mayor approved. "
    text = answer["text"].replace("cost 35,000", "cost 95,000") + "\n" + added
    paste(page, json.dumps(answer | {"text": text}))

    lines = page.locator(".checked li")
    expect(lines).to_contain_text(["35,000 crowns", "something else than its receipt", "it has no receipt"])
    expect(lines.nth(0).locator(".standing.holds")).to_be_visible()
    assert verdict(page) == FAILS


def test_a_file_can_be_dropped_on_the_frame(page, answer):
    dropped = page.evaluate_handle(
        """(text) => {
          const held = new DataTransfer();
          held.items.add(new File([text], "answer.json"));
          return held;
        }""",
        json.dumps(answer),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})

    expect(page.locator("#verdict")).to_have_text(HOLDS)


@pytest.mark.parametrize("question", [OPERA, "What articles do you have?", "What can you do?"])
def test_a_refusal_and_the_programs_own_words_hold_too(page, server, question):
    with server.client() as client:
        paste(page, client.post("/api/ask", json={"question": question}).text)

    assert verdict(page) == HOLDS
    expect(page.locator(".checked .standing")).to_have_text("in the program's own words: it quotes nothing")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is nothing to verify."),
        ("hello", "No JSON"),
        ("[]", "No answer: it is a list"),
        ("{}", "No answer: it has no list"),
        ('{"citations": [], "citations": []}', "stands twice"),
        ('{"citations": [NaN]}', "NaN is no number"),
        ("\x00\x01\x02", "No JSON"),
        ("[" * 50_000, "nested too deeply"),
        ("<b>bold</b>", "No JSON"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(page, text, said):
    paste(page, text)

    expect(page.get_by_role("alert")).to_contain_text(said)


def test_what_is_given_before_the_script_has_come_is_not_lost(browser, server, answer, tmp_path):
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(answer), encoding="utf-8")
    for given in ("pasted", "chosen"):
        with slowly(browser, f"{server.url}/verify", "verify.js") as (page, come):
            verify = page.get_by_role("button", name="Verify")
            if given == "pasted":
                page.get_by_label("Or its text, pasted here").fill(json.dumps(answer))
            else:
                page.get_by_label("The answer's file").set_input_files(saved)
            verify.click(force=True)
            expect(verify).to_be_disabled()
            come()
            if given == "pasted":
                verify.click()

            expect(page.locator("#verdict")).to_have_text(HOLDS)
            assert page.url == f"{server.url}/verify"


def test_a_file_larger_than_any_answer_is_not_read(page, tmp_path):
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * 2_000_000)

    page.get_by_label("The answer's file").set_input_files(huge)

    expect(page.get_by_role("alert")).to_contain_text("more than a million bytes")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_contain_text("more than a million bytes")


def test_a_completion_of_v1_is_taken_as_it_is(page, server):
    with server.client() as client:
        name = client.get("/v1/models").json()["data"][0]["id"]
        body = {"model": name, "messages": [{"role": "user", "content": DAM}]}
        completion = client.post("/v1/chat/completions", json=body).json()
    paste(page, json.dumps(completion))
    assert verdict(page) == HOLDS

    completion["choices"][0]["message"]["content"] = "No dam held."
    paste(page, json.dumps(completion))
    expect(page.get_by_role("alert")).to_contain_text("The reply around the answer says something else than the answer")


def test_markup_in_an_answer_is_shown_as_text(page, answer):
    paste(page, json.dumps(answer | {"question": "<img src=x onerror=alert(1)>", "text": "<script>alert(1)</script>"}))

    expect(page.locator(".question")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("#result img, #result script").count() == 0


def test_the_verdict_is_reached_and_the_page_left_by_the_keyboard(page, answer):
    page.get_by_label("Or its text, pasted here").fill(json.dumps(answer))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_focused()
    assert page.locator("#verdict").evaluate("(one) => getComputedStyle(one).outlineStyle") == "none"

    page.get_by_role("link", name="Ask the articles").click()

    expect(page.locator("#question")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_axe_finds_nothing_serious(browser, server, axe, answer, width, scheme):
    with server.client() as client:
        refusal = client.post("/api/ask", json={"question": OPERA}).json()
        dam = client.post("/api/ask", json={"question": DAM}).json()
    with verifying(browser, server, width=width, scheme=scheme) as page:
        assert serious(page, axe) == []
        unsigned = {key: value for key, value in dam.items() if key != "signature"}
        for given in (answer, refusal, unsigned, dam | {"text": "x" * 300}, {"citations": "y" * 300}):
            paste(page, json.dumps(given))
            assert_nothing_is_wider(page)
            assert serious(page, axe) == []
