"""The scripted server: chosen replies and chosen misbehaviour, over real connections."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from assistant.models.scripted.script import Trouble, Turn, read_script
from assistant.models.scripted.server import ScriptedServer
from index.errors import UsageError


def ask(server: ScriptedServer, content: str = "Who?", *, stream: bool = False) -> tuple[int, Mapping[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=0.5)
    asked = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": content}]}
    body = json.dumps(asked | ({"stream_options": {"include_usage": True}} if stream else {}))
    try:
        connection.request("POST", "/v1/chat/completions", body, {"Authorization": "Bearer sesame"})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def asked(server: ScriptedServer) -> http.client.HTTPConnection:
    """A client that has asked for a stream and read nothing of it."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "Who?"}]})
    connection.request("POST", "/v1/chat/completions", body)
    return connection


def ends(condition: Callable[[], bool]) -> bool:
    """Whether it holds before long."""
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def text_of(body: bytes) -> str:
    return json.loads(body)["choices"][0]["message"]["content"]


def streamed(body: bytes) -> list[dict[str, object]]:
    *events, done, rest = body.decode().split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def test_replies_come_in_order_and_the_last_one_again_and_again() -> None:
    with ScriptedServer([Turn(reply="one"), Turn(reply="two")]) as server:
        assert [text_of(ask(server)[2]) for _ in range(4)] == ["one", "two", "two", "two"]


def test_a_reply_can_be_for_some_requests_only() -> None:
    with ScriptedServer([Turn(reply="river", when="rise"), Turn(reply="mayor", when="resign")]) as server:
        assert text_of(ask(server, "Who did resign?")[2]) == "mayor"
        assert text_of(ask(server, "Did the river rise?")[2]) == "river"
        assert ask(server, "What else?")[0] == 404


def test_an_error_can_have_a_body_of_its_own() -> None:
    with ScriptedServer([Turn(status=404, body='{"error": "no"}'), Turn(status=502, body="<html></html>")]) as server:
        (status, headers, body), page = ask(server), ask(server)

    assert (status, headers["Content-Type"], body) == (404, "application/json", b'{"error": "no"}')
    assert (page[0], page[1]["Content-Type"], page[2]) == (502, "text/html; charset=utf-8", b"<html></html>")


def test_thoughts_come_beside_the_reply_and_are_counted() -> None:
    with ScriptedServer([Turn(reply="Nobody.", thoughts="Was anyone?", read=7)]) as server:
        whole = json.loads(ask(server)[2])
        *chunks, _, usage = streamed(ask(server, stream=True)[2])

    assert whole["choices"][0]["message"]["reasoning"] == "Was anyone?"
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("reasoning", "") for delta in deltas) == "Was anyone?"
    assert "".join(delta["content"] for delta in deltas) == "Nobody."
    assert whole["usage"] == usage["usage"] == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}


def test_what_came_in_is_kept() -> None:
    with ScriptedServer([Turn(reply="one")]) as server:
        ask(server, "Who?")

    (received,) = server.requests
    assert (received.path, received.authorization) == ("/v1/chat/completions", "Bearer sesame")
    assert received.body["messages"] == [{"role": "user", "content": "Who?"}]


def test_a_streamed_reply_comes_in_events_with_the_usage_at_the_end() -> None:
    with ScriptedServer([Turn(reply="Nobody was hurt [1].", finish="length")]) as server:
        status, headers, body = ask(server, stream=True)

    *chunks, last, usage = streamed(body)
    assert (status, headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks) == "Nobody was hurt [1]."
    assert last["choices"][0]["finish_reason"] == "length"
    assert usage["usage"] == {"prompt_tokens": 1, "completion_tokens": 4, "total_tokens": 5}


def test_a_reply_can_be_a_million_characters_long() -> None:
    with ScriptedServer([Turn(reply="word ", repeat=200_000)]) as server:
        assert len(text_of(ask(server)[2])) == 1_000_000
        assert len(ask(server, stream=True)[2]) > 1_000_000


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_an_error_has_its_status_its_headers_and_the_key_as_some_servers_repeat_it(status: int) -> None:
    with ScriptedServer([Turn(status=status, retry_after="7")]) as server:
        found, headers, body = ask(server)

    assert (found, headers["Retry-After"]) == (status, "7")
    assert json.loads(body)["error"]["message"] == f"status {status} for Bearer sesame"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.HANG_AFTER_HEADERS, Trouble.HANG_MIDWAY])
def test_it_hangs_and_its_end_frees_whoever_waits(trouble: Trouble, stream: bool) -> None:
    with ScriptedServer([Turn(reply="Nobody was hurt.", trouble=trouble)]) as server, pytest.raises(TimeoutError):
        ask(server, stream=stream)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("trouble", [Trouble.DROP, Trouble.DROP_MIDWAY])
def test_it_drops_the_connection(trouble: Trouble, stream: bool) -> None:
    with (
        ScriptedServer([Turn(reply="Nobody was hurt.", trouble=trouble)]) as server,
        pytest.raises((http.client.IncompleteRead, ConnectionError)),
    ):
        ask(server, stream=stream)


def test_hundreds_of_clients_at_once_need_one_thread() -> None:
    before = threading.active_count()
    with ScriptedServer([Turn(reply="Nobody was hurt [1].", trouble=Trouble.HANG_MIDWAY)]) as server:
        clients = [asked(server) for _ in range(300)]
        try:
            assert ends(lambda: server.busy == 300)
            assert threading.active_count() == before + 1
        finally:
            for client in clients:
                client.close()
        assert ends(lambda: server.busy == 0)
        assert server.busiest == 300


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.HANG_MIDWAY])
def test_a_client_that_goes_away_is_not_served_any_longer(trouble: Trouble) -> None:
    with ScriptedServer([Turn(reply="Nobody was hurt.", trouble=trouble)]) as server:
        client = asked(server)
        assert ends(lambda: server.busy == 1)
        client.close()
        assert ends(lambda: server.busy == 0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("trouble", "start"), [(Trouble.EMPTY, b""), (Trouble.NOT_JSON, b"<html>"), (Trouble.HALF_JSON, b"")]
)
def test_it_answers_200_with_no_whole_json(trouble: Trouble, start: bytes, stream: bool) -> None:
    with ScriptedServer([Turn(reply="Nobody was hurt.", trouble=trouble)]) as server:
        status, _, body = ask(server, stream=stream)

    assert status == 200
    assert body.startswith(start)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid control"):
        json.loads(body.decode().split("data: ")[-1])


def test_it_lists_a_model() -> None:
    with ScriptedServer([Turn()]) as server, urlopen(f"{server.url}/models") as response:
        assert json.loads(response.read())["data"][0]["id"] == "scripted"


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('{"turns": [{"reply": "one", "seconds": 1}, {"trouble": "hang"}]}', encoding="utf-8")

    assert read_script(path) == [Turn(reply="one", seconds=1), Turn(trouble=Trouble.HANG)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("[]", "has no turns"),
        ("3", "has no turns"),
        ("[3]", "turn 1 is 3; it must be an object"),
        ('[{}, {"replly": ""}]', "turn 2 has an unknown field 'replly'; known: reply, repeat"),
        ('[{"status": "500"}]', "turn 1: status is '500'; it must be a whole number"),
        ('[{"status": true}]', "turn 1: status is True; it must be a whole number"),
        ('[{"trouble": "hangs"}]', "turn 1: trouble is 'hangs'; known: none, hang"),
    ],
)
def test_a_mistake_in_a_script_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read_script(path)

    assert message in str(caught.value)


def test_it_serves_from_the_command_line_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "script.json").write_text('[{"reply": "one"}]', encoding="utf-8")
    command = [sys.executable, "-m", "assistant.models.scripted.server", "--port", "0", str(tmp_path / "script.json")]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            with urlopen(f"{url}/models") as response:
                assert response.status == 200
        finally:
            process.terminate()


def test_a_mistake_on_the_command_line_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assistant.models.scripted.server", str(tmp_path / "absent.json")]

    process = subprocess.run(command, capture_output=True, text=True, check=False)

    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "absent.json cannot be read" in process.stderr
