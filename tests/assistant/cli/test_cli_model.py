"""The commands with a model, against the scripted server, as a person runs them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import BRAINS, FALSE, TRUE, assistant, environment

from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer

KEY = "sk-sesame-open-4711"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ScriptedServer([Turn(reply=f"{FALSE} [1] {TRUE} [1]")]) as server:
        yield server.url


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def run(url: str, data: Path, *arguments: object, code: int = 0) -> tuple[str, str]:
    process = assistant(*arguments, ASSISTANT_DATA=data, ASSISTANT_MODEL_BASE_URL=url, ASSISTANT_MODEL_KEY=KEY)
    assert process.returncode == code, process.stderr
    assert KEY not in process.stdout + process.stderr
    return process.stdout, process.stderr


def test_a_model_that_is_named_writes_and_explain_shows_what_became_of_each_sentence(url, data) -> None:
    out, _ = run(url, data, "ask", "--model", "scripted", "--explain", BRAINS)

    assert out.startswith(f"{TRUE} [1]\n")
    assert f"dropped: {FALSE} ([1]; " in out
    assert f": {TRUE} ([1]; " in out
    assert "\nprompt answer@" in out


def test_without_a_model_explain_says_that_it_is_quoted(url, data) -> None:
    out, _ = run(url, data, "ask", "--explain", BRAINS)

    assert out.endswith("No model wrote this: it is quoted.\n")


def test_the_json_has_what_the_model_did_only_where_one_was_asked(url, data) -> None:
    written = json.loads(run(url, data, "ask", "--json", "--model", "scripted", BRAINS)[0])
    quoted = json.loads(run(url, data, "ask", "--json", "--no-model", BRAINS)[0])

    assert set(written) - set(quoted) == {"usage", "writing"}
    assert written["writing"]["sentences"][0]["fate"] == "dropped"
    assert quoted["reader"] == "extractive"


def test_a_model_and_no_model_exclude_each_other(url, data) -> None:
    for command in (["ask", BRAINS], ["eval", "run"], ["chat"]):
        _, told = run(url, data, *command, "--model", "scripted", "--no-model", code=2)
        assert "--model and --no-model exclude each other" in told


def test_a_server_that_is_not_there_is_told_and_the_articles_are_quoted(data) -> None:
    out, told = run("http://127.0.0.1:9/v1", data, "ask", "--model", "scripted", BRAINS)

    assert "30 industrial brains" in out
    assert "quoted: the model " in told


def test_a_model_without_a_server_is_a_mistake_that_says_what_to_write(data) -> None:
    process = assistant("ask", "--model", "qwen3:8b", BRAINS, ASSISTANT_DATA=data)

    assert (process.returncode, process.stdout) == (3, "")
    assert process.stderr.startswith("assistant: the model qwen3:8b is named, and no server that has it; ")
    assert process.stderr.count("\n") == 1
    for what in ("ASSISTANT_MODEL_BASE_URL=", "base_url under [model]", "OPENAI_API_KEY", "--no-model"):
        assert what in process.stderr


def test_gold_is_asked_with_and_without_a_model_and_the_runs_compared(url, data, tmp_path) -> None:
    with_model, without, again = tmp_path / "with.json", tmp_path / "without.json", tmp_path / "again.json"
    calls = tmp_path / "calls"
    common = ["eval", "run", "--limit", "4", "--jobs", "1"]

    run(url, data, *common, "--model", "scripted", "--record", calls, "--out", with_model)
    run(url, data, *common, "--no-model", "--out", without)
    run("http://127.0.0.1:9/v1", data, *common, "--model", "scripted", "--replay", calls, "--out", again)
    out, _ = run(url, data, "eval", "compare", without, with_model)

    assert "model: nothing → scripted" in out
    bytes_of = [
        [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(' "times"')]
        for path in (with_model, again)
    ]
    assert bytes_of[0] == bytes_of[1]


def test_drafts_of_gold_are_reworded_by_a_model_that_is_named_and_else_keep_their_wording(data, tmp_path) -> None:
    article = tmp_path / "oldwater.md"
    article.write_text("# Oldwater\n\nThe Oldwater Museum has 19 halls. The Oldwater bridge cost 3 million crowns.\n")
    halls, other = "How many halls does the Oldwater Museum have?", "How many halls are there in the Oldwater Museum?"
    command = ["eval", "draft", article, "--list"]

    with ScriptedServer([Turn(reply=f'"{other}"', when=halls), Turn(reply="I cannot help with that.")]) as server:
        out, told = run(server.url, data, *command, "--model", "scripted")
        own, _ = run(server.url, data, *command)
    kept, failed = run("http://127.0.0.1:9/v1", data, *command, "--model", "scripted")

    reworded, drafted = ([json.loads(line) for line in text.splitlines()] for text in (out, own))
    (changed,) = [case for case in reworded if case["question"] != halls and case.get("facts") == [["19"]]]
    assert (changed["question"], changed["note"]) == (other, f"drafted as: {halls}")
    assert {case["question"] for case in drafted} - {case["question"] for case in reworded} == {halls}
    assert (
        told
        == f"assistant: scripted reworded 1 of {len(drafted)} drafts; {len(drafted) - 1} dropped: not one question\n"
    )
    assert kept == own
    assert failed.startswith("assistant: the drafts keep their own wording: the model scripted failed: ")
    assert failed.count("\n") == 1


IMPORTED = """
import contextlib, io, json, sys
from typer.main import get_command
from assistant.cli import app

with contextlib.redirect_stdout(io.StringIO()):
    get_command(app)(sys.argv[1:], standalone_mode=False)
watched = ("llama_index", "openai", "httpx", "assistant.writing.writer",
    "assistant.writing.draft", "assistant.checking.injected", "assistant.checking.support",
    "assistant.writing.packing", "assistant.models.opening")
print(json.dumps([name for name in watched if name in sys.modules]))
"""


def test_asking_without_a_model_imports_nothing_of_one(data) -> None:
    command = [sys.executable, "-c", IMPORTED, "ask", "--no-model", BRAINS]
    process = subprocess.run(command, env=environment(ASSISTANT_DATA=data), capture_output=True, text=True, check=True)

    assert json.loads(process.stdout) == []
