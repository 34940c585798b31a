"""`pytest --assistant-gold` as somebody else runs it, in a folder of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from library import CACHE, REPOSITORY, ignore

from index.encoding.encoder import Encoder
from index.storage.changes import add_paths
from index.storage.store import create_index

ARTICLE = """---
title: The new bridge of Oldwater
---
The new bridge of Oldwater was opened by Mayor Anna Berg. It has four lanes.

The bridge of Oldwater cost 3.5 million crowns.
"""
ROWS = [
    {
        "id": "lanes",
        "question": "How many lanes does the bridge of Oldwater have?",
        "facts": [["4 lanes"]],
        "answerable": True,
        "tags": ["figure"],
    },
    {
        "id": "cost",
        "question": "How much did the bridge of Oldwater cost?",
        "facts": [["9.5 million crowns", "9,500,000 crowns"], ["paid by the town"]],
        "answerable": True,
        "tags": ["figure", "money"],
    },
    {"id": "mercury", "question": "What is the boiling point of mercury?", "answerable": False, "tags": ["off-topic"]},
    {
        "id": "opener",
        "question": "Who opened the new bridge of Oldwater?",
        "turns": ["Is there a bridge in Oldwater?"],
        "answerable": False,
        "tags": ["who"],
    },
    {
        "id": "evidence-only",
        "question": "How much did the bridge of Oldwater cost?",
        "evidence": [{"article": "bridge", "quote": "The bridge of Oldwater cost 3.5 million crowns."}],
        "answerable": True,
    },
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    """A folder with an index, gold and an ordinary test that looks at what was imported."""
    home = tmp_path_factory.mktemp("theirs")
    (home / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    create_index(home / "index", minilm, max_tokens=minilm.max_tokens)
    add_paths(home / "index", [home / "bridge.md"], minilm, note=ignore, meter=ignore)
    (home / "gold").mkdir()
    (home / "gold" / "bridge.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    (home / "gold" / "readme.txt").write_text("no gold")
    (home / "data.jsonl").write_text("no gold either")
    (home / "tests").mkdir()
    (home / "tests" / "test_theirs.py").write_text(
        "import sys\n"
        "def test_of_their_own(pytestconfig):\n"
        "    heavy = {'assistant', 'index', 'prompts', 'numpy', 'eval.cases.case'} & set(sys.modules)\n"
        "    assert bool(heavy) is bool(pytestconfig.getoption('--assistant-gold')), heavy\n"
    )
    return home


def run(home: Path, *options: str, index: str = "index", environ: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and output of pytest there, with the plugin as an installed one has it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "PYTEST_", "COV_"))}
    own = {
        "PYTHONPATH": str(REPOSITORY),
        "ASSISTANT_CACHE": str(CACHE),
        "ASSISTANT_DATA": str(home / "data"),
        "HF_HUB_OFFLINE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    where = ["--assistant-index", index] if index else []
    plain = ["-p", "eval.runs.pytest_plugin", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *where, *options],
        cwd=home,
        env=kept | own | (environ or {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_case_is_a_test_and_a_wrong_answer_is_shown_without_a_traceback(home: Path) -> None:
    code, said = run(home, "--assistant-gold", "gold", "-rA", "tests")

    assert code == 1
    assert "2 failed, 4 passed" in said
    for name in ("lanes", "mercury", "evidence-only"):
        assert f"PASSED gold/bridge.jsonl::{name}\n" in said
    assert (
        "How much did the bridge of Oldwater cost?\n"
        "expected: 9.5 million crowns or 9,500,000 crowns; paid by the town\n"
        "answered: " in said
    )
    assert "3.5 million crowns [1]" in said
    assert (
        "(Is there a bridge in Oldwater?)\nWho opened the new bridge of Oldwater?\nexpected: a refusal\nanswered: "
    ) in said
    assert "Traceback" not in said
    assert ".py:" not in said.replace("tests/test_theirs.py::", "")
    assert "FAILED gold/bridge.jsonl::cost" in said
    assert "PASSED tests/test_theirs.py::test_of_their_own" in said


def test_without_the_option_nothing_of_the_assistant_is_imported_and_jsonl_is_left_alone(home: Path) -> None:
    code, said = run(home, index="")

    assert code == 0, said
    assert "1 passed" in said


@pytest.mark.parametrize(
    ("wanted", "chosen"), [("figure and not money", ["lanes"]), ("mercury or who", ["mercury", "opener"])]
)
def test_cases_are_chosen_by_tag_and_id(home: Path, wanted: str, chosen: list[str]) -> None:
    code, said = run(home, "--assistant-gold", "gold/bridge.jsonl", "gold", "-k", wanted, "--collect-only", "-q")

    assert code == 0, said
    assert [line for line in said.split("\n") if "::" in line] == [f"gold/bridge.jsonl::{name}" for name in chosen]


def test_the_index_may_come_from_the_settings(home: Path) -> None:
    code, said = run(
        home, "--assistant-gold", "gold", "gold", "-k", "lanes", index="", environ={"ASSISTANT_INDEX": "index"}
    )

    assert code == 0, said
    assert "1 passed" in said


def test_gold_that_is_malformed_is_told_by_file_line_and_field_without_a_traceback(home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps(ROWS[0]) + '\n{"id": "x", "question": "Why?"}\n', encoding="utf-8")

    code, said = run(home, "--assistant-gold", str(bad), str(bad))

    assert code == 2
    assert f"{bad}:2: answerable: is missing; it must be true or false" in said
    assert "Traceback" not in said
    assert ".py:" not in said


def test_a_file_without_a_case_is_told_without_a_traceback(home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")

    code, said = run(home, "--assistant-gold", str(empty), str(empty))

    assert code == 2
    assert f"no gold cases in {empty}" in said
    assert ".py:" not in said


def test_gold_that_is_not_there_is_a_mistake_in_the_command(home: Path) -> None:
    code, said = run(home, "--assistant-gold", "absent.jsonl")

    assert code == 4
    assert said.strip() == "ERROR: --assistant-gold: absent.jsonl does not exist"


def test_an_index_that_is_not_there_is_told_in_a_line_for_each_case(home: Path) -> None:
    code, said = run(home, "--assistant-gold", "gold", "gold", "-k", "lanes or mercury", index="absent")

    assert code == 1
    assert "no collection and no folder 'absent'" in said
    assert "Traceback" not in said
    assert ".py:" not in said
    assert "2 failed" in said


def test_an_error_of_the_assistant_fails_its_case_with_type_and_message(home: Path, tmp_path: Path) -> None:
    """An index whose encoder does what no encoder should; the other cases go on."""
    path = tmp_path / "gold.jsonl"
    rows = [ROWS[0] | {"id": "before"}, ROWS[0]]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "broken.py").write_text(
        "from assistant.chain.assistant import Assistant\n"
        "def trace(self, question, **named):\n"
        "    raise ValueError('the encoder is mad')\n"
        "Assistant.trace = trace\n"
    )

    code, said = run(
        home,
        "-p",
        "broken",
        "--assistant-gold",
        str(path),
        str(path),
        environ={"PYTHONPATH": f"{REPOSITORY}:{tmp_path}"},
    )

    assert code == 1
    assert said.count("failed: ValueError: the encoder is mad") >= 2
    assert "2 failed" in said


def test_the_plugin_is_offered_to_whoever_installs_the_program() -> None:
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["entry-points"]["pytest11"] == {"assistant": "eval.runs.pytest_plugin"}
