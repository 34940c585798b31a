"""docs/answer-json.md says what real answers, settings, exit codes and streams hold."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from documents import column, pdf
from library import ignore, indexed
from oldwater import ARTICLES, BOTH, COST, HALLS, PARTS, QUESTION, QUICK, opened
from serving import DAM, events, serving, town_in

from assistant.answer.answer import Answer
from assistant.answer.signing import create_key
from assistant.chain.assistant import Assistant
from assistant.cli.ask import REFUSED
from assistant.cli.verify import UNPROVEN
from assistant.models.scripted.model import ScriptedModel
from assistant.models.seam import Failure, ModelFailed
from assistant.question.scope import Scope
from assistant.settings.settings import Settings, load_settings
from eval.gate.gate import EXIT_CODES
from index import errors
from index.encoding.encoder import Encoder
from index.errors import AssistantError
from index.search.embedded import embedded_opener
from index.storage.changes import add_paths
from prompts import REFUSAL

FERRY = "The ferry of Brennholm cost 81,000 crowns."
PLAIN = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "answer-json.md").read_text(encoding="utf-8")


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, code marks removed from the first."""
    section = re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[1], flags=re.M)[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return [[cells[0].strip().strip("`"), *(cell.strip() for cell in cells[1:])] for cells in lines]


@pytest.fixture(scope="module")
def objects(page: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Type and presence of each key, by object."""
    names = re.findall(r"^### (\w+)$", page, re.M)
    return {name: {key: (kind, present) for key, kind, present, _ in rows(page, name)} for name in names}


class Reader:
    """Holds JSON to the page, and remembers which keys it met."""

    def __init__(self, objects: dict[str, dict[str, tuple[str, str]]]) -> None:
        self._objects = objects
        self.met: dict[str, set[str]] = defaultdict(set)

    def check(self, value: object, kind: str, where: str = "") -> None:
        if kind.startswith("list of "):
            assert isinstance(value, list | tuple), where
            for one in value:
                self.check(one, kind.removeprefix("list of "), f"{where}[]")
        elif kind == "span":
            start, end = value
            assert 0 <= start < end, where
        elif kind in self._objects:
            assert isinstance(value, dict), where
            keys = self._objects[kind]
            assert set(value) <= set(keys), where
            assert {key for key, (_, present) in keys.items() if present == "always"} <= set(value), where
            self.met[kind] |= set(value)
            for key, one in value.items():
                self.check(one, keys[key][0], f"{where}.{key}")
        else:
            assert type(value) in {one for name in kind.split(" or ") for one in _types(name)}, (where, value)


def _types(name: str) -> tuple[type, ...]:
    found = PLAIN[name]
    return found if isinstance(found, tuple) else (found,)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> list[Answer]:
    """Quoted; refused; overview; help; written; quoted, the model failing; refused by it; of a PDF."""
    root = indexed(tmp_path_factory.mktemp("oldwater"), ARTICLES, minilm)
    quoting = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    found = [
        quoting.ask(question)
        for question in (
            QUESTION,
            BOTH,
            "How old is the mayor of Oldwater's bridge?",
            "Who composed the opera about the moons of Neptune?",
            "How much did the bridge of Oldwater cost and how old is its mayor?",
            "What are the articles about?",
            "What can you do?",
        )
    ]
    quoting.close()
    scripts = (
        [BOTH, PARTS, f"{COST} [1] {HALLS} The bridge has nine lanes. [1]"],
        [BOTH, PARTS, *[ModelFailed("no", kind=Failure.EMPTY)] * 9],
    )
    for script in scripts:
        with opened(root, minilm, ScriptedModel(script), Settings(model=QUICK)) as written:
            found.append(written.ask(BOTH))
    with opened(root, minilm, ScriptedModel([REFUSAL]), Settings(model=QUICK)) as written:
        found.append(written.ask(QUESTION))
    (root.parent / "articles" / "ferry.pdf").write_bytes(pdf(column("The sound is deep."), column(FERRY)))
    add_paths(root, [root.parent / "articles"], minilm, note=ignore, meter=ignore)
    quoting = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    found.append(quoting.ask("What did the ferry of Brennholm cost?"))
    quoting.close()
    return found


def test_answers_hold_what_the_page_says_and_nothing_else(objects, answers, tmp_path):
    reader = Reader(objects)
    key = create_key(tmp_path / "signing.pem")

    for answer in answers:
        reader.check(json.loads(json.dumps(key.signed(answer.to_json()))), "Answer", answer.question)

    assert {name: keys for name in objects if (keys := set(objects[name]) - reader.met[name])} == {}


def test_a_receipt_from_a_pdf_says_its_page_and_no_other_does(answers):
    pages = {(citation.quote, citation.page) for answer in answers for citation in answer.citations if citation.page}

    assert pages == {(FERRY, 2)}


def test_the_samples_are_of_every_kind(answers):
    assert {(answer.status, answer.reason, answer.degraded) for answer in answers} == {
        ("answered", None, False),
        ("answered", None, True),
        ("help", None, False),
        ("refused", "not_found", False),
        ("refused", "insufficient", False),
    }


def test_the_reasons_of_refusals_are_those_of_the_page(page, answers):
    documented = {row[0] for row in rows(page, "Refusals")}

    assert documented == {answer.reason for answer in answers if answer.reason}


def test_the_scopes_are_those_of_the_page(page):
    table = rows(page, "Questions about the whole collection")

    assert {name for row in table for name in row[0].replace("`", "").split(", ")} == {*Scope} - {Scope.PASSAGE}


def test_a_short_answer_is_the_first_span(answers):
    quoted = answers[0]

    first = quoted.citations[0].answer_spans[0]
    assert quoted.text.splitlines()[0] == f"{quoted.text[first[0] : first[1]]} [1]"
    assert len(quoted.text.splitlines()[0]) < len(quoted.citations[0].quote)


def test_the_exit_codes_are_those_of_the_page(page):
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistantError)]
    codes = {kind.exit_code for kind in kinds}

    own = {0, REFUSED, UNPROVEN, 130}
    assert {int(row[0]) for row in rows(page, "Exit codes")} == {*own, *codes, *EXIT_CODES.values()}


def test_the_settings_are_those_of_the_page(page):
    _, found = load_settings({}, environ={})
    documented = {name: default.strip("`") for name, default, _ in rows(page, "Settings")}

    assert documented == {one.name: _written(one.value) for one in found}


def _written(value: object) -> str:
    return "empty" if value == "" else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_stream_has_the_events_of_the_page(page, objects, tmp_path):
    town_in(tmp_path)
    with serving(tmp_path) as server, server.client() as client:
        whole = client.post("/api/ask", json={"question": DAM}).json()
        stream = client.post("/api/ask", json={"question": DAM, "stream": True}).text
    documented = {name: re.findall(r"`(\w+)`", cells) for name, cells in rows(page, "HTTP")}
    came = dict(events(stream))

    assert [*came] == [name for name in documented if name != "error"]
    assert [*came["start"]] == documented["start"]
    assert [*came["sentence"]] == documented["sentence"]
    assert set(whole) - set(objects["Answer"]) == {"conversation_id", "message_id", "collection"}
    assert set(came["answer"]) == set(whole)
    Reader(objects).check({key: whole[key] for key in set(whole) & set(objects["Answer"])}, "Answer")
