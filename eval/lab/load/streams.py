"""Measure thousands of concurrent streams of a slow model: right answers, latency, threads, memory.

    python -m eval.lab.load.load streams

The model is the scripted server, which writes a given reply to each question, token by token. Right is the
assistant's answer to the same question and reply asked alone.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.chain.assistant import Assistant
from assistant.chain.with_model import with_model
from assistant.models.scripted.model import ScriptedModel
from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer
from assistant.settings.collections import default_index
from assistant.settings.locations import encoder_of
from assistant.settings.settings import Settings
from eval.lab.load.connection import Connection
from eval.lab.load.running import gold_questions, memory, processor_seconds, served, threads
from index.search.embedded import embedded_opener

QUESTIONS = 12
"""Number of distinct questions."""
PIECE_CHARACTERS = 4
"""Characters of a piece of a reply, about a token."""
LIE = " There were 99 of them in 1787 [1]."
"""End of each reply, which the check must drop."""
COMPARED = ("status", "text", "citations", "reader", "degraded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A question, the model's reply, and the right answer."""

    question: str
    reply: str
    right: dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Got:
    """Results of the streams."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    """Ends of wrong answers."""
    first_seconds: list[float] = field(default_factory=list)
    """Time to the first sentence of each stream."""
    elapsed: float = 0.0


def cases(questions: Sequence[str]) -> list[Case]:
    """Select the first questions that take one model call, with the articles' sentence as the reply."""
    settings, reply = Settings(), [""]
    model = ScriptedModel(lambda call: reply[0])
    chain = with_model(model, settings)
    assistant = Assistant(
        embedded_opener(default_index(), lambda snapshot: encoder_of(snapshot, _quietly), note=_quietly),
        settings,
        note=_quietly,
        writer=chain.writer,
        condenser=chain.condenser,
        splitter=chain.splitter,
    )
    found: list[Case] = []
    for question in questions:
        quoted = assistant.ask(question, written=False)
        if len(quoted.citations) == 1:
            reply[0] = f"{quoted.citations[0].quote} [1]{LIE}"
            before = len(model.calls)
            answer = assistant.ask(question)
            if answer.reader == chain.writer.name and len(model.calls) == before + 1:
                found.append(
                    Case(question=question, reply=reply[0], right=_compared(json.loads(json.dumps(answer.to_json()))))
                )
        if len(found) == QUESTIONS:
            break
    assistant.close()
    return found


def _quietly(note: str) -> None:
    """Discard notes."""


def _compared(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {name: answer[name] for name in COMPARED}


def turns(known: Sequence[Case], *, seconds: float) -> list[Turn]:
    """Make the script of a model that takes `seconds` for each reply."""
    return [
        Turn(reply=case.reply, when=case.question, seconds=seconds * PIECE_CHARACTERS / len(case.reply))
        for case in known
    ]


async def asked_together(port: int, known: Sequence[Case], clients: int, *, watch: Callable[[], None]) -> Got:
    """Ask with many clients at once, every other one over OpenAI's API.

    Args:
        port: of the server.
        known: cases, which clients take in turn.
        clients: number of clients.
        watch: called once a second meanwhile.
    """
    got = Got()
    started = time.perf_counter()
    name = (await Connection(port).request("GET", "/v1/models")).json()["data"][0]["id"]
    asking = asyncio.gather(
        *(_ask(port, known[n % len(known)], name if n // len(known) % 2 else None, got) for n in range(clients))
    )
    while not asking.done():
        watch()
        await asyncio.wait([asking], timeout=1)
    await asking
    got.elapsed = time.perf_counter() - started
    return got


async def _ask(port: int, case: Case, collection: str | None, got: Got) -> None:
    client, started, first = Connection(port), time.perf_counter(), [0.0]
    path, body = "/api/ask", {"question": case.question, "stream": True}
    if collection is not None:
        messages = [{"role": "user", "content": case.question}]
        path, body = "/v1/chat/completions", {"model": collection, "stream": True, "messages": messages}

    def heard(part: bytes) -> None:
        if not first[0] and (b"event: sentence" in part or (b'"content":"' in part and b'"content":""' not in part)):
            first[0] = time.perf_counter() - started

    try:
        reply = await client.request("POST", path, body, heard=heard)
        answer = answer_in(reply.body.decode(), openai=collection is not None)
        if answer is not None and _compared(answer) == case.right:
            got.right += 1
            got.first_seconds.append(first[0])
        else:
            got.wrong.append(reply.body.decode()[-300:])
    except (OSError, asyncio.IncompleteReadError) as error:
        got.wrong.append(repr(error))
    finally:
        client.close()


def answer_in(body: str, *, openai: bool) -> Any:  # noqa: ANN401 - JSON
    """Parse the whole answer in a stream; None if there is none."""
    mark = '"receipts":' if openai else "event: answer"
    for block in body.split("\n\n"):
        if mark in block:
            data = json.loads(block.partition("data: ")[2])
            return data["receipts"] if openai else data
    return None


def measured(clients: int, *, reply_seconds: float) -> str:
    """Measure concurrent streams of `assistant serve` with one process and a slow model.

    Args:
        clients: number of clients.
        reply_seconds: time of the model for a whole reply.
    """
    known = cases(gold_questions())
    # The first client waits for the model, the last one for the processor.
    longest = str(reply_seconds + 600)
    with ScriptedServer(turns(known, seconds=reply_seconds)) as model:
        variables = {
            "ASSISTANT_MODEL": "scripted",
            "ASSISTANT_MODEL_BASE_URL": model.url,
            "ASSISTANT_MODEL_CONNECT_SECONDS": "60",
            "ASSISTANT_MODEL_FIRST_TOKEN_SECONDS": longest,
            "ASSISTANT_MODEL_TOTAL_SECONDS": longest,
        }
        waits = ("--queue", clients, "--wait-seconds", 600, "--answer-seconds", 600)
        with served(*waits, variables=variables) as server:
            most, size, before = [0], [0.0], memory(server.process.pid)

            def watch() -> None:
                most[0] = max(most[0], threads(server.process.pid))
                size[0] = max(size[0], memory(server.process.pid))

            got = asyncio.run(asked_together(server.port, known, clients, watch=watch))
            used = processor_seconds(server.process.pid)
    for end in got.wrong[:3]:
        print(f"not a right answer: …{end}")
    return (
        f"{clients:,} open streams, 1 process, {reply_seconds:g} s a reply: {got.right:,} right answers, "
        f"{len(got.wrong)} others, {model.busiest:,} calls of the model at once, {most[0]} threads at most, "
        f"{before:.0f} to {size[0]:.0f} MiB, first sentence after {quartiles(got.first_seconds)} "
        f"(least / median / most), all after {got.elapsed:.0f} s, {1000 * used / clients:.0f} ms of processor each"
    )


def quartiles(times: Sequence[float]) -> str:
    """Format minimum, median and maximum."""
    return f"{min(times):.1f} / {statistics.median(times):.1f} / {max(times):.1f} s" if times else "none"
