"""What stands under an answer: how likely it is, how a model's sentences were judged, and what can be done with it."""

import json
import re
from collections.abc import Iterator

import pytest
from pages import ask, conversation_of, opened, serious
from playwright.sync_api import Page, expect
from serving import DAM, OPERA, Server, assistant, serving, town_in

from eval.cases.case_file import load_gold

OVERLOOKED = "The dam at Oldwater held."
JUDGED = {
    "sentences": [
        {"text": "The **dam** held.", "cited": [1], "fate": "kept", "score": 0.97, "support": "quoted", "reason": None}
        | {"article_id": "river"},
        {"text": "It stands.", "cited": [], "fate": "marked", "score": 0.81, "support": "paraphrased", "reason": None}
        | {"article_id": "river"},
        {"text": "It cost 99 crowns.", "cited": [1], "fate": "dropped", "score": 0.02, "support": None}
        | {"reason": "no passage states 99", "article_id": "river"},
    ],
    "left_out": [],
    "degraded_reason": None,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    made = tmp_path_factory.mktemp("answers")
    town_in(made).close()
    return made


@pytest.fixture(scope="module")
def server(home) -> Iterator[Server]:
    with serving(home, "--allow-share") as running:
        yield running


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    with opened(browser, server.url) as one:
        yield one


def stored(page: Page, server: Server) -> dict:
    """The last message of the conversation that is shown."""
    with server.client() as client:
        return client.get(f"/api/conversations/{conversation_of(page)}").json()["messages"][-1]


def test_an_answer_and_a_refusal_say_how_likely_the_articles_answer(page, server):
    for question in (DAM, OPERA):
        ask(page, question)
        probability = stored(page, server)["answer"]["confidence"]
        number = "under 1%" if probability < 0.01 else f"{100 * probability:.0f}%"
        said = page.locator(".turn").last.locator(".confidence")
        expect(said).to_have_text(re.compile(rf"The articles .*\banswer this: {re.escape(number)}\.$"))


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.99, "almost certainly answer"),
        (0.5, "may answer"),
        (0.3, "probably do not answer"),
        (0.001, "almost certainly do not answer"),
    ],
)
def test_a_probability_is_said_in_words(page, probability, words):
    said = page.evaluate("async ([one]) => (await import('/static/words.js')).likelihood(one)", [probability])

    assert said == words


def test_a_models_sentences_are_shown_with_how_they_were_judged(page):
    def judged(route):
        response = route.fetch()
        lines = response.text().split("\n")
        data = next(place for place, line in enumerate(lines) if line.startswith('data: {"id"'))
        answer = json.loads(lines[data].removeprefix("data: ")) | {"writing": JUDGED, "reader": "model:scripted"}
        lines[data] = f"data: {json.dumps(answer)}"
        route.fulfill(response=response, body="\n".join(lines))

    page.route("**/api/ask", judged)
    ask(page, DAM)
    page.get_by_text("How the model was checked: 2 sentences borne out by the articles, 1 sentence left out").click()

    expect(page.locator(".judged li")).to_have_text(
        [
            "The dam held.Quoted, 97%: river",
            "It stands.Paraphrased, its source added, 81%: river",
            "It cost 99 crowns.Left out: no passage states 99: river",
        ]
    )


def test_a_refusal_that_the_articles_contradict_becomes_a_gold_case(page, server, home, tmp_path):
    ask(page, OPERA)
    page.get_by_role("button", name="The articles do answer this").click()
    form = page.locator("form.reasons")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("Choose a sentence, or copy one from an article.")

    form.get_by_label("Or another sentence").fill(OVERLOOKED)
    form.get_by_role("button", name="Save").click()

    expect(page.locator(".reason")).to_have_text(f"“{OVERLOOKED}”")
    message = stored(page, server)
    expect(page.locator(".noted code")).to_have_text(f"assistant feedback promote {message['message_id']}")
    assert message["feedback"]["rating"] == "down"
    assert message["feedback"]["evidence"] == OVERLOOKED
    page.reload()
    expect(page.locator(".reason")).to_have_text(f"“{OVERLOOKED}”")

    gold = tmp_path / "own.jsonl"
    said = ("--gold", gold, "--fact", "held", "--yes", "--index", home / "index")
    promoted = assistant(server.data, "feedback", "promote", message["message_id"], *said)
    assert promoted.returncode == 0, promoted.stderr
    (case,) = load_gold([gold])
    assert [(one.article_id, one.quote) for one in case.evidence] == [("river", OVERLOOKED)]


def test_the_closest_passage_of_a_refusal_can_be_said_to_answer(page, server):
    ask(page, OPERA)
    near = stored(page, server)["answer"]["nearest"][0]["quote"]
    page.get_by_role("button", name="The articles do answer this").click()
    page.get_by_label(near).check()
    page.get_by_role("button", name="Save", exact=True).last.click()

    expect(page.locator(".reason")).to_have_text(f"“{near}”")
    assert stored(page, server)["feedback"]["evidence"] == near


def test_a_question_is_asked_again_or_changed_first(page):
    ask(page, DAM)
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .tools")).to_have_count(2)
    expect(page.locator(".question")).to_have_text([DAM, DAM])

    page.get_by_role("button", name="Edit the question").last.click()
    field = page.get_by_label("Your question")
    expect(field).to_be_focused()
    expect(field).to_have_value(DAM)


def test_an_answer_is_exported_and_its_conversation_shared(page, browser, server, axe):
    ask(page, DAM)
    page.locator("summary", has_text="Export").click()
    for name, ends in (("Markdown", ".md"), ("Web page", ".html"), ("JSON, with signatures", ".json")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).first.click()
        assert waiting.value.suggested_filename.endswith(ends)
        assert DAM in waiting.value.path().read_text(encoding="utf-8")
    assert serious(page, axe) == []

    page.get_by_role("button", name="Make a link").click()
    link = page.locator(".menu-said a")
    address = link.get_attribute("href")
    other = browser.new_context().new_page()
    other.goto(address)
    expect(other.get_by_role("heading", name=DAM).first).to_be_visible()
    assert other.evaluate("getComputedStyle(document.body).maxWidth") == "704px"
    assert serious(other, axe) == []

    page.get_by_role("button", name="Revoke the link").click()
    expect(page.locator(".menu-said")).to_have_text("The link leads nowhere any more.")
    assert other.goto(address).status == 404
    other.context.close()
