"""The server as a process: killed, stopped, crowded, its index changed under it."""

import asyncio
import functools
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from library import TOWN
from serving import DAM, TRAM, Server, assistant, events, serving, town_in

from assistant.service.server import listening

SLOW = ("-m", "eval.lab.load.slow_answerer")


def ask(server: Server, question: str, **fields: object) -> httpx.Response:
    with server.client() as client:
        return client.post("/api/ask", json={"question": question, **fields})


def eventually(what: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.02)
    return False


def test_answers_are_sent_without_delay():
    """Else each answer on a kept connection waits 40 ms for the acknowledgement of its headers."""

    async def accepted() -> int:
        delays: asyncio.Queue[int] = asyncio.Queue()

        async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            plain = writer.get_extra_info("socket")
            delays.put_nowait(plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listening("127.0.0.1", 0)
        async with await asyncio.start_server(told, sock=listener):
            _, client = await asyncio.open_connection(*listener.getsockname())
            delay = await delays.get()
            client.close()
            await client.wait_closed()
            return delay

    assert asyncio.run(accepted()) == 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    town_in(tmp_path)
    return tmp_path


def test_conversations_and_feedback_survive_a_kill(home):
    with serving(home) as server:
        answer = ask(server, DAM).json()
        with server.client() as client:
            given = {"message_id": answer["message_id"], "rating": "down", "reason": "which gate?"}
            assert client.post("/api/feedback", json=given).status_code == 200
        server.stop(signal.SIGKILL)

    with serving(home) as server, server.client() as client:
        (message,) = client.get(f"/api/conversations/{answer['conversation_id']}").json()["messages"]

    beside = {"conversation_id", "message_id", "collection", "signature"}  # The signature is over those keys too.
    kept = message["answer"]
    assert {k: v for k, v in kept.items() if k != "signature"} == {k: v for k, v in answer.items() if k not in beside}
    assert kept["signature"]["public_key"] == answer["signature"]["public_key"]
    assert message["feedback"]["reason"] == "which gate?"


def test_feedback_is_listed_shown_and_exported_on_the_command_line(home, tmp_path):
    with serving(home) as server:
        answers = [ask(server, question).json() for question in (DAM, TRAM)]
        with server.client() as client:
            given = {"message_id": answers[1]["message_id"], "rating": "down", "reason": "in euros,\nplease"}
            client.post("/api/feedback", json=given)
    id_ = answers[1]["message_id"]

    listed = assistant(server.data, "feedback", "list").stdout
    shown = assistant(server.data, "feedback", "show", id_).stdout
    exported = assistant(server.data, "feedback", "export", "--out", tmp_path / "all.jsonl")
    rated = assistant(server.data, "feedback", "export", "--rated").stdout
    up = assistant(server.data, "feedback", "list", "--rating", "up").stdout
    unknown = assistant(server.data, "feedback", "show", "nothing")

    assert listed.splitlines() == [line for line in listed.splitlines() if id_ in line]
    assert f"{TRAM}  (in euros, please)" in listed
    assert answers[1]["text"] in shown
    assert answers[1]["index"]["fingerprint"] in shown
    assert (exported.returncode, "wrote 2 answers" in exported.stderr) == (0, True)
    assert len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert [json.loads(line)["message_id"] for line in rated.splitlines()] == [id_]
    assert up == ""
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_a_running_server_answers_from_articles_that_come_and_not_from_those_that_go(home):
    library = town_in(home / "other")
    with serving(home / "other") as server:
        before = ask(server, "Who won the regatta?").json()
        library.write("regatta.md", "# The regatta\n\nThe crew of the Petrel won the regatta on Sunday.\n")
        library.add()
        after = ask(server, "Who won the regatta?").json()
        library.remove("regatta")
        again = ask(server, "Who won the regatta?").json()

    assert "Petrel" not in before["text"]
    assert "Petrel won the regatta" in after["text"]
    assert "Petrel" not in again["text"]
    assert before["index"]["generation"] < after["index"]["generation"] < again["index"]["generation"]


def test_a_full_queue_is_refused_at_once_and_the_rest_is_answered(home):
    with serving(home, "--queue", 1) as server:
        long = " and ".join(f"what did the mayor of town {n} do in {1900 + n}?" for n in range(40))
        with ThreadPoolExecutor(40) as threads:
            started = time.monotonic()
            responses = list(threads.map(lambda n: ask(server, f"{n} {long}"[:1_900]), range(40)))
            seconds = time.monotonic() - started
        with server.client() as client:
            counted = client.get("/metrics").text

    refused = [r for r in responses if r.status_code == 503]
    assert {r.status_code for r in responses} == {200, 503}
    assert {r.json()["error"]["code"] for r in refused} == {"busy"}
    assert {r.headers["retry-after"] for r in refused} == {"1"}
    assert {r.json()["error"]["type"] for r in refused} == {"overloaded_error"}
    assert f"assistant_busy_total {len(refused)}" in counted
    assert min(r.elapsed.total_seconds() for r in refused) < seconds


def test_many_questions_at_once_get_the_answers_they_would_get_alone(home):
    questions = [DAM, TRAM, "When did Mayor Anna Berg resign?", "How many stops are planned?"] * 8
    with serving(home, "--queue", 100, "--wait-seconds", 60) as server:
        alone = {question: ask(server, question).json()["id"] for question in questions[:4]}
        with ThreadPoolExecutor(16) as threads:
            together = list(threads.map(lambda question: ask(server, question).json()["id"], questions))

    assert together == [alone[question] for question in questions]


def test_an_answer_that_is_on_its_way_is_finished_before_the_server_stops(home):
    with serving(home, "--seconds", 2, command=SLOW) as server, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ask, server, TRAM)
        with server.client() as client:
            assert eventually(lambda: "assistant_open_requests 2" in client.get("/metrics").text)
        code = server.stop()
        response = waiting.result()

    assert (response.status_code, code) == (200, 0)
    assert "35,000 crowns" in response.json()["text"]


def test_a_stream_that_cannot_finish_ends_with_an_error_and_not_with_silence(home):
    with serving(home, "--seconds", 60, "--stop-seconds", 0.5, command=SLOW) as server:
        with (
            server.client() as client,
            client.stream("POST", "/api/ask", json={"question": TRAM, "stream": True}) as one,
        ):
            chunks = one.iter_text()
            first = next(chunks)
            server.process.send_signal(signal.SIGTERM)
            rest = "".join(chunks)
        code = server.process.wait(20)

    assert events(first)[0][0] == "start"
    ((name, data),) = events(rest)
    assert (name, data["error"]["code"]) == ("error", "stopping")
    assert code == 0


def test_an_openai_stream_that_cannot_finish_carries_an_error_object(home):
    body = {"model": "index", "messages": [{"role": "user", "content": TRAM}], "stream": True}
    with (
        serving(home, "--seconds", 60, "--stop-seconds", 0.5, command=SLOW) as server,
        server.client() as client,
        client.stream("POST", "/v1/chat/completions", json=body) as one,
    ):
        chunks = one.iter_text()
        next(chunks)
        server.process.send_signal(signal.SIGTERM)
        found = events("".join(chunks))

    assert found[-1][1]["error"]["code"] == "stopping"
    assert "[DONE]" not in [data for _, data in found]


def test_a_stream_that_waits_shows_signs_of_life(home):
    with (
        serving(home, "--seconds", 0.5, "--heartbeat-seconds", 0.1, command=SLOW) as server,
        server.client() as client,
    ):
        text = client.post("/api/ask", json={"question": TRAM, "stream": True}).text

    assert text.count(": ping\n\n") >= 4
    assert events(text)[-1][0] == "answer"


def test_open_streams_hold_no_threads_and_end_with_their_clients(home):
    with serving(home, "--seconds", 60, "--queue", 200, command=SLOW) as server:
        task = Path(f"/proc/{server.process.pid}/task")

        def open_requests() -> int:
            line = next(
                line
                for line in httpx.get(f"{server.url}/metrics", trust_env=False).text.splitlines()
                if line.startswith("assistant_open_requests")
            )
            return int(float(line.split()[1]))

        stop = threading.Event()

        def hold(n: int) -> None:
            with (
                server.client() as client,
                client.stream("POST", "/api/ask", json={"question": TRAM, "stream": True}) as one,
            ):
                chunks = one.iter_text()
                next(chunks)
                stop.wait(30)

        before = len(list(task.iterdir()))
        with ThreadPoolExecutor(60) as threads:
            held = [threads.submit(hold, n) for n in range(60)]
            full = eventually(lambda: open_requests() >= 61, 20)
            during = len(list(task.iterdir()))
            stop.set()
            for one in held:
                one.result()
        gone = eventually(lambda: open_requests() == 1)

    assert full
    assert gone
    assert during - before <= 16  # The threads of SQLite's work, not one for each of the 60.


def test_a_killed_worker_is_replaced_and_nothing_is_lost(home):
    with serving(home, "--workers", 2) as server:
        answer = ask(server, DAM).json()
        first = server.workers()
        os.kill(first[0], signal.SIGKILL)
        assert eventually(lambda: len(set(server.workers()) - set(first)) == 1)

        def well() -> bool:
            try:
                return ask(server, TRAM).status_code == 200
            except httpx.TransportError:
                return False

        assert eventually(well)
        with server.client() as client:
            assert client.get(f"/api/conversations/{answer['conversation_id']}").status_code == 200
            assert eventually(lambda: "assistant_workers 2" in client.get("/metrics").text)
        assert server.stop() == 0
        assert "another takes its place" in server.log.read_text()


def status_of_ask(server: Server, _: int) -> int:
    """Of a question over a connection of its own; 0 if that broke."""
    try:
        return ask(server, TRAM).status_code
    except httpx.TransportError:
        return 0


def test_nobody_is_refused_by_the_process_that_takes_a_killed_ones_place(home):
    statuses = []
    with serving(home, "--workers", 2) as server, ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            before = server.workers()
            os.kill(before[0], signal.SIGKILL)
            assert eventually(lambda before=before: len(set(server.workers()) - set(before)) == 1)
            statuses += threads.map(functools.partial(status_of_ask, server), range(40))

    assert set(statuses) <= {200, 0}
    assert statuses.count(200) > 100


def test_a_process_that_cannot_start_now_is_tried_again_while_another_answers(home):
    catalog, aside = home / "index" / "catalog.sqlite", home / "aside.sqlite"
    with serving(home, "--workers", 2) as server:
        first, second = server.workers()
        catalog.rename(aside)
        catalog.write_bytes(b"not a catalog")
        os.kill(second, signal.SIGKILL)
        assert eventually(lambda: server.log.read_text().count("another takes its place") >= 3)
        assert "is no catalog that can be read" in server.log.read_text()
        assert [status_of_ask(server, n) for n in range(3)] == [200, 200, 200]

        aside.rename(catalog)

        def settled() -> bool:
            before = server.workers()
            time.sleep(2)
            return len(before) == 2 and server.workers() == before

        assert eventually(settled, 20)
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: status_of_ask(server, 0) == 200)
        assert server.stop() == 0


def test_workers_end_when_the_process_above_them_is_killed(home):
    with serving(home, "--workers", 2) as server:
        workers = server.workers()
        server.stop(signal.SIGKILL)

        assert len(workers) == 2
        assert eventually(lambda: not any(map(alive, workers)))


def alive(process: int) -> bool:
    """Whether a process runs; one that ended and was not waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", [1, 2])
def test_an_index_that_cannot_be_opened_ends_the_server_with_one_line(home, workers):
    (home / "index" / "catalog.sqlite").write_bytes(b"not a catalog")

    run = assistant(home / "data", "serve", "--port", 0, "--index", home / "index", "--workers", workers)

    assert run.returncode == 3
    assert "is no catalog that can be read" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_ctrl_c_stops_the_server_in_good_order(home):
    with serving(home) as server:
        ask(server, DAM)
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.log.read_text()


def test_a_server_is_ready_within_seconds_and_says_so_before_it_is(home):
    with serving(home) as server, server.client() as client:
        assert client.get("/ready").status_code == 200
        assert client.get("/health").status_code == 200


def test_serving_imports_nothing_heavy(home):
    with serving(home) as server:
        ask(server, DAM)
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()

    assert not [name for name in ("/torch/", "/scipy/", "/pandas/") if name in maps]


@pytest.fixture
def uploading(tmp_path: Path) -> Iterator[Server]:
    town_in(tmp_path)
    with serving(tmp_path, "--allow-upload") as server:
        yield server


def upload(server: Server, *files: tuple[str, bytes]) -> httpx.Response:
    with server.client() as client:
        return client.post("/api/articles", files=[("files", file) for file in files])


def test_an_uploaded_article_is_answered_from_replaced_and_removed(uploading):
    question = "Who won the regatta?"
    first = upload(uploading, ("regatta.md", b"# The regatta\n\nThe crew of the Petrel won the regatta.\n"))
    assert (first.status_code, first.json()["added"]) == (201, ["regatta"])
    assert "Petrel" in ask(uploading, question).json()["text"]

    second = upload(uploading, ("regatta.md", b"# The regatta\n\nThe crew of the Gannet won the regatta.\n"))
    assert second.json()["changed"] == ["regatta"]
    assert "Gannet" in ask(uploading, question).json()["text"]

    with uploading.client() as client:
        assert client.delete("/api/articles/regatta").status_code == 204
        assert client.delete("/api/articles/regatta").status_code == 404
    assert "Gannet" not in ask(uploading, question).json()["text"]


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/evil.md", "..\\..\\evil.md", "/etc/evil.md", "evil.md\0.txt", ".md", "~/evil.md"]
)
def test_no_path_is_taken_from_the_client(uploading, name):
    response = upload(uploading, (name, b"The harbour master sleeps.\n"))

    assert response.status_code in {201, 400, 415, 422}
    with uploading.client() as client:
        ids = [a["article_id"] for a in client.get("/api/articles").json()["articles"]]
        # An article that is a file elsewhere cannot be removed by that file's path.
        path = str(uploading.log.parent / "articles" / "tram.md")
        assert client.delete(f"/api/articles/{path.replace('/', '%2F')}").status_code == 404
    assert all("/" not in id_ and "\\" not in id_ for id_ in ids)
    assert not list(uploading.log.parent.rglob("*evil*"))


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ([(f"{n}.md", b"Text.") for n in range(21)], 422, "too_many_files"),
        ([(f"{n}.md", b"x" * 4_900_000) for n in range(5)], 413, "too_large"),
        ([], 422, "invalid_field"),
    ],
)
def test_what_is_too_much_is_refused_whole(uploading, files, status, code):
    response = upload(uploading, ("good.md", b"The harbour master sleeps.\n"), *files) if files else upload(uploading)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    with uploading.client() as client:
        assert client.get("/api/status").json()["articles"] == 3


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [(("a.exe", b"MZ"), 415, "file_type_not_supported"), (("a.md", b"x" * 5_000_001), 413, "file_too_large")],
)
def test_a_file_that_cannot_be_taken_is_refused_alone_and_rejects_no_other(uploading, file, status, code):
    alone = upload(uploading, file)
    assert (alone.status_code, alone.json()["error"]["code"]) == (status, code)

    empty, tram = ("empty.txt", b""), ("tram.txt", TOWN["tram.md"].encode())
    sent = upload(uploading, file, ("good.md", b"The harbour master sleeps.\n"), empty, tram)

    assert (sent.status_code, sent.json()["added"], len(sent.json()["failed"])) == (201, ["good"], 3)
    told = [(one["file"], one["status"], one["articles"]) for one in sent.json()["files"]]
    assert told == [
        (file[0], "failed", []),
        ("good.md", "added", ["good"]),
        ("empty.txt", "failed", []),
        ("tram.txt", "unchanged", ["tram"]),
    ]
    assert "the file is empty" in sent.json()["files"][2]["detail"]
    assert "the same article" in sent.json()["files"][3]["detail"]


def test_uploads_are_known_by_their_whole_names_and_read_in_every_format(uploading):
    names = ["C++.md", "C#.md", "c.md", "notes/c.md", "c\u200b.md", "n" * 200 + "1.md", "n" * 200 + "2.md", "c.html"]
    files = [(name, f"<p>The harbour master number {number} sleeps.</p>".encode()) for number, name in enumerate(names)]
    for file in files:
        response = upload(uploading, file)
        assert (response.status_code, len(response.json()["added"])) == (201, 1)

    assert upload(uploading, files[0]).json()["unchanged"] == ["c"]
    again = upload(uploading, ("other.md", files[0][1])).json()
    assert (again["added"], len(again["failed"])) == ([], 1)
    with uploading.client() as client:
        assert client.get("/api/status").json()["articles"] == 3 + len(names)


def test_a_hostile_upload_is_told_and_the_server_answers_meanwhile(uploading):
    slow = threading.Thread(target=upload, args=(uploading, ("slow.html", b"<div>" * 50_000)))
    slow.start()
    time.sleep(0.5)

    begun = time.monotonic()
    with uploading.client() as client:
        assert client.get("/health").status_code == 200
    assert upload(uploading, ("good.md", b"The harbour master sleeps.\n")).json()["added"] == ["good"]
    assert time.monotonic() - begun < 8
    slow.join(60)


def test_the_document_states_how_many_files_are_taken_at_once(uploading):
    with uploading.client() as client:
        document = client.get("/openapi.json").json()
    most = document["components"]["schemas"]["Body_upload_api_articles_post"]["properties"]["files"]["maxItems"]
    files = [(f"{number}.txt", b"The mill turned.") for number in range(most + 1)]

    assert upload(uploading, *files).status_code == 422
    assert upload(uploading, *files[:most]).status_code == 201


def test_a_file_without_text_is_named_and_the_others_are_taken(uploading):
    response = upload(uploading, ("a.md", b"   "), ("b.md", b"\xff\xfe\xff"), ("c", b"The harbour master sleeps.\n"))

    assert (response.status_code, response.json()["added"]) == (201, ["c"])
    assert [line.split(":")[0] for line in response.json()["failed"]] == ["a.md", "b.md"]
    again = upload(uploading, ("a.md", b""))
    assert (again.status_code, len(again.json()["failed"])) == (200, 1)


def test_an_index_for_uploads_is_made_where_there_is_none(tmp_path, monkeypatch):
    (tmp_path / "assistant.toml").write_text('encoder = "hash-64-48"\n')
    monkeypatch.chdir(tmp_path)
    with serving(tmp_path, "--allow-upload") as server:
        assert upload(server, ("regatta.md", b"The crew of the Petrel won the regatta.\n")).status_code == 201
        assert "Petrel" in ask(server, "Who won the regatta?").json()["text"]
