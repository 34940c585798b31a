"""Any system is asked the same gold: a server of OpenAI's shape, or a function; its sources are found in articles."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from library import indexed

from eval.cases.case import Evidence, GoldCase
from eval.gate.compare import compare
from eval.gate.gate import decide_gate
from eval.gate.policy import load_policy
from eval.runs.replies import Reply, ReplyUnreadable, Source, read_completion, read_value, refuses
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.runner import run_gold
from eval.runs.systems import NamedSystem, SystemChain
from index.encoding.encoder import HashEncoder
from index.errors import UsageError

BRIDGE = "The bridge of Oldwater has four lanes. It cost 3.5 million crowns."
MUSEUM = "The museum of Oldwater has 19 halls. Entry is free on Mondays."
LANES = GoldCase(
    id="lanes",
    question="How many lanes has the bridge?",
    facts=(("four lanes",),),
    evidence=(Evidence(article_id="bridge", quote="The bridge of Oldwater has four lanes.", part="1"),),
)
COST = replace(LANES, id="cost", question="And its cost?", turns=(LANES.question,), facts=(("3.5 million",),))
NOTHING = GoldCase(id="nothing", question="Who painted the museum?", answerable=False)
CASES = [LANES, NOTHING]


def silent(_: str) -> None:
    """Takes a note and does nothing with it."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = {"bridge.md": f"# The bridge\n\n{BRIDGE}\n", "museum.md": f"# The museum\n\n{MUSEUM}\n"}
    return indexed(tmp_path_factory.mktemp("oldwater"), articles, HashEncoder())


def asked(root: Path, name: str, out: Path, cases: list[GoldCase] = CASES, *, epochs: int = 1) -> Run:
    return run_gold(cases, SystemChain(root=root, system=NamedSystem(name=name), note=silent), out=out, epochs=epochs)


def values(result: CaseResult) -> dict[str, float | None]:
    return {score.name: score.value for score in result.scores}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "oldwater_system.py").write_text(
        f"""
BRIDGE, MUSEUM = {BRIDGE!r}, {MUSEUM!r}

def plain(question):
    return "The articles do not say." if "painted" in question else "It has four lanes."

def citing(question):
    if "painted" in question:
        return {{"text": "", "refused": True}}
    quote = "The bridge of Oldwater has four lanes."
    return {{"text": "Four lanes [1].", "citations": [{{"article": "bridge", "quote": quote}}]}}

def everything(question):
    sources = [{{"article": "bridge", "quote": BRIDGE}}, {{"article": "museum", "quote": MUSEUM}}]
    return {{"text": BRIDGE + " " + MUSEUM, "citations": sources, "refused": False}}

def inventing(question):
    return {{"text": "Four lanes.", "citations": [{{"article": "bridge", "quote": "It has forty lanes."}}]}}

def remembering(question, history):
    return " / ".join(f"{{one['role']}}: {{one['content']}}" for one in history)

def broken(question):
    raise ValueError("out of order")

def wordless(question):
    return 5
""",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    yield "oldwater_system"
    sys.modules.pop("oldwater_system", None)
    sys.path[:] = [one for one in sys.path if one != str(tmp_path)]


def test_a_function_is_scored_by_what_it_says_and_cites(root: Path, module: str, tmp_path: Path) -> None:
    run = asked(root, f"{module}:citing", tmp_path / "run.json")

    lanes, nothing = run.results
    assert values(lanes) == {
        "correct": 1, "fact_recall": 1, "lead_sound": 1, "decision": 1, "answered": 1, "citation_precision": 1,
        "citation_recall": 1,
    }  # fmt: skip
    assert lanes.citations[0].quote == "The bridge of Oldwater has four lanes."
    assert (nothing.outcome, values(nothing)) == (Outcome.REFUSED, {"correct": 1, "decision": 1, "refused": 1})
    assert run.provenance.model == f"{module}:citing"


def test_a_function_that_returns_a_text_refuses_in_words_and_cites_nothing(
    root: Path, module: str, tmp_path: Path
) -> None:
    lanes, nothing = asked(root, f"{module}:plain", tmp_path / "run.json").results

    assert (values(lanes)["correct"], values(lanes)["citation_precision"]) == (1, 0)
    assert nothing.outcome is Outcome.REFUSED


def test_a_system_that_quotes_everything_has_every_fact_and_fails_the_gate_against_itself(
    root: Path, module: str, tmp_path: Path
) -> None:
    run = asked(root, f"{module}:everything", tmp_path / "run.json", epochs=2)

    result = decide_gate(compare(run, run, load_policy()), load_policy())

    assert values(run.results[0])["fact_recall"] == 1
    assert run.deterministic
    assert result.exit_code == 100
    assert [check.name for check in result.checks if check.verdict.value == "fail"] == ["floor of citation_precision"]


def test_a_quote_that_the_article_does_not_have_is_a_broken_receipt(root: Path, module: str, tmp_path: Path) -> None:
    lanes, _ = asked(root, f"{module}:inventing", tmp_path / "run.json").results

    assert (lanes.broken_receipts, values(lanes)["correct"]) == (1, 0)


def test_earlier_turns_come_with_the_answers_that_were_given(root: Path, module: str, tmp_path: Path) -> None:
    (result,) = asked(root, f"{module}:remembering", tmp_path / "run.json", [COST]).results

    assert result.text == "user: How many lanes has the bridge? / assistant: "


def test_an_error_of_the_system_fails_the_case_and_one_of_its_form_says_what_is_wanted(
    root: Path, module: str, tmp_path: Path
) -> None:
    (broken,) = asked(root, f"{module}:broken", tmp_path / "a.json", [LANES]).results
    (wordless,) = asked(root, f"{module}:wordless", tmp_path / "b.json", [LANES]).results

    assert (broken.outcome, broken.error) == (Outcome.FAILED, "ValueError: out of order")
    assert wordless.error is not None
    assert "the system returned int without a text; return a text, or" in wordless.error


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere_at_all:ask", "--system: nowhere_at_all:ask cannot be imported"),
        ("json:ask", "--system: json:ask cannot be imported"),
        ("json:__name__", "--system: json:__name__ is no function"),
        ("something", "--system is 'something'; give an address"),
    ],
)
def test_a_system_that_is_none_is_told(root: Path, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        asked(root, name, tmp_path / "run.json")


# Servers


class Server(ThreadingHTTPServer):
    """Replies to every question alike, and remembers what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.message: dict[str, Any] = {"role": "assistant", "content": "Four lanes [2]."}
        self.beside: dict[str, Any] = {}
        self.status = 200
        self.sent: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._send({"data": [{"id": "tiny"}]})

    def do_POST(self) -> None:
        self.server.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        usage = {"prompt_tokens": 7, "completion_tokens": 3}
        self._send({"choices": [{"message": self.server.message}], "usage": usage, **self.server.beside})

    def log_message(self, *_: object) -> None:
        pass

    def _send(self, data: object) -> None:
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def test_a_server_is_asked_its_first_model_and_its_annotations_are_the_citations(
    root: Path, server: Server, tmp_path: Path
) -> None:
    server.message = {
        "content": "Four lanes.",
        "annotations": [
            {"type": "url_citation", "url_citation": {"url": "https://x.example/d/bridge.md", "title": "B"}}
        ],
    }

    run = asked(root, f"http://127.0.0.1:{server.server_port}/v1", tmp_path / "run.json", [COST])

    (result,) = run.results
    assert result.citations[0].article_id == "bridge"
    assert [(one["role"], one["content"]) for one in server.sent[-1]["messages"]] == [
        ("user", LANES.question),
        ("assistant", "Four lanes."),
        ("user", COST.question),
    ]
    assert server.sent[-1]["model"] == "tiny"
    assert result.usage is not None
    assert (result.usage.calls, result.usage.prompt_tokens) == (2, 14)


def test_markers_name_the_sources_that_a_server_lists(root: Path, server: Server, tmp_path: Path) -> None:
    server.beside = {"search_results": [{"title": "The museum"}, {"title": "The bridge"}]}

    (result,) = asked(root, f"http://127.0.0.1:{server.server_port}/v1", tmp_path / "run.json", [LANES]).results

    assert [cited.article_id for cited in result.citations] == ["bridge"]
    assert values(result)["correct"] == 1


def test_a_server_that_fails_fails_the_cases(root: Path, server: Server, tmp_path: Path) -> None:
    server.status = 503
    name = f"http://127.0.0.1:{server.server_port}/v1"

    (result,) = run_gold(
        [LANES],
        SystemChain(root=root, system=NamedSystem(name=name, model="m"), note=silent),
        out=tmp_path / "run.json",
    ).results

    assert result.outcome is Outcome.FAILED
    assert result.error is not None
    assert "/chat/completions replied 503" in result.error


# Replies


@pytest.mark.parametrize(
    ("message", "sources"),
    [
        ({"content": "So."}, ()),
        (
            {"content": "So.", "context": {"citations": [{"content": "It is so.", "filepath": "docs/a.md"}]}},
            (Source(names=("docs/a.md", "a.md", "a"), quote="It is so."),),
        ),
        (
            {"content": "So.", "annotations": [{"type": "file_citation", "filename": "a.md", "quote": "It is so."}]},
            (Source(names=("a.md", "a"), quote="It is so."),),
        ),
        (
            {"content": "So.", "citations": ["https://x.example/a#:~:text=It%20is%20so."]},
            (Source(names=("https://x.example/a#:~:text=It%20is%20so.", "a"), quote="It is so."),),
        ),
    ],
)
def test_sources_are_read_in_the_forms_that_servers_have(message: dict[str, Any], sources: tuple[Source, ...]) -> None:
    found = read_completion({"choices": [{"message": message}]})

    assert found == Reply(text="So.", refused=False, sources=sources)


def test_a_link_to_our_own_page_names_the_article() -> None:
    annotation = {"type": "url_citation", "url_citation": {"url": "http://x/#a=bridge&from=0&to=9", "title": "T"}}

    (source,) = read_completion({"choices": [{"message": {"content": "So.", "annotations": [annotation]}}]}).sources

    assert "bridge" in source.names


@pytest.mark.parametrize("data", [None, {}, {"choices": []}, {"choices": [{"text": "old"}]}])
def test_what_is_no_completion_is_told(data: object) -> None:
    with pytest.raises(ReplyUnreadable, match=r"no choices\[0\]\.message"):
        read_completion(data)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        (" [1]", True),
        ("I'm sorry, but the documents do not mention that.", True),
        ("Not stated.", True),
        ("It has four lanes. The articles do not say since when.", False),
    ],
)
def test_a_refusal_is_told_by_its_first_sentence(text: str, found: bool) -> None:
    assert refuses(text) is read_value(text).refused is found
    assert read_value({"text": text, "refused": not found}).refused is not found
