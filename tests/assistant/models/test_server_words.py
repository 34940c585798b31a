"""The ways in which servers refuse, in their own words, and the one line that a person gets for it."""

import json
import socket
import threading
from dataclasses import replace

import pytest
from model_servers import ASKED, KEY, QUICK, failure_of, opened, serving

from assistant.models.failures import failure_of as failure_for
from assistant.models.scripted.script import Trouble, Turn
from assistant.models.scripted.server import ScriptedServer
from assistant.models.seam import Failure

ONCE_MORE = replace(QUICK, retries=1)
PAGE = "<!DOCTYPE html><html><head><title>\n502 Bad Gateway</title></head><body>nginx</body></html>"
QUOTA = "You exceeded your current quota, please check your plan and billing details."


def error(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


def answer_plainly(server: socket.socket) -> None:
    """To two clients."""
    for _ in range(2):
        connection, _ = server.accept()
        with connection:
            connection.recv(64)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


# Those of vLLM 0.32.0 and llama.cpp b11669 were recorded from these servers, the others are after their documentation.
WINDOW = "start it with a larger window, or set ASSISTANT_MODEL_CONTEXT_TOKENS to the one that it has"
REFUSALS = {
    "vllm: no such model": (
        Turn(
            status=404,
            body=error(
                "The model `nope` does not exist. Valid aliases: babbler.",
                type="NotFoundError",
                param="model",
                code=404,
            ),
        ),
        "does not exist. Valid aliases: babbler.); correct the model's name: ASSISTANT_MODEL",
    ),
    "vllm: too long a prompt": (
        Turn(
            status=400,
            body=error(
                "This model's maximum context length is 8192 tokens. However, your prompt contains at least 8193 input "
                "tokens, which exceeds this limit even without any output tokens.",
                type="BadRequestError",
                param="input_tokens",
                code=400,
            ),
        ),
        WINDOW,
    ),
    "vllm: too long a reply": (
        Turn(
            status=400,
            body=error(
                "max_tokens=9000 cannot be greater than max_model_len=8192. Please request fewer output tokens.",
                type="BadRequestError",
                param="max_tokens",
                code=400,
            ),
        ),
        WINDOW,
    ),
    "llama.cpp: too long a prompt": (
        Turn(
            status=400,
            body=error(
                "request (9006 tokens) exceeds the available context size (8192 tokens), try increasing it",
                code=400,
                type="exceed_context_size_error",
                n_prompt_tokens=9006,
                n_ctx=8192,
            ),
        ),
        WINDOW,
    ),
    "llama.cpp: wrong key": (
        Turn(status=401, body=error("Invalid API Key", code=401, type="authentication_error")),
        "refused (status 401: Invalid API Key); set the right key: ASSISTANT_MODEL_KEY",
    ),
    "ollama: model not pulled": (
        Turn(status=404, body=error("model 'qwen3:8b' not found", type="not_found_error", param=None, code=None)),
        "get it with: ollama pull qwen3:8b",
    ),
    "ollama, older: model not pulled": (
        Turn(status=404, body=error('model "qwen3:8b" not found, try pulling it first', type="api_error")),
        "get it with: ollama pull qwen3:8b",
    ),
    "openai: wrong key": (
        Turn(
            status=401,
            body=error(
                f"Incorrect API key provided: {KEY[:8]}****4711, and {KEY}.",
                type="invalid_request_error",
                code="invalid_api_key",
            ),
        ),
        "set the right key: ASSISTANT_MODEL_KEY",
    ),
    "openai: forbidden": (
        Turn(status=403, body=error("Project does not have access to model `gpt-5.4`", code="model_not_found")),
        "use a key that may do this (ASSISTANT_MODEL_KEY) or another model (ASSISTANT_MODEL)",
    ),
    "openai: no credit": (
        Turn(status=429, retry_after="1", body=error(QUOTA, type="insufficient_quota", code="insufficient_quota")),
        "billing details.); pay for more, or use another key",
    ),
    "openai: too long a prompt": (
        Turn(status=400, body=error("Your messages resulted in 9000 tokens.", code="context_length_exceeded")),
        WINDOW,
    ),
    "openrouter: no credit": (
        Turn(status=402, body=error("Insufficient credits. Add more.", code=402)),
        "refused (status 402: Insufficient credits. Add more.)",
    ),
    "fastapi: wrong path": (
        Turn(status=404, body=json.dumps({"detail": "Not Found"})),
        "(status 404: Not Found); correct the address, which mostly ends in /v1: ASSISTANT_MODEL_BASE_URL",
    ),
    "a web server: wrong path": (
        Turn(status=404, body="<html><head><title>404 Not Found</title></head><body>A model site</body></html>"),
        "(status 404: a page of HTML, '404 Not Found'); correct the address",
    ),
    "a word alone": (Turn(status=400, body=json.dumps({"error": "no"})), "refused (status 400: no)"),
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(name: str, stream: bool) -> None:
    turn, words = REFUSALS[name]
    with serving(turn, settings=replace(ONCE_MORE, stream=stream)) as (server, model):
        failure = failure_of(model)

    assert failure.kind is Failure.REJECTED
    assert words in str(failure)
    assert "\n" not in str(failure)
    assert KEY not in str(failure)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("turn", "kind", "words"),
    [
        (Turn(status=502, body=PAGE), Failure.SERVER_ERROR, "failed (status 502: a page of HTML, '502 Bad Gateway')"),
        (Turn(status=503, body="<html></html>"), Failure.SERVER_ERROR, "failed (status 503: a page of HTML)"),
        (Turn(status=503, body=error("Loading model", code=503)), Failure.SERVER_ERROR, "(status 503: Loading model)"),
        (Turn(status=429, body=error("Rate limit reached", code="rate_limit_exceeded")), Failure.RATE_LIMITED, "limit"),
        # Google's, in a list, which means a limit for the minute by the same words.
        (
            Turn(status=429, body=f"[{error(QUOTA, status='RESOURCE_EXHAUSTED', code=429)}]"),
            Failure.RATE_LIMITED,
            QUOTA,
        ),
    ],
)
def test_a_trouble_that_may_pass_is_tried_again(turn: Turn, kind: Failure, words: str) -> None:
    with serving(turn, settings=ONCE_MORE) as (server, model):
        failure = failure_of(model)

    assert failure.kind is kind
    assert words in str(failure)
    assert len(server.requests) == 2


@pytest.mark.parametrize(("reply", "requests"), [("", 2), ("Nobody was hurt.", 1)])  # What was read is not taken back.
def test_an_error_in_a_stream_is_told_in_the_servers_words(reply: str, requests: int) -> None:
    message = "EngineCore encountered an issue. See stack trace (above) for the root cause."
    body = error(message, type="InternalServerError", param=None, code=500)
    with serving(Turn(reply=reply, trouble=Trouble.ERROR_MIDWAY, body=body), settings=ONCE_MORE) as (server, model):
        failure = failure_of(model)

    assert failure.kind is Failure.SERVER_ERROR
    assert f"broke off: {message}" in str(failure)
    assert len(server.requests) == requests


@pytest.mark.parametrize("trouble", [Trouble.NOT_JSON, Trouble.EMPTY])
def test_a_page_in_place_of_a_stream_speaks_for_a_wrong_address(trouble: Trouble) -> None:
    with serving(Turn(trouble=trouble)) as (_, model):
        assert "sent no reply; correct the address, which mostly ends in /v1" in str(failure_of(model))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_that_was_not_started_is_told_in_one_line(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://{host}:{free.getsockname()[1]}/v1"

    assert str(failure_of(opened(url))) == (
        f"the model small at {url} cannot be reached; start the server, or correct model.base_url"
    )


def test_an_ollama_that_was_not_started_is_told_how() -> None:
    try:
        raise ConnectionError("Connection error.") from ConnectionRefusedError("Connect call failed")
    except ConnectionError as error:
        told = failure_for(error, where="the model m at http://127.0.0.1:11434/v1", secrets=[], begun=False)

    assert "cannot be reached; run `ollama serve`, or correct model.base_url" in str(told)


def test_a_server_that_speaks_no_tls_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_plainly, args=(server,))
        thread.start()
        told = str(failure_of(opened(f"https://127.0.0.1:{server.getsockname()[1]}/v1", ONCE_MORE)))
        thread.join()

    assert "cannot be reached ([SSL" in told
    assert "correct model.base_url" in told


@pytest.mark.parametrize("path", ["/api/v1", "/openai/v1/", "/v1beta/openai"])
def test_an_address_with_a_path_of_its_own_is_kept(path: str) -> None:
    with ScriptedServer([Turn(reply="Nobody.")]) as server:
        opened(server.url.removesuffix("/v1") + path).complete(ASKED, max_tokens=9)

    assert server.requests[0].path == f"{path.rstrip('/')}/chat/completions"


@pytest.mark.parametrize("stream", [True, False])
def test_a_model_that_used_up_its_reply_in_thought_is_not_asked_again(stream: bool) -> None:
    turn = Turn(thoughts="Was anyone hurt? Let me see.", finish="length")
    with serving(turn, settings=replace(ONCE_MORE, stream=stream)) as (server, model):
        failure = failure_of(model)

    assert failure.kind is Failure.TOO_LONG
    assert "used up the 9 tokens of its reply before it said anything; if it thinks first, turn that off" in str(
        failure
    )
    assert len(server.requests) == 1


def test_thoughts_beside_the_reply_count_as_a_first_piece_and_are_no_part_of_it() -> None:
    turn = Turn(thoughts="Was anyone hurt? Let me see.", reply="Nobody was hurt [1].", seconds=0.4)
    settings = replace(QUICK, first_token_seconds=2)
    with serving(turn, settings=settings) as (_, model):  # The thoughts alone take 2.8 s.
        assert model.complete(ASKED, max_tokens=9).text == "Nobody was hurt [1]."
