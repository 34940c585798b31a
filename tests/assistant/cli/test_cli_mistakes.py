"""What a person gets wrong costs one line on standard error, the right exit code, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands import environment
from library import REPOSITORY, Library

COMMANDS = [
    (),
    ("ask",),
    ("search",),
    ("chat",),
    ("verify",),
    ("index",),
    ("index", "add"),
    ("index", "remove"),
    ("index", "verify"),
    ("index", "status"),
    ("config",),
    ("config", "show"),
    ("eval",),
    ("eval", "bench"),
    ("eval", "speed"),
    ("eval", "calibrate"),
]


Command = Callable[..., Any]
"""The fixture `assistant`."""


def assert_mistake(run: Any, code: int, *said: str) -> None:
    """One line on standard error that says all of `said`, and nothing on standard output."""
    assert run.code == code, run.err
    assert run.out == ""
    assert run.err.startswith("assistant: ")
    assert run.err.count("\n") == 1
    assert len(run.err) < 1000
    for words in said:
        assert words in run.err


# Questions


def test_no_question_is_a_mistake_that_shows_how_to_ask(assistant: Command) -> None:
    assert_mistake(assistant("ask"), 2, "no question", 'assistant ask "')


@pytest.mark.parametrize("question", ["", "  ", "?", "…"])
def test_an_empty_question_is_a_mistake(assistant: Command, town: Library, question: str) -> None:
    assert_mistake(assistant("ask", question, "--index", town.root), 2, "the question is empty")
    assert_mistake(assistant("ask", "-", "--index", town.root, stdin=question.encode()), 2, "the question is empty")
    assert_mistake(assistant("search", question, "--index", town.root), 2, "the question is empty")


def test_a_hundred_thousand_characters_are_a_mistake(assistant: Command, town: Library) -> None:
    long = "why " * 25_000

    for run in (
        assistant("ask", long, "--index", town.root),
        assistant("ask", "-", "--index", town.root, stdin=long.encode()),
        assistant("search", long, "--index", town.root),
    ):
        assert_mistake(run, 2, "99,999 characters", "2,000")


def test_bytes_that_are_no_text_are_a_mistake(assistant: Command, town: Library) -> None:
    broken = os.fsdecode(b"Who is \xff\xfe the mayor?")

    assert_mistake(assistant("ask", broken, "--index", town.root), 2, "not UTF-8 text")
    assert_mistake(assistant("ask", "-", "--index", town.root, stdin=os.fsencode(broken)), 2, "not UTF-8 text")


def test_a_broken_line_among_questions_is_named_and_the_others_answered(assistant: Command, town: Library) -> None:
    lines = b"Who is the mayor?\n\xff\xfe who?\nWho was?\n"

    run = assistant("ask", "--json", "--lines", "-", "--index", town.root, stdin=lines)

    rows = [json.loads(line) for line in run.out.splitlines()]
    assert ["error" in row for row in rows] == [False, True, False]
    assert run.code == 1
    assert run.err.count("\n") == 1


def test_a_refusal_is_no_failure_unless_that_is_asked_for(assistant: Command, town: Library) -> None:
    asked = ("ask", "Who is the mayor?", "--index", town.root, "--threshold", "1")
    lines = ("ask", "--lines", "-", "--index", town.root, "--threshold", "1")

    assert (assistant(*asked).code, assistant(*asked, "--fail-on-refusal").code) == (0, 10)
    assert assistant(*lines, stdin=b"Who?\n").code == 0
    assert assistant(*lines, "--fail-on-refusal", stdin=b"Who?\nWhere?\n").code == 10


def test_lines_without_the_dash_are_a_mistake(assistant: Command, town: Library) -> None:
    assert_mistake(assistant("ask", "Who?", "--lines", "--index", town.root), 2, "--lines", "--lines -")


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("option", ["--published-after", "--published-before"])
@pytest.mark.parametrize("day", ["yesterday", "2021-02-30", "2021", "", "9 March 2021"])
def test_a_day_that_is_none_is_a_mistake(assistant: Command, command: str, option: str, day: str) -> None:
    assert_mistake(assistant(command, "Who?", option, day), 2, option, repr(day), "YYYY-MM-DD")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "Who?", "--bogus"), "--bogus"),
        (("ask", "Who?", "--jsn"), "--json"),
        (("config", "show", "it"), "it"),
        (("ask", "Who?", "--sentences", "many"), "--sentences"),
        (("search",), "QUESTION"),
        (("search", "Who?", "-k", "0"), "-k"),
        (("search", "Who?", "-k", "1001"), "-k"),
        (("verify",), "ANSWER"),
        (("index", "add"), "PATH"),
        (("index", "remove"), "ARTICLE"),
        (("index", "status", "--bogus"), "--bogus"),
        (("eval", "bench", "folder", "--limit", "0"), "--limit"),
        (("bogus",), "bogus"),
        (("index", "bogus"), "bogus"),
    ],
)
def test_arguments_that_do_not_fit_are_a_mistake_that_points_to_the_help(
    assistant: Command, arguments: tuple[str, ...], said: str
) -> None:
    assert_mistake(assistant(*arguments), 2, said, "--help")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("ask", "Who?", "--sentences", "0"), "--sentences is 0; it must be between 1 and 10"),
        (("ask", "Who?", "--sentences", "99"), "--sentences is 99; it must be between 1 and 10"),
        (
            ("ask", "Who?", "--threshold", "7"),
            "--threshold is 7.0; it must be between 0 and 1, or -1 for the fitted one",
        ),
        (("config", "set", "passages", "0"), "passages is 0; it must be between 1 and 50"),
        (("config", "set", "passages", "six"), "passages is 'six'; it must be a whole number"),
        (("config", "set", "threshold", "high"), "threshold is 'high'; it must be a number"),
        (("config", "set", "hub", "maybe"), "hub is 'maybe'; it must be 1 or 0"),
        (("config", "set", "pasages", "6"), "unknown setting 'pasages'; did you mean 'passages'?"),
    ],
)
def test_a_value_that_is_typed_and_does_not_fit_is_a_mistake_in_the_line(
    assistant: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], line: str
) -> None:
    monkeypatch.chdir(tmp_path)

    run = assistant(*arguments)

    assert (run.code, run.out, run.err) == (2, "", f"assistant: {line}\n")


def test_a_variable_out_of_bounds_is_named_once(assistant: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_SENTENCES", "0")

    run = assistant("ask", "Who?")

    assert (run.code, run.err) == (3, "assistant: ASSISTANT_SENTENCES is 0; it must be between 1 and 10\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("askk",), "no such command 'askk'; did you mean 'ask'? See `assistant --help`"),
        (("index", "ad"), "no such command 'ad'; did you mean 'add'? See `assistant index --help`"),
        (("ask", "Who?", "--jsn"), "no such option: --jsn; did you mean --json? See `assistant ask --help`"),
        (("frobnicate",), "no such command 'frobnicate'; see `assistant --help`"),
    ],
)
def test_what_may_have_been_meant_is_asked_in_whole_sentences(
    assistant: Command, arguments: tuple[str, ...], line: str
) -> None:
    assert assistant(*arguments).err == f"assistant: {line}\n"


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "Who?"),
        ("chat",),
        ("index", "add", "."),
        ("index", "list"),
        ("collections", "list"),
        ("collections", "create", "mills", "--encoder", "hash-64-48"),  # The default one may have to be built first.
        ("collections", "use", "own"),
        ("keys", "list"),
        ("feedback", "list"),
    ],
)
def test_a_data_folder_that_is_none_is_named_without_the_words_of_the_system(
    assistant: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    file.write_text("text", encoding="utf-8")
    for data in (file, file / "below"):
        monkeypatch.setenv("ASSISTANT_DATA", str(data))

        run = assistant(*command)

        assert_mistake(run, 3, str(data))
        assert ("Errno" in run.err, "ASSISTANT_DATA names" in run.err) == (False, data == file)


def test_an_empty_search_does_not_lead_to_another_command(assistant: Command) -> None:
    assert "assistant ask" not in assistant("search", "").err


def test_files_that_are_not_supported_are_one_line_with_what_is(assistant: Command, town: Library) -> None:
    for name in ("a.zip", "b.png", "c.mp3", "d.xyz"):
        town.write(name, "?")

    run = assistant("index", "add", town.folder, "--index", town.root)

    (line,) = [line for line in run.err.splitlines() if "not supported" in line]
    assert line.startswith(f"assistant: not supported: {town.folder / 'a.zip'}, {town.folder / 'b.png'}, ")
    assert " and 1 more; unpack them, or convert them to .md, " in line


# Indexes


@pytest.mark.parametrize(
    "arguments", [("ask", "Who?"), ("search", "Who?"), ("chat",), ("index", "verify"), ("index", "status")]
)
def test_an_index_that_is_not_there_is_a_mistake(
    assistant: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    absent = tmp_path / "absent"

    assert_mistake(assistant(*arguments, "--index", absent), 3, f"no index in {absent}", "assistant index add")
    assert not absent.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Who?"),
        ("search", "Who?"),
        ("chat",),
        ("index", "verify"),
        ("index", "status"),
        ("index", "remove", "x"),
    ],
)
def test_an_index_that_is_a_file_is_a_mistake(assistant: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.write_text("text", encoding="utf-8")

    assert_mistake(assistant(*arguments, "--index", file), 3, str(file))
    assert file.read_text(encoding="utf-8") == "text"


def test_articles_cannot_be_added_to_a_file(assistant: Command, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text("The bridge has four lanes.", encoding="utf-8")

    run = assistant("index", "add", file, "--index", file, "--encoder", "hash-64-48")

    assert_mistake(run, 3, str(file), "is a file")


def test_a_folder_that_holds_something_else_is_not_made_an_index(assistant: Command, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("The bridge has four lanes.", encoding="utf-8")

    run = assistant("index", "add", tmp_path / "article.txt", "--index", tmp_path, "--encoder", "hash-64-48")

    assert_mistake(run, 3, str(tmp_path), "article.txt")


def test_a_missing_folder_is_a_mistake_and_makes_no_index(assistant: Command, tmp_path: Path) -> None:
    root = tmp_path / "index"

    assert_mistake(assistant("index", "add", tmp_path / "absent", "--index", root), 1, str(tmp_path / "absent"))
    assert not root.exists()


def test_a_folder_without_articles_is_a_mistake_and_makes_no_index(assistant: Command, tmp_path: Path) -> None:
    folder, root = tmp_path / "folder", tmp_path / "index"
    folder.mkdir()

    assert_mistake(assistant("index", "add", folder, "--index", root), 1, f"no articles in {folder}", ".md")
    assert not root.exists()


def test_what_is_no_article_by_its_name_is_passed_over_in_one_line(assistant: Command, town: Library) -> None:
    for name in ("README.md", "LICENSE.txt", "sub/README.md", "sub/glossary.toml"):
        town.write(name, "Nobody asks of this.\n")

    run = assistant("index", "add", town.folder, "--index", town.root)

    (line,) = [line for line in run.err.splitlines() if "no articles by their names" in line]
    assert f"{town.folder / 'LICENSE.txt'}, {town.folder / 'README.md'}, {town.folder / 'sub' / 'README.md'}" in line
    assert " and 1 more; name such a file itself to add it" in line
    assert run.code == 0


def test_a_file_left_out_is_a_line_and_an_exit_code_and_the_rest_is_added(
    assistant: Command, town: Library, tmp_path: Path
) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nThe good mill turned.\n")
    (tmp_path / "bad.md").write_bytes(b"\xff")

    run = assistant("index", "add", tmp_path, "--index", town.root, "--json")

    outcome = json.loads(run.out)
    assert (run.code, outcome["added"]) == (1, ["good"])
    assert [line.split(":")[0] for line in outcome["not_taken"]] == [str(tmp_path / "bad.md")]


def test_sync_takes_a_folder_only(assistant: Command, town: Library, tmp_path: Path) -> None:
    path = tmp_path / "mill.md"
    path.write_text("# Mill\n\nThe old mill turned.\n")

    assert_mistake(assistant("index", "sync", path, "--index", town.root), 2, "is not a folder")
    assert assistant("index", "sync", tmp_path, "--index", town.root).code == 0


def test_the_default_gold_asked_of_another_index_is_remarked_on_in_one_line(
    assistant: Command, town: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_INDEX", str(town.root))
    monkeypatch.chdir(tmp_path)

    run = assistant("eval", "run", "--limit", "1", "--jobs", "1")

    (line,) = run.err.splitlines()[:1]
    assert line.startswith(f"assistant: the gold of the default collection is asked of the index in {town.root}, which")
    assert "unset --index and ASSISTANT_INDEX" in line
    assert "1 cases" not in run.out + run.err


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_encoder_in_the_settings_that_is_not_the_indexs_is_told_in_one_line(
    assistant: Command, town: Library, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ASSISTANT_ENCODER", "no-such-encoder")

    run = assistant(command, "Who is the mayor?", "--index", town.root)

    assert run.code == 0
    assert run.err == (
        "assistant: the settings name the encoder 'no-such-encoder', which only new indexes get; this one is asked "
        "with its own, hash-64-48\n"
    )


def test_another_encoder_than_the_indexs_own_is_a_mistake(assistant: Command, town: Library) -> None:
    run = assistant("index", "add", town.folder, "--index", town.root, "--encoder", "hash-32-48")

    assert_mistake(run, 3, "hash-64-48", "hash-32-48")


def test_removing_what_is_not_there_is_a_mistake_that_removes_nothing(assistant: Command, town: Library) -> None:
    run = assistant("index", "remove", "river", "nobody", "--index", town.root)

    assert_mistake(run, 1, "'nobody'", "index list")
    assert town.ids() == ["mayor", "river", "tram"]


def test_articles_whose_files_are_gone_stay_until_they_are_pruned(assistant: Command, library: Library) -> None:
    library.write("bridge.md", "The bridge has four lanes.")
    library.write("tram.md", "The tram has twelve stops.")
    library.add()
    (library.folder / "tram.md").unlink()

    kept = assistant("index", "add", library.folder, "--index", library.root)
    still_there = library.ids()
    pruned = assistant("index", "add", library.folder, "--index", library.root, "--prune")

    assert (kept.code, kept.out) == (0, f"1 unchanged: {library.root}\n")
    assert kept.err == "assistant: file gone, still in the index (--prune removes it): tram\n"
    assert still_there == ["bridge", "tram"]
    assert (pruned.code, pruned.out, pruned.err) == (0, f"1 removed, 1 unchanged: {library.root}\n", "")
    assert library.ids() == ["bridge"]


# Calibrating


def test_a_threshold_fitted_on_questions_of_ones_own_is_kept_with_the_index(
    assistant: Command, town: Library, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [("Who is the mayor?", True), ("When did the river rise?", True), ("Who sang an opera?", False)]
    text = "".join(json.dumps({"question": q, "answerable": a}) + "\n" for q, a in rows)
    questions.write_text(text, encoding="utf-8")

    fitted = assistant("eval", "calibrate", questions, "--index", town.root, "--refuse", "0")
    status = json.loads(assistant("index", "status", "--index", town.root, "--json").out)

    assert (fitted.code, fitted.err) == (0, "")
    assert fitted.out == f"threshold {status['threshold']}, {status['calibration']}\n"
    assert "fitted on 3 questions" in status["calibration"]
    assert "0.0% of the answerable are refused" in status["calibration"]


@pytest.mark.parametrize(
    "lines", ["", "{", '{"question": "Who?"}', '{"question": 3, "answerable": true}', '["Who?", true]', '"Who?"']
)
def test_questions_of_another_form_cannot_be_fitted_on(
    assistant: Command, town: Library, tmp_path: Path, lines: str
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(lines, encoding="utf-8")

    assert_mistake(assistant("eval", "calibrate", questions, "--index", town.root), 1, str(questions))


# Answers to verify


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "hello",
        "{",
        "[]",
        "3",
        "null",
        "{}",
        '{"citations": 3}',
        '{"citations": [3]}',
        '{"citations": [{}]}',
        '{"citations": [{"number": Infinity, "article_id": "river", "quote": "", "start": 0, "end": 0, "sha256": ""}]}',
        '{"citations": []}\n{"citations": [}',
        '{"citations": [{"number": 1, "article_id": "\\ud800", "quote": "x", "start": 0, "end": 1, "sha256": ""}]}',
        '{"citations": [], "citations": []}',
        '{"citations": [], "seconds": NaN}',
        "\x00\x01\x02",
        "[" * 100_000,
        "\udcff\udcfe",
    ],
)
def test_what_is_no_answer_cannot_be_verified(assistant: Command, town: Library, tmp_path: Path, text: str) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(os.fsencode(text))

    assert_mistake(assistant("verify", file, "--index", town.root), 2)
    assert_mistake(assistant("verify", "-", "--index", town.root, stdin=os.fsencode(text)), 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 100_000, "no answer: its lists and objects are nested too deeply; give what"),
        (b"\xef\xbb\xbf{}", "no JSON (it begins with a byte order mark); save it as UTF-8 without one"),
        (b'{"a": "\n"}', "no JSON (line 1, column 8: invalid control character); give what"),
        (b"{\n  x", "no JSON (line 2, column 3: expecting property name enclosed in double quotes); give what"),
        (b"{} \xff", "is no UTF-8 text (byte 3); give what"),
    ],
)
def test_why_a_file_is_no_answer_is_said_without_the_words_of_python(
    assistant: Command, town: Library, tmp_path: Path, data: bytes, message: str
) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(data)

    run = assistant("verify", file, "--index", town.root)

    assert_mistake(run, 2, str(file), message)
    assert "recursion" not in run.err


def test_an_answer_that_cannot_be_read_cannot_be_verified(assistant: Command, town: Library, tmp_path: Path) -> None:
    absent = assistant("verify", tmp_path / "absent.json", "--index", town.root)
    assert_mistake(absent, 2, "absent.json cannot be read (No such file or directory)")
    assert_mistake(assistant("verify", tmp_path, "--index", town.root), 2, str(tmp_path))


# Settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("passages = [", "cannot be read"),
        ("pasages = 3", "did you mean 'passages'?"),
        ("passages = 0", "must be between 1 and 50"),
        ('passages = "six"', "passages is 'six'; it must be a whole number"),
        ("hub = 3", "hub is 3; it must be true or false"),
        ("reranker = 3", "reranker is 3; it must be text in quotation marks"),
        ('threshold = "high"', "threshold is 'high'; it must be a number"),
        ("[model]\nkey = 3", "model.key is no text; it must be text in quotation marks"),
    ],
)
@pytest.mark.parametrize("arguments", [("ask", "Who?"), ("config", "show"), ("index", "status")])
def test_a_bad_settings_file_is_a_mistake(
    assistant: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    said: str,
    arguments: tuple[str, ...],
) -> None:
    (tmp_path / "assistant.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert_mistake(assistant(*arguments), 3, str(tmp_path / "assistant.toml"), said)


@pytest.mark.parametrize("encoder", ["absent/model", "hash-0-48", "hash-64-2", "hash-64"])
def test_an_unknown_encoder_is_a_mistake(assistant: Command, tmp_path: Path, encoder: str) -> None:
    (tmp_path / "a.txt").write_text("The bridge has four lanes.", encoding="utf-8")

    run = assistant("index", "add", tmp_path / "a.txt", "--index", tmp_path / "index", "--encoder", encoder)

    assert_mistake(run, 3, encoder)
    assert not (tmp_path / "index").exists()


def test_settings_are_shown_with_their_sources(
    assistant: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assistant.toml").write_text("passages = 7\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_SENTENCES", "2")

    shown, as_json = assistant("config", "show"), assistant("config", "show", "--json")

    assert (shown.code, shown.err, as_json.code, as_json.err) == (0, "", 0, "")
    lines = {line.split()[0]: line for line in shown.out.splitlines()}
    assert lines["passages"].endswith(f"= 7  ({tmp_path / 'assistant.toml'})")
    assert lines["sentences"].endswith("= 2  (ASSISTANT_SENTENCES)")
    assert lines["threshold"].endswith("(default)")
    found = json.loads(as_json.out)
    assert found["passages"] == {"value": 7, "source": str(tmp_path / "assistant.toml")}
    assert set(found) == set(lines)


# Searching


@pytest.mark.parametrize(
    ("options", "article_ids"),
    [
        (("-k", "2"), None),
        (("--publisher", "harbour gazette"), {"river", "mayor"}),
        (("--publisher", "Valley Post", "--publisher", "Harbour Gazette"), {"river", "mayor", "tram"}),
        (("--published-after", "2022-01-01"), {"mayor"}),
        (("--published-before", "2020-01-05"), {"tram"}),
        (("--article", "tram", "--article", "river"), {"tram", "river"}),
        (("--language", "en"), {"river", "mayor", "tram"}),
    ],
)
def test_a_search_is_limited_by_filters_and_by_number(
    assistant: Command, town: Library, options: tuple[str, ...], article_ids: set[str] | None
) -> None:
    run = assistant("search", "the town and the river", "--json", "--index", town.root, *options)

    found = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert set(found) == {"question", "searched", "passages"}
    assert [p["rank"] for p in found["passages"]] == list(range(1, len(found["passages"]) + 1))
    if article_ids is None:
        assert len(found["passages"]) == 2
    else:
        assert {p["article_id"] for p in found["passages"]} == article_ids
    for passage in found["passages"]:
        (number,) = (n for n, row in town.open().articles.items() if row.article_id == passage["article_id"])
        assert town.open().text(number)[passage["start"] : passage["end"]] == passage["text"]


def test_a_search_for_a_person_to_read_shows_titles_and_places(assistant: Command, town: Library) -> None:
    run = assistant("search", "who is the mayor", "--index", town.root, "-k", "1")

    assert run.code == 0
    assert run.out.startswith("1. ")
    assert "characters " in run.out


def test_filters_that_nothing_passes_are_remarked_on(assistant: Command, town: Library) -> None:
    filters = ("--publisher", "nobody", "--published-after", "2099-01-01")

    searched = assistant("search", "who is the mayor", "--index", town.root, *filters)
    asked = assistant("ask", "who is the mayor", "--index", town.root, *filters)

    for run in (searched, asked):
        first, second = run.err.splitlines()
        assert first.startswith("assistant: no article has the publisher 'nobody'")
        assert second.startswith("assistant: no article was published on 2099-01-01 or later")
        assert second.endswith("(`assistant index list` shows the articles)")
    assert (searched.code, searched.out, asked.code) == (0, "", 0)


# Help, and the real process


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(assistant: Command, command: tuple[str, ...]) -> None:
    run = assistant(*command, "--help")
    short = assistant(*command, "-h")

    assert (run.code, run.err) == (0, "")
    assert run.out == short.out
    assert run.out.startswith(f"Usage: {' '.join(['assistant', *command])} ")
    assert len(run.out.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "--port", "99999"), "--port is '99999'; it must be at most 65535"),
        (("search", "Who?", "-k", "0"), "-k is '0'; it must be at least 1"),
        (("ask", "Who?", "--sentences", "many"), "--sentences is 'many'; it must be a whole number"),
    ],
)
def test_a_wrong_value_is_named(assistant: Command, arguments: tuple[str, ...], message: str) -> None:
    run = assistant(*arguments)

    assert_mistake(run, 2)
    assert run.err == f"assistant: {message}; see `assistant {arguments[0]} --help`\n"


def test_a_group_without_a_command_shows_its_help_and_fails(assistant: Command) -> None:
    run = assistant("index")

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Usage: assistant index ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("ask", "Who?", "--bogus"), 2), (("ask", ""), 2), (("index", "status", "--index", "absent"), 3)],
)
def test_a_mistake_in_a_process_of_its_own_is_one_line_and_no_traceback(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        cwd=tmp_path,
        timeout=60,
        check=False,
    )

    assert_mistake(SimpleNamespace(code=run.returncode, out=run.stdout, err=run.stderr), code)
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="rights do not bind root")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("index", "add", "{}"), "{}: cannot be listed (Permission denied)"),
        (("index", "sync", "{}"), "{}: cannot be listed (Permission denied)"),
        (("index", "add", "{}/deep"), "{}/deep cannot be reached (Permission denied)"),
        (("index", "sync", "{}/deep"), "{}/deep cannot be reached (Permission denied)"),
        (("ask", "Who?", "--index", "{}"), "cannot be reached (Permission denied)"),
    ],
)
def test_a_folder_that_may_not_be_entered_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    locked = tmp_path / "locked"
    (locked / "deep").mkdir(parents=True)
    locked.chmod(0)
    command = [sys.executable, "-m", "assistant", *(one.format(locked) for one in arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command]
    try:
        run = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=environment(ASSISTANT_DATA=tmp_path / "data"),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    finally:
        locked.chmod(0o755)

    assert_mistake(SimpleNamespace(code=run.returncode, out=run.stdout, err=run.stderr), 1, said.format(locked))
