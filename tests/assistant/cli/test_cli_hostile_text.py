"""Titles, texts, names and files that try to steer the terminal: no command prints them as they are."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from library import Library

from assistant.cli import main
from assistant.cli.output.terminal import EscapingStream, escaped
from index.text.article import Article, sha256_of

ATTACK = (
    "\x1b[31mred\x1b[2J \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 "
    "\x9b31m \x9d0;title\x9c \u202eesrever\u202c \x07\r"
)
STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
QUESTION = "How many gates does the dam have?"
TEXT = f"The dam {ATTACK} has five gates. {ATTACK} It was built in 1931."

Command = Callable[..., str]


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`assistant` run in this process; returns all that it printed."""

    def run(*arguments: object, stdin: str = "") -> str:
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        monkeypatch.setenv("ASSISTANT_THRESHOLD", "0")
        with pytest.raises(SystemExit):
            main()
        shown = capsys.readouterr()
        return shown.out + shown.err

    return run


@pytest.fixture
def hostile(library: Library) -> Iterator[Library]:
    """An index with an article that came as a value, so that no reader of files has cleaned it."""
    article = Article(
        source=f"memory:{ATTACK}",
        name="dam",
        text=TEXT,
        title=f"Dam {ATTACK}",
        publisher=ATTACK,
        source_sha256=sha256_of(TEXT),
    )
    library.write(f"bad {ATTACK.replace('/', '')}.md", "").write_bytes(b"\xff\xfe\0")
    library.write(f"good {ATTACK.replace('/', '')}.md", f"# Weir {ATTACK}\n\nThe weir {ATTACK} has two gates.\n")
    library.add_values([article])
    return library


def told(shown: str) -> str:
    """What was printed, after a check that nothing of it steers a terminal."""
    assert shown.strip()
    assert STEERING.findall(shown) == []
    return shown


@pytest.mark.parametrize(
    "command",
    [
        ("ask", QUESTION),
        ("ask", QUESTION, "--json"),
        ("ask", f"How many {ATTACK} gates has the dam?"),
        ("search", QUESTION),
        ("search", QUESTION, "--json"),
        ("index", "status", "--articles"),
        ("index", "status", "--articles", "--json"),
        ("index", "verify"),
        ("index", "remove", f"memory:{ATTACK}"),
        ("index", "remove", f"no {ATTACK}"),
        ("ask", QUESTION, "--article", ATTACK),
    ],
)
def test_no_command_prints_what_steers_a_terminal(
    assistant: Command, hostile: Library, command: tuple[str, ...]
) -> None:
    told(assistant(*command, "--index", hostile.root))


@pytest.mark.parametrize("command", ["add", "sync"])
@pytest.mark.parametrize("how", [(), ("--json",)])
def test_files_with_such_names_are_told_in_plain_characters(
    assistant: Command, hostile: Library, command: str, how: tuple[str, ...]
) -> None:
    shown = told(assistant("index", command, hostile.folder, "--index", hostile.root, *how))

    assert "bad" in shown


def test_a_chat_and_a_refusal_show_no_control_characters(
    assistant: Command, hostile: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(assistant("chat", "--index", hostile.root, stdin=f"{QUESTION}\nAnd {ATTACK}?\n"))
    monkeypatch.setenv("ASSISTANT_THRESHOLD", "1")
    told(assistant("ask", "Who fed the otter?", "--index", hostile.root))


def test_values_of_a_file_to_verify_are_printed_in_plain_characters(
    assistant: Command, hostile: Library, tmp_path: Path
) -> None:
    receipt = {"number": 1, "article_id": ATTACK, "sha256": ATTACK, "start": 0, "end": 3, "quote": ATTACK}
    saved = tmp_path / f"{ATTACK.replace('/', '')}.json"
    for text in (
        json.dumps({"citations": [receipt], "nearest": [receipt]}, ensure_ascii=False),
        json.dumps({"citations": [receipt | {"start": ATTACK}]}, ensure_ascii=False),
        ATTACK,
    ):
        saved.write_text(text, encoding="utf-8")
        told(assistant("verify", saved, "--index", hostile.root))
        told(assistant("verify", saved, "--index", hostile.root, "--json"))


def test_the_json_of_an_answer_is_the_same_json_for_its_escapes(assistant: Command, hostile: Library) -> None:
    answer = json.loads(assistant("ask", QUESTION, "--json", "--index", hostile.root))

    quote = answer["citations"][0]
    assert quote["quote"] == TEXT[quote["start"] : quote["end"]]
    assert "\u202e" in quote["quote"]


def test_reports_of_a_run_hold_no_control_characters(assistant: Command, hostile: Library, tmp_path: Path) -> None:
    gold, run, page, table = (tmp_path / name for name in ("gold.jsonl", "run.json", "run.html", "run.md"))
    case = {"id": f"dam {ATTACK}", "question": f"How many gates has the dam {ATTACK}?", "answerable": False}
    gold.write_text(json.dumps(case), encoding="utf-8")

    told(assistant("eval", "doctor", gold, "--index", hostile.root))
    told(assistant("eval", "run", gold, "--index", hostile.root, "--out", run))
    gate = ("eval", "gate", "--run", run, "--baseline", run, "--index", hostile.root)
    told(assistant(*gate, "--html", page, "--markdown", table))

    for report in (page, table):
        told(report.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – 大坝\tand\n", "plain – 大坝\tand\n"),
        ("\x1b[31m\r\x85", "\\u001b[31m\\u000d\\u0085"),
        ("a\u202eb\U000e0041", "a\\u202eb\\udb40\\udc41"),
    ],
)
def test_what_steers_is_written_as_codes(text: str, shown: str) -> None:
    plain = io.StringIO()

    EscapingStream(plain).write(text)

    assert plain.getvalue() == shown == escaped(shown)
    assert json.loads(f'"{escaped(text)}"', strict=False) == text
