"""What a server does not understand is left out, and not sent to it again."""

import json
from dataclasses import replace

import pytest
from model_servers import ASKED, QUICK, failure_of, serving

from assistant.models.scripted.script import Turn
from assistant.models.seam import Failure


def refusal(message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> Turn:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}
    return Turn(status=status, body=json.dumps(body))


LENGTH = refusal(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    param="max_tokens",
    code="unsupported_parameter",
)
TEMPERATURE = refusal(
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
    param="temperature",
    code="unsupported_value",
)
OPTIONS = refusal("Unrecognized request argument supplied: stream_options")
SEED = Turn(
    status=422,
    body=json.dumps(
        {
            "object": "error",
            "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs ..."}]},
        }
    ),
)
NOBODY = Turn(reply="Nobody.")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("turn", "left_out", "instead"),
    [
        (LENGTH, "max_tokens", {"max_completion_tokens": 9}),
        (TEMPERATURE, "temperature", {}),
        (SEED, "seed", {}),
    ],
)
def test_what_is_refused_is_left_out_at_once_and_from_then_on(turn, left_out: str, instead, stream: bool) -> None:
    with serving(turn, NOBODY, settings=replace(QUICK, stream=stream)) as (server, model):
        for _ in range(2):
            assert model.complete(ASKED, max_tokens=9, seed=7).text == "Nobody."

    first, second, third = (received.body for received in server.requests)
    assert second == third == {name: value for name, value in first.items() if name != left_out} | instead


def test_a_server_that_refuses_several_things_is_asked_without_any_of_them() -> None:
    with serving(LENGTH, TEMPERATURE, OPTIONS, SEED, NOBODY, settings=QUICK) as (server, model):
        completion = model.complete(ASKED, max_tokens=9, seed=7)

    assert completion.text == "Nobody."
    assert completion.completion_tokens is None  # It was not asked to count them.
    assert set(server.requests[-1].body) == {"model", "messages", "stream", "max_completion_tokens"}


@pytest.mark.parametrize(
    "turn",
    [
        refusal("max_tokens=9000 cannot be greater than max_model_len=8192.", param="max_tokens"),
        refusal("Unsupported parameter: 'messages'.", param="messages", code="unsupported_parameter"),
        refusal("Unsupported parameter: 'top_k'.", param="top_k", code="unsupported_parameter"),
        refusal("temperature must be between 0 and 2", param="temperature"),
        refusal("seed is not supported", status=403),
        refusal("'seed' is not supported", param="seed"),  # None was sent.
    ],
)
def test_any_other_refusal_is_one(turn: Turn) -> None:
    with serving(turn, NOBODY, settings=QUICK) as (server, model):
        assert failure_of(model).kind is Failure.REJECTED

    assert len(server.requests) == 1


def test_a_server_that_refuses_the_same_again_and_again_is_not_asked_for_ever() -> None:
    with serving(TEMPERATURE, settings=QUICK) as (server, model):
        assert failure_of(model).kind is Failure.REJECTED

    assert len(server.requests) == 2


def test_arguments_without_a_class_are_members_of_each_request() -> None:
    settings = replace(QUICK, arguments=(("reasoning_effort", "none"), ("top_k", 1)))
    with serving(NOBODY, settings=settings) as (server, model):
        model.complete(ASKED, max_tokens=9)

    body = server.requests[0].body
    assert (body["reasoning_effort"], body["top_k"], body["max_tokens"]) == ("none", 1, 9)
