"""The soak: a short one over a real server, and that it notices what it is there to notice."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from library import Library
from serving import DAM, OPERA, TRAM

from eval.lab.load.connection import BROKEN, Connection
from eval.lab.soak.caller import Caller, GaveUp
from eval.lab.soak.expected import Expected, content
from eval.lab.soak.findings import Counts, Findings
from eval.lab.soak.kill import Killed, held_ports
from eval.lab.soak.ledger import Ledger, Rated
from eval.lab.soak.run import Plan, soak
from eval.lab.soak.watch import course
from index.text.article import sha256_of

QUOTE = "The dam at Oldwater held."
ANSWER = {
    "id": "a1",
    "text": f"{QUOTE} [1]",
    "citations": [
        {"article_id": "river", "sha256": sha256_of(f"Rain. {QUOTE}"), "start": 6, "end": 31, "quote": QUOTE}
    ],
    "index": {"fingerprint": "f1", "generation": 3},
    "seconds": 0.1,
    "conversation_id": "c1",
    "message_id": "m1",
}
UP = Rated(rating="up", reason="r1")


def test_under_load_with_changes_and_a_kill_nothing_goes_wrong(town: Library, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    notes: list[str] = []
    plan = Plan(
        index=town.root,
        cases=[(DAM,), (TRAM,), (OPERA,), (DAM, "And how many gates were opened?")],
        minutes=0.3,
        clients=3,
        pause=0.05,
        workers=2,
        kill_seconds=16,
        change_seconds=2,
    )

    soaked = soak(plan, note=notes.append)

    assert soaked.findings.lines() == []
    assert (soaked.kills, len([note for note in notes if "killed process" in note])) == (1, 1)
    assert soaked.counts.changes >= 2
    assert soaked.counts.compared > 20
    assert soaked.counts.receipts > 20
    assert 0 < soaked.feedback == soaked.kept
    assert soaked.samples


def expected() -> Expected:
    text = f"Rain. {QUOTE}"
    return Expected(answers={("f1", (DAM,)): content(ANSWER)}, texts={("river", sha256_of(text)): text})


def test_an_answer_of_the_same_articles_must_be_the_same():
    again = {**ANSWER, "seconds": 9.0, "message_id": "m2", "id": "a2", "index": {"fingerprint": "f1", "generation": 9}}

    assert expected().fault_of_answer((DAM,), again) is None
    assert "text was" in str(expected().fault_of_answer((DAM,), {**ANSWER, "text": "No dam held."}))
    moved = [{**ANSWER["citations"][0], "start": 5}]
    assert "citations was" in str(expected().fault_of_answer((DAM,), {**ANSWER, "citations": moved}))
    assert "never were" in str(expected().fault_of_answer((DAM,), {**ANSWER, "index": {"fingerprint": "f2"}}))


@pytest.mark.parametrize(
    "changed", [{"start": 5}, {"quote": "The dam at Oldwater broke."}, {"sha256": "0"}, {"article_id": "tram"}]
)
def test_a_receipt_that_no_version_bears_out_is_a_fault(changed):
    assert expected().faults_of_receipts(ANSWER) == []
    assert len(expected().faults_of_receipts({"citations": [{**ANSWER["citations"][0], **changed}]})) == 1


def exported(message_id: str = "m1", *, answer: str = "a1", feedback: Rated | None = UP) -> str:
    rated = {"rating": feedback.rating, "reason": feedback.reason, "created": "now"} if feedback else None
    return json.dumps({"message_id": message_id, "answer": {"id": answer}, "feedback": rated})


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        ([exported()], []),
        ([], ["feedback was lost", "an answer was lost"]),
        ([exported(feedback=None)], ["feedback was lost"]),
        ([exported(feedback=Rated(rating="down", reason="r1"))], ["feedback is there that was not given so"]),
        ([exported(), exported()], ["an answer is there more than once"]),
        ([exported(answer="a2")], ["another answer was kept than was given"]),
        ([exported(), exported("m9")], ["feedback is there that was not given so"]),
        ([exported(), exported("m0", feedback=None)], ["what was erased is still there"]),
        ([exported(), exported("m9", feedback=None)], []),  # Kept, and cut off before its client had it.
    ],
)
def test_what_was_acknowledged_is_there_once_and_as_it_was_given(lines, kinds):
    ledger, findings = Ledger(), Findings()
    ledger.keep({**ANSWER, "message_id": "m0"})
    ledger.erase(["m0"])
    ledger.keep(ANSWER)
    ledger.feedback["m1"] = UP

    ledger.compare(lines, findings)

    assert [line for line in findings.lines() if not line.startswith(" ")] == [f"WRONG, 1 times: {k}" for k in kinds]


def test_memory_that_grows_is_told_from_memory_that_wavers():
    minutes = [number / 10 for number in range(90)]
    wavering = course(minutes, [300 + (number % 2) for number in range(90)])
    growing = course(minutes, [300 + number for number in range(90)])
    warming = course(minutes, [min(200 + 10 * number, 300) for number in range(90)])

    assert wavering.growth(0.03, 4.0) is None
    assert warming.growth(0.03, 4.0) is None
    assert "344 in the middle third, 374 in the last, +10.00 a minute" in str(growing.growth(0.03, 4.0))


HOLDER = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
held = [listener.accept()[0] for _ in range(2)]
print("held", flush=True)
listener.accept()
listener.accept()
"""


def test_a_kill_knows_which_connections_it_takes_along():
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        port = int(process.stdout.readline())
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
        process.stdout.readline()
        ports = {client.getsockname()[1] for client in clients}
        assert held_ports(process.pid, port) == ports
        assert held_ports(os.getpid(), port) == set()

        killed = Killed()
        killed.kill(process.pid, port, {clients[0].getsockname()[1], 1})

        assert process.wait(10) == -signal.SIGKILL
        assert (killed.ports, killed.in_flight) == (ports, {clients[0].getsockname()[1]})
        for client in clients:
            client.close()


def called(killed_ports: str, answers: list[bytes]) -> tuple[Counts, Findings, int]:
    """What a caller counts and finds when a server gives these answers, and the status that it gets in the end.

    Args:
        killed_ports: "in flight", "idle" or "none": where the first connection is known as a killed process's.
        answers: one for each connection; an empty one breaks it.
    """
    counts, findings, killed = Counts(), Findings(), Killed()
    left = iter(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer := next(left):
            writer.write(answer)
        else:
            port = writer.get_extra_info("peername")[1]
            killed.ports |= {port} if killed_ports != "none" else set()
            killed.in_flight |= {port} if killed_ports == "in flight" else set()
        writer.close()

    async def run() -> int:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            caller = Caller(server.sockets[0].getsockname()[1], killed, counts, findings)
            try:
                return (await caller.call("read", "GET", "/")).status
            finally:
                caller.close()
                await asyncio.sleep(0.01)  # For the connection to be gone before the loop is.

    return counts, findings, asyncio.run(run())


DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def refusal(code: str) -> bytes:
    body = json.dumps({"error": {"code": code}}).encode()
    return b"HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def test_a_request_that_a_kill_cut_off_is_asked_again_and_counted_apart():
    counts, findings, status = called("in flight", [b"", DONE])

    assert (status, counts.cut, counts.closed, bool(findings)) == (200, 1, 0, False)
    assert called("idle", [b"", DONE])[0].closed == 1


def test_a_request_that_broke_without_a_kill_is_a_fault():
    _, findings, status = called("none", [b"", DONE])

    assert status == 200
    assert "a connection broke that no killed process held" in findings.lines()[0]


def test_only_some_refusals_are_no_faults():
    counts, findings, _ = called("none", [refusal("busy"), DONE])
    assert (counts.refused, bool(findings)) == ({"busy": 1}, False)

    _, findings, _ = called("none", [refusal("index_unavailable"), DONE])
    assert "status 503, index_unavailable" in findings.lines()[0]


def test_a_server_that_is_not_there_is_given_up_and_said():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    findings = Findings()

    async def run() -> None:
        with pytest.raises(BROKEN):
            await Connection(port).request("GET", "/")
        with pytest.raises(GaveUp):
            await Caller(port, Killed(), Counts(), findings).call("read", "GET", "/")

    asyncio.run(run())

    assert "a request was never answered" in "".join(findings.lines())
