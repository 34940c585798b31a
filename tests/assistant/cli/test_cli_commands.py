"""The commands as a person runs them, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import BRAINS, assistant, done, environment, imported
from library import Library

from assistant import __version__
from index.counts import counted
from index.storage.verify import verify_index

OPERA = "Who composed the opera about the moons of Neptune?"
CONTRACT = {
    "id",
    "question",
    "status",
    "reason",
    "text",
    "citations",
    "passages",
    "reader",
    "degraded",
    "index",
    "prompt",
    "seconds",
}
"""Keys of an answer's JSON that others rely on."""
RECEIPT = {
    "number",
    "article_id",
    "title",
    "publisher",
    "published",
    "url",
    "sha256",
    "start",
    "end",
    "quote",
    "answer_spans",
}
"""Keys of each of its citations."""
BEYOND = {"nearest", "unanswered", "confidence", "searched"}
"""Keys that came later."""
CHANGING = {"seconds": 0, "signature": None}
"""Keys that differ between equal answers."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of which nothing is there until `first` asks."""
    return tmp_path_factory.mktemp("home") / "data"


@pytest.fixture(scope="module")
def first(data: Path) -> subprocess.CompletedProcess[str]:
    """The first question on a fresh machine."""
    return assistant("ask", BRAINS, ASSISTANT_DATA=data)


@pytest.fixture(scope="module")
def printed(data: Path, first: subprocess.CompletedProcess[str]) -> str:
    """An answer's JSON."""
    assert first.returncode == 0
    return done("ask", BRAINS, "--json", ASSISTANT_DATA=data)


# Asking


def test_the_first_question_on_a_fresh_machine_builds_the_default_collection_and_is_answered(
    data: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0
    assert "[1]" in first.stdout
    assert "sha256" in first.stdout
    assert f"assistant: building the default collection in {data / 'default'}" in first.stderr.splitlines()[0]


def test_the_receipts_of_a_question_of_two_parts_stand_under_the_part_that_they_answer(data: Path, first) -> None:
    run = assistant("ask", "How many industrial brains has Zhejiang built and who is Wu Xiaodong?", ASSISTANT_DATA=data)

    headings = ("\n\nHow many industrial brains has Zhejiang built?\n[1] ", "\n\nWho is Wu Xiaodong?\n[2] ")
    places = [run.stdout.index(heading) for heading in headings]
    assert places == sorted(places)
    assert run.stdout.index("\n[1] ", places[0]) < places[1] < run.stdout.index("\n[2] ", places[0])


def test_a_question_from_standard_input_is_answered_alike_and_without_a_remark(
    data: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert done("ask", "-", stdin=f"\n {BRAINS}\n", ASSISTANT_DATA=data) == first.stdout


def test_an_answers_json_has_the_keys_of_the_contract_and_holds(data: Path, printed: str, tmp_path: Path) -> None:
    answer = json.loads(printed)

    assert set(answer) == CONTRACT | BEYOND | {"signature"}
    assert set(answer["index"]) == {"fingerprint", "generation", "articles", "chunks"}
    for passage in answer["passages"]:
        assert set(passage) == {"article_id", "start", "end", "score", "rank"}
    for citation in answer["citations"]:
        assert set(citation) == RECEIPT
        for start, end in citation["answer_spans"]:
            assert answer["text"][end:].startswith(f" [{citation['number']}]")
            assert start < end
    assert (answer["status"], answer["reason"], answer["prompt"]) == ("answered", None, None)
    file = tmp_path / "answer.json"
    file.write_text(printed, encoding="utf-8")
    shown = done("verify", file, ASSISTANT_DATA=data)
    assert "1 of 1 receipt holds" in shown
    assert shown.splitlines()[-1].startswith("holds: ")


def test_questions_line_by_line_get_an_answer_a_line_each(data: Path, printed: str) -> None:
    lines = f"{BRAINS}\n\n{OPERA}\n  ?\n{OPERA}"

    run = assistant("ask", "--json", "--lines", "-", stdin=lines, ASSISTANT_DATA=data)

    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [a.get("status") for a in answers] == ["answered", "refused", None, "refused"]
    assert answers[0] | CHANGING == json.loads(printed) | CHANGING
    assert set(answers[1]) == CONTRACT | BEYOND | {"signature"}
    assert set(answers[2]) == {"question", "error"}
    assert run.returncode == 1
    assert run.stderr.splitlines() == [f"assistant: {answers[2]['error']}"]


def test_a_refusal_has_an_exit_code_of_its_own_if_that_is_asked_for(data: Path, printed: str) -> None:
    run = assistant("ask", OPERA, "--fail-on-refusal", ASSISTANT_DATA=data)

    assert (run.returncode, run.stderr) == (10, "")
    assert "articles" in run.stdout


def test_a_refusal_shows_what_came_closest_and_verify_tells_when_it_changed(town: Library, tmp_path: Path) -> None:
    refusal = json.loads(done("ask", OPERA, "--json", "--index", town.root))
    shown = done("ask", OPERA, "--index", town.root)
    saved = tmp_path / "refusal.json"
    saved.write_text(json.dumps(refusal), encoding="utf-8")

    near = refusal["nearest"][0]
    assert f"%: {near['quote']}" in shown
    assert "\x1b" not in shown
    assert "closest passages hold" in done("verify", saved, "--index", town.root)

    town.remove(near["article_id"])
    run = assistant("verify", saved, "--index", town.root)

    assert run.returncode == 1
    assert f"closest passage 1: {near['article_id']}: gone" in run.stdout


def test_asking_imports_nothing_heavy_and_another_process_gives_the_same_json_but_for_the_seconds(
    data: Path, printed: str
) -> None:
    # Typer imports pydantic by itself to convert what is typed.
    heavy = (
        "torch transformers sentence_transformers llama_index llama_index.core scipy sklearn pandas fastapi jinja2 rich"
    )

    run = imported("ask", BRAINS, "--json", among=heavy, ASSISTANT_DATA=data)

    assert run.stderr.strip() == ""
    assert json.loads(run.stdout) | CHANGING == json.loads(printed) | CHANGING


def test_an_answer_that_is_only_shown_is_not_signed(data: Path, first: subprocess.CompletedProcess[str]) -> None:
    run = imported("ask", BRAINS, among="cryptography", ASSISTANT_DATA=data)

    assert run.stderr.strip() == ""


def test_help_imports_neither_numpy_nor_faiss() -> None:
    heavy = "numpy faiss tantivy onnxruntime tokenizers torch transformers sentence_transformers llama_index yaml"

    run = imported("--help", among=heavy)

    assert run.stderr.strip() == ""
    assert "Usage: assistant" in run.stdout


def test_the_version_is_printed() -> None:
    assert done("--version") == f"{__version__}\n"


def test_a_follow_up_in_a_chat_keeps_its_subject(town: Library) -> None:
    lines = [
        "Who opened gates at the Oldwater Dam?",
        "?",
        "How many gates does it have?",
        "exit",
        "Who is never asked?",
    ]

    run = assistant("chat", "--index", town.root, stdin="\n".join(lines), ASSISTANT_THRESHOLD=0)

    assert run.returncode == 0
    assert run.stdout.count("sha256") >= 2
    assert "five gates" in run.stdout
    assert run.stderr.splitlines()[0].startswith("assistant: the question is empty")
    assert run.stderr.splitlines()[1] == "assistant: searched for: How many gates does Oldwater Dam have?"
    assert len(run.stderr.splitlines()) == 2


# An index of one's own


def test_an_article_is_added_quoted_changed_moved_and_removed_and_its_receipts_tell(tmp_path: Path) -> None:
    folder, file = tmp_path / "articles", tmp_path / "answer.json"
    folder.mkdir()
    bridge = folder / "bridge.md"
    bridge.write_text("# The bridge\n\nAnna Berg opened the bridge in 2021.\n", encoding="utf-8")
    (folder / "tram.txt").write_text("The tram has twelve stops.\n", encoding="utf-8")
    own = {"ASSISTANT_DATA": tmp_path / "data"}
    root = tmp_path / "data" / "index"

    made = assistant("index", "add", folder, "--encoder", "hash-64-48", **own)
    again = done("index", "add", folder, **own)
    file.write_text(done("ask", "Who opened the bridge?", "--json", "--threshold", "0", **own), encoding="utf-8")
    holds = assistant("verify", file, **own)
    bridge.write_text("# The bridge\n\nIt rained. Anna Berg opened the bridge in 2021.\n", encoding="utf-8")
    changed = done("index", "add", folder, **own)
    moved = assistant("verify", file, "--json", **own)
    bridge.write_text("# The bridge\n\nOtto Lind opened the bridge in 2022.\n", encoding="utf-8")
    done("index", "add", bridge, **own)
    rewritten = assistant("verify", file, "--json", **own)
    removed = done("index", "remove", "bridge", **own)
    gone = assistant("verify", file, "--json", **own)

    assert made.stdout == f"2 added: {root}\n"
    assert made.stderr == f"assistant: made a new index in {root}\n"
    assert again == f"2 unchanged: {root}\n"
    assert changed == f"1 changed, 1 unchanged: {root}\n"
    assert (holds.returncode, holds.stderr) == (0, "")
    assert "holds" in holds.stdout.splitlines()[0]
    assert removed == "removed bridge\n"
    for run, standing in ((moved, "moved"), (rewritten, "changed"), (gone, "gone")):
        receipts = json.loads(run.stdout)["receipts"]
        assert [one["standing"] for one in receipts if one["article_id"] == "bridge"] == [standing]
        assert (run.returncode, run.stderr) == (1, "")
    status = json.loads(done("index", "status", "--articles", "--json", **own))
    assert (status["articles"], [one["article_id"] for one in status["listed"]]) == (1, ["tram"])
    assert "everything holds" in done("index", "verify", **own)


def test_good_articles_among_junk_are_taken_and_the_junk_is_named(library: Library) -> None:
    library.write("good.md", "The bridge has four lanes.\n")
    (library.folder / "junk.md").write_bytes(bytes(range(256)))
    (library.folder / "zeros.txt").write_bytes(b"text\0text")
    (library.folder / "empty.md").write_bytes(b"\n")
    (library.folder / "picture.png").write_bytes(b"\x89PNG")

    run = assistant("index", "add", library.folder, "--index", library.root)

    assert (run.returncode, run.stdout) == (1, f"1 added, 3 not taken: {library.root}\n")
    assert [Path(line.split(": ")[2].partition(";")[0]).name for line in run.stderr.splitlines()] == [
        "empty.md",
        "junk.md",
        "zeros.txt",
        "picture.png",
    ]
    assert library.ids() == ["good"]


def test_a_file_whose_name_is_not_text_is_named_and_the_rest_taken(library: Library) -> None:
    library.write("good.md", "The bridge has four lanes.\n")
    try:
        Path(os.fsdecode(os.fsencode(library.folder) + b"/caf\xe9.md")).write_text("Coffee.", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")

    run = assistant("index", "add", library.folder, "--index", library.root)

    assert (run.returncode, run.stdout) == (1, f"1 added, 1 not taken: {library.root}\n")
    assert len(run.stderr.splitlines()) == 1
    assert "caf\\udce9.md" in run.stderr


def test_a_pipe_among_the_articles_is_named_and_not_waited_for(library: Library) -> None:
    library.write("good.md", "The bridge has four lanes.\n")
    os.mkfifo(library.folder / "pipe.md")

    run = assistant("index", "add", library.folder, "--index", library.root)

    assert (run.returncode, run.stdout) == (1, f"1 added, 1 not taken: {library.root}\n")
    assert "pipe.md: a pipe, socket or device, not a file" in run.stderr


# Signals and pipes


def test_an_interrupted_indexing_ends_in_one_line_with_an_index_that_verifies_and_goes_on(tmp_path: Path) -> None:
    folder, root = tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    for number in range(60):
        sentences = (f"The gate {n} of dam {number} is {n * number} metres high." for n in range(80))
        (folder / f"dam-{number}.txt").write_text("\n\n".join(sentences), encoding="utf-8")
    command = [sys.executable, "-m", "assistant", "index", "add", str(folder), "--index", str(root)]
    command += ["--encoder", "hash-64-48"]

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment()
    ) as process:
        assert process.stderr is not None
        assert "made a new index" in process.stderr.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert out == ""
    stored = verify_index(root).articles
    kept = f"{counted(stored, 'new or changed article')} stored and kept; the same command goes on from there"
    told = kept if stored else "nothing was changed in the index; the same command begins anew"
    assert err == f"assistant: interrupted; {told}\n"
    assert verify_index(root).problems == ()
    assert done(*command[3:-2]) == f"60 added: {root}\n"
    assert verify_index(root).problems == ()


def test_an_interrupted_chat_ends_in_one_line(town: Library) -> None:
    command = [sys.executable, "-m", "assistant", "chat", "--index", str(town.root)]

    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(ASSISTANT_THRESHOLD=0),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("Who is the mayor?\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (130, "assistant: interrupted\n")


def test_an_interruption_while_the_program_is_still_being_loaded_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parents[3]}"

    run = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", "Who is the mayor?"],
        capture_output=True,
        encoding="utf-8",
        env=environment(PYTHONPATH=path),
    )

    assert (run.returncode, run.stdout, run.stderr) == (130, "", "assistant: interrupted\n")


def test_an_interruption_that_a_library_takes_for_a_failed_import_is_one_line(town: Library, tmp_path: Path) -> None:
    library = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass
except KeyboardInterrupt:
    raise ImportError("initialization failed") from None
"""
    (tmp_path / "onnxruntime.py").write_text(library, encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parents[3]}"

    run = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", "Who is the mayor?", "--index", str(town.root)],
        capture_output=True,
        encoding="utf-8",
        env=environment(PYTHONPATH=path),
    )

    assert (run.returncode, run.stdout, run.stderr) == (130, "", "assistant: interrupted\n")


def test_a_module_that_is_broken_is_no_interruption(town: Library, tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('broken')", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parents[3]}"

    run = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", "Who is the mayor?", "--index", str(town.root)],
        capture_output=True,
        encoding="utf-8",
        env=environment(PYTHONPATH=path),
    )

    assert run.returncode != 130
    assert "broken" in run.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_output_that_has_no_space_left_is_told_in_one_line(town: Library) -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "assistant", "ask", "Who is the mayor?", "--index", str(town.root)],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
        )

    assert run.returncode == 1
    assert run.stderr == "assistant: the output was cut, since no space is left where it goes; make room\n"


@pytest.mark.parametrize(("arguments", "code"), [("ask -", 2), ("chat", 0), ("ask --lines -", 0)])
def test_a_closed_standard_input_is_an_empty_one(town: Library, arguments: str, code: int) -> None:
    run = subprocess.run(
        ["sh", "-c", f'"$0" -m assistant {arguments} --index "$1" <&- >&-', sys.executable, str(town.root)],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        timeout=60,
        check=False,
    )

    assert run.returncode == code
    assert len(run.stderr.splitlines()) == (1 if code else 0)


@pytest.mark.parametrize("arguments", [("index", "status", "--articles"), ("ask", "--json", "--lines", "-")])
def test_a_reader_that_goes_away_is_no_error(town: Library, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)

    try:
        run = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments, "--index", str(town.root)],
            input="Who is the mayor?\nWho was?\n",
            stdout=write,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)

    assert (run.returncode, run.stderr) == (0, "")
