"""Collections side by side: made, used, named in place of a folder, removed; `--index` anywhere on the line."""

import json
import os
from pathlib import Path

import pytest
from library import Library

from assistant.cli.tree import index_moved
from assistant.service.work.collection import collection_name
from assistant.settings.collections import all_collections, data_folder, named_root

HASH = ("--encoder", "hash-64-48")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "mills"
    folder.mkdir()
    (folder / "mill.md").write_text("# The mill\n\nThe mill at Norrby has four wheels.\n", encoding="utf-8")
    return folder


def names(assistant) -> dict[str, tuple[object, bool]]:
    found = json.loads(assistant("collections", "list", "--json").out)
    return {one["name"]: (one["articles"], one["asked"]) for one in found["collections"]}


def test_a_collection_is_created_filled_asked_by_name_and_removed(assistant, articles) -> None:
    created = assistant("collections", "create", "mills-1900", *HASH)
    added = assistant("index", "add", "--index", "mills-1900", articles)
    asked = assistant("ask", "How many wheels has the mill?", "--index", "mills-1900", "--threshold", "0")
    removed = assistant("collections", "remove", "mills-1900", "--yes")

    assert (created.code, added.code, asked.code, removed.code) == (0, 0, 0, 0)
    assert added.out == f"1 added: {data_folder() / 'collections' / 'mills-1900'}\n"
    assert "four wheels" in asked.out
    assert named_root("mills-1900") is None
    assert (articles / "mill.md").is_file()


def test_the_collection_in_use_is_asked_and_changed_until_another_is(assistant, articles) -> None:
    assistant("collections", "create", "mills", *HASH)
    assert names(assistant) == {"default": (None, True), "own": (None, False), "mills": (0, False)}

    used = assistant("collections", "use", "mills")
    added = assistant("index", "add", articles)
    asked = assistant("ask", "How many wheels has the mill?", "--threshold", "0")

    assert used.out == "questions go to mills from now on\n"
    assert str(named_root("mills")) in added.out
    assert "four wheels" in asked.out
    assert names(assistant) == {"default": (None, False), "own": (None, False), "mills": (1, True)}
    assert "* mills" in assistant("collections", "list").out

    assistant("collections", "remove", "mills", "--yes")

    assert names(assistant) == {"default": (None, True), "own": (None, False)}


def test_articles_that_are_added_while_the_default_is_in_use_go_to_ones_own_and_that_is_told(
    assistant, articles
) -> None:
    assistant("index", "add", articles, *HASH)
    assert names(assistant)["own"] == (1, True)

    assistant("collections", "use", "default")
    (articles / "weir.md").write_text("The weir has two gates.\n", encoding="utf-8")
    added = assistant("index", "add", articles)

    assert added.out.endswith(f": {data_folder() / 'index'}\n")
    assert f"questions go to the index in {data_folder() / 'default'}" in added.err
    assert names(assistant) == {"default": (None, True), "own": (2, False)}


@pytest.mark.parametrize("command", [("index", "add"), ("index", "sync"), ("index", "remove")])
def test_the_default_collection_takes_no_other_articles(assistant, articles, command) -> None:
    run = assistant(*command, articles, "--index", "default")

    assert (run.code, run.out) == (2, "")
    assert "the default collection" in run.err
    assert "assistant collections create" in run.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("use", "absent"), "there is no collection 'absent'; there are: default, own"),
        (("remove", "absent"), "there is no collection 'absent'"),
        (("remove", "default"), "the default collection comes with the program"),
        (("remove", "own"), "has no index yet"),
        (("remove", "absent", "--yes"), "there is no collection 'absent'"),
        (("create", "default"), "there is a collection 'default' already"),
        (("create", "a/b"), "the name 'a/b' cannot be used"),
        (("create", "../b"), "cannot be used"),
        (("create", ""), "cannot be used"),
        (("create", "x" * 65), "cannot be used"),
    ],
)
def test_a_wrong_name_is_a_mistake(assistant, arguments, said) -> None:
    run = assistant("collections", *arguments)

    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert said in run.err


@pytest.mark.parametrize(
    ("options", "answer", "gone", "code"),
    [
        ((), b"y\n", True, 0),
        ((), b"Yes\n", True, 0),
        ((), b"\n", False, 1),
        ((), b"n\n", False, 1),
        ((), b"", False, 1),
        (("--yes",), b"", True, 0),
    ],
)
def test_a_collection_is_removed_once_that_is_confirmed(assistant, articles, options, answer, gone, code) -> None:
    assistant("collections", "create", "mills", *HASH)
    assistant("index", "add", "--index", "mills", articles)
    root = named_root("mills")

    run = assistant("collections", "remove", "mills", *options, stdin=answer, typed=True)

    assert (run.code, named_root("mills") is None) == (code, gone)
    assert (f"Delete the index of mills, 1 article, in {root}? [y/N] " in run.err) == (not options)
    assert ("nothing was removed" in run.err) == (not gone)


def test_where_nobody_can_confirm_it_nothing_is_removed(assistant) -> None:
    assistant("collections", "create", "mills", *HASH)

    run = assistant("collections", "remove", "mills", stdin=b"y\n")

    assert (run.code, run.out, run.err.count("\n"), named_root("mills") is None) == (2, "", 1, False)
    assert "add --yes" in run.err


@pytest.mark.parametrize(
    "command", [("ask", "Who?"), ("search", "Who?"), ("chat",), ("index", "list"), ("verify", "-")]
)
def test_a_name_that_is_neither_a_collection_nor_a_folder_leads_to_the_collections(
    assistant, town: Library, command
) -> None:
    answer = assistant("ask", "--json", "Which dam held?", "--index", town.root).out.encode()
    assistant("collections", "create", "mills", *HASH)

    far = assistant(*command, "--index", "nope", stdin=answer)
    near = assistant(*command, "--index", "mils", stdin=answer)

    for run, name in ((far, "nope"), (near, "mils")):
        assert (run.code, run.out, run.err.count("\n")) == (3, "", 1)
        assert f"there is no collection and no folder '{name}'" in run.err
        assert "`assistant collections list`" in run.err
        assert f"`assistant collections create {name}`" in run.err
    assert ("did you mean" in far.err, "did you mean 'mills'? " in near.err) == (False, True)


def test_the_collections_are_listed_whatever_index_a_variable_names(assistant, monkeypatch) -> None:
    monkeypatch.setenv("ASSISTANT_INDEX", "nope")

    run = assistant("collections", "list")

    assert (run.code, "default" in run.out, "questions go to the index in nope" in run.err) == (0, True, True)


def given(assistant, *arguments) -> bytes:
    return assistant("ask", "--json", "How many wheels has the mill?", "--threshold", "0", *arguments).out.encode()


def test_an_answer_of_another_collection_is_said_to_be_one_and_verified_there(
    assistant, articles, town: Library
) -> None:
    assistant("collections", "create", "mills", *HASH)
    assistant("index", "add", "--index", "mills", articles)
    answer = given(assistant, "--index", "mills")

    elsewhere = assistant("verify", "-", "--index", town.root, stdin=answer)
    as_json = json.loads(assistant("verify", "-", "--json", "--index", town.root, stdin=answer).out)
    there = assistant("verify", "-", "--index", "mills", stdin=answer)

    assert elsewhere.code == 1
    assert elsewhere.out.splitlines()[1:] == [
        "0 of 1 receipt holds",
        "this answer was given by another collection, 'mills': verify it with --index mills",
        "the answer comes from another index",
    ]
    assert as_json["answers"][0]["given_by"] == "mills"
    assert there.code == 0


def test_a_collection_that_changed_since_is_still_the_one_to_verify_with(assistant, articles, town: Library) -> None:
    assistant("collections", "create", "mills", *HASH)
    assistant("index", "add", "--index", "mills", articles)
    answer = given(assistant, "--index", "mills")
    (articles / "weir.md").write_text("The weir has two gates.\n", encoding="utf-8")
    assistant("index", "add", "--index", "mills", articles)

    elsewhere = assistant("verify", "-", "--index", town.root, stdin=answer)
    there = assistant("verify", "-", "--index", "mills", stdin=answer)

    assert "verify it with --index mills" in elsewhere.out
    assert (there.code, "by another state of this one" in there.out) == (0, True)


def test_an_answer_of_no_collection_that_is_here_is_said_to_be_one(assistant, articles, town: Library) -> None:
    assistant("index", "add", articles, *HASH)
    answer = assistant("ask", "--json", "Which dam held?", "--index", town.root).out.encode()

    run = assistant("verify", "-", stdin=answer)

    assert (run.code, "an index that is none of your collections: verify it with --index FOLDER" in run.out) == (
        1,
        True,
    )


def test_ones_own_collection_has_its_name_wherever_it_is_served(assistant, articles, town: Library) -> None:
    assistant("index", "add", articles, *HASH)
    assistant("collections", "create", "mills", *HASH)

    folders = {one.name: one.root for one in all_collections()}

    assert {collection_name(root): root for root in folders.values()} == folders
    assert collection_name(town.root) == town.root.name


def test_a_collection_in_use_that_is_gone_is_told(assistant) -> None:
    assistant("collections", "create", "mills", *HASH)
    assistant("collections", "use", "mills")
    os.rename(data_folder() / "collections" / "mills", data_folder() / "gone")

    run = assistant("ask", "Who?")

    assert (run.code, run.out) == (3, "")
    assert "the collection 'mills', which is in use, is gone; choose another" in run.err


def test_a_variable_and_a_setting_may_name_a_collection_and_a_path_of_that_name_is_a_folder(
    assistant, articles, tmp_path, monkeypatch
) -> None:
    assistant("collections", "create", "mills", *HASH)
    monkeypatch.chdir(tmp_path)
    Path("assistant.toml").write_text('index = "mills"\n', encoding="utf-8")

    by_setting = json.loads(assistant("index", "status", "--json").out)["index"]
    Path("assistant.toml").unlink()
    monkeypatch.setenv("ASSISTANT_INDEX", "mills")
    by_variable = json.loads(assistant("index", "status", "--json").out)["index"]
    folder = assistant("index", "status", "--index", "./mills")

    assert by_setting == by_variable == str(named_root("mills"))
    assert (folder.code, "no index in mills" in folder.err) == (3, True)


def test_the_index_may_be_named_anywhere_on_the_line(assistant, town: Library) -> None:
    question = ("Which dam held?",)
    lines = [
        ("ask", *question, "--index", town.root),
        ("--index", town.root, "ask", *question),
        (f"--index={town.root}", "ask", *question),
    ]

    shown = {assistant(*line).out for line in lines}
    status = {
        assistant(*line).out
        for line in [
            ("index", "status", "--index", town.root),
            ("index", "--index", town.root, "status"),
            ("--index", town.root, "index", "status"),
        ]
    }

    assert len(shown) == len(status) == 1
    assert "Oldwater" in shown.pop()
    refused = assistant("--index", town.root, "config", "show")
    assert (refused.code, "no such option: --index" in refused.err) == (2, True)


def test_only_what_stands_before_a_commands_name_is_moved() -> None:
    from typer.main import get_command

    from assistant.cli import app

    tree = get_command(app)
    for words in ([], ["--index"], ["--index", "x"], ["--index", "x", "bogus"], ["-V"], ["ask", "--", "--index"]):
        assert index_moved(words, tree) == words
    assert index_moved(["--index", "x", "ask", "--", "-5"], tree) == ["ask", "--index", "x", "--", "-5"]


@pytest.mark.parametrize("command", [("index", "add", "mills"), ("ask", "Who mills?"), ("index", "status")])
def test_a_name_that_was_taken_as_a_path_is_told_with_how_to_make_a_collection_of_it(
    assistant, articles, monkeypatch, command
) -> None:
    monkeypatch.chdir(articles.parent)

    run = assistant(*command, "--index", "mills")

    assert run.code == 3
    assert run.err.count("\n") == 1
    assert "there is no collection 'mills', so it was taken as a path: mills is no index" in run.err
    assert "`assistant collections create mills` makes a collection of that name" in run.err
