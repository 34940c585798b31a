"""The load of streams: what a reply is paced by, and how an answer is read out of either kind of stream."""

import asyncio
import json

import pytest

from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer
from eval.lab.load.connection import Connection
from eval.lab.load.streams import Case, answer_in, quartiles, turns

ANSWER = {"status": "answered", "text": "The dam held. [1]"}


def test_a_reply_takes_as_long_as_is_asked_for() -> None:
    (turn,) = turns([Case(question="Which dam held?", reply="x" * 40, right={})], seconds=2.0)

    assert (turn.when, turn.seconds) == ("Which dam held?", pytest.approx(0.2))  # Ten pieces of four.


def test_the_whole_answer_is_read_out_of_both_kinds_of_stream() -> None:
    data = json.dumps(ANSWER)
    own = f"event: start\ndata: {{}}\n\n: ping\n\nevent: sentence\ndata: {{}}\n\nevent: answer\ndata: {data}\n\n"
    openais = f'data: {{"choices": []}}\n\ndata: {{"choices": [], "receipts":{data}}}\n\ndata: [DONE]\n\n'

    assert answer_in(own, openai=False) == ANSWER
    assert answer_in(openais, openai=True) == ANSWER
    assert answer_in('event: error\ndata: {"error": {}}\n\n', openai=False) is None


def test_times_are_told_from_the_least_to_the_most() -> None:
    assert quartiles([3.0, 1.0, 2.04]) == "1.0 / 2.0 / 3.0 s"
    assert quartiles([]) == "none"


def test_a_connection_tells_of_each_part_of_a_stream_as_it_comes() -> None:
    parts: list[bytes] = []

    async def run(port: int) -> bytes:
        connection = Connection(port)
        body = {"stream": True, "messages": [{"role": "user", "content": "Who?"}]}
        try:
            return (await connection.request("POST", "/v1/chat/completions", body, heard=parts.append)).body
        finally:
            connection.close()
            await asyncio.sleep(0.01)

    with ScriptedServer([Turn(reply="Nobody was hurt.")]) as server:
        whole = asyncio.run(run(int(server.url.rsplit(":", 1)[1].removesuffix("/v1"))))

    assert len(parts) == 6  # Four pieces, the end and [DONE].
    assert b"".join(parts) == whole
