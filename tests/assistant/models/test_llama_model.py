"""LlamaIndex LLMs behind the seam, against real connections that hang, break, refuse and babble."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate

import pytest
from contracts import ChatModelContract
from model_servers import ASKED, GIVEN_UP, HASTY, KEY, QUICK, failure_of, opened, serving

from assistant.models.llama import THREADS
from assistant.models.opening import open_model
from assistant.models.recording import RecordingModel
from assistant.models.scripted.script import Trouble, Turn
from assistant.models.seam import Failure, Message, ModelFailed
from assistant.settings.model import ModelSettings, Secret
from assistant.settings.settings import Settings
from index.errors import ConfigurationError


def _ends(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it holds before so many seconds have passed."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def _threads(prefix: str) -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(prefix)]


class TestOpenAILike(ChatModelContract):
    @pytest.fixture
    def model(self):
        with serving(Turn(reply=self.reply), settings=QUICK) as (
            _,
            model,
        ):
            yield model


def test_a_model_that_does_not_stream_gives_its_reply_in_one_piece() -> None:
    with serving(Turn(reply="Nobody was hurt."), settings=replace(QUICK, stream=False)) as (server, model):
        stream = model.stream(ASKED, max_tokens=9)
        pieces = list(stream)

    assert pieces == ["Nobody was hurt."]
    assert (stream.completion.prompt_tokens, stream.completion.finish) == (2, "stop")
    assert server.requests[0].body["stream"] is False


def test_the_server_is_told_what_is_asked_and_by_whom() -> None:
    with serving(Turn(reply="Nobody.")) as (server, model):
        asked = [Message(role="system", content="Be brief."), *ASKED, Message(role="assistant", content="So?"), *ASKED]
        model.complete(asked, max_tokens=9, temperature=0.25, seed=7)
        model.complete(ASKED, max_tokens=9)

    first, second = server.requests
    assert first.authorization == f"Bearer {KEY}"
    assert first.body == {
        "model": "small",
        "messages": [{"role": m.role, "content": m.content} for m in asked],
        "max_tokens": 9,
        "temperature": 0.25,
        "seed": 7,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "seed" not in second.body


def test_a_server_without_a_key_is_not_given_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Turn(reply="Nobody."), settings=replace(QUICK, key=Secret())) as (server, model):
        model.complete(ASKED, max_tokens=9)

    assert server.requests[0].authorization == "Bearer none"


def test_a_reply_that_was_cut_off_at_its_length_says_so() -> None:
    with serving(Turn(reply="Nobody was", finish="length")) as (_, model):
        assert model.complete(ASKED, max_tokens=2).finish == "length"


def test_a_model_that_thinks_aloud_is_heard_from_where_it_speaks() -> None:
    turn = Turn(reply="<think>Was anyone? word word word</think>\n\nNobody was hurt [1].", seconds=0.3)
    with serving(turn, settings=replace(QUICK, first_token_seconds=2)) as (
        _,
        model,
    ):  # The thoughts alone take longer than the first piece may.
        stream = model.stream(ASKED, max_tokens=9)
        assert "".join(stream) == stream.completion.text == "Nobody was hurt [1]."


def test_a_model_that_only_thinks_says_nothing() -> None:
    with serving(Turn(reply="<think>Was anyone?")) as (_, model):
        assert failure_of(model).kind is Failure.EMPTY


def test_a_reply_in_another_language_is_a_reply() -> None:
    with serving(Turn(reply="没有人受伤 [1]。")) as (_, model):
        assert model.complete(ASKED, max_tokens=9).text == "没有人受伤 [1]。"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("turn", "kind", "words"),
    [
        (Turn(trouble=Trouble.DROP), Failure.REFUSED_CONNECTION, "the connection to the model small at http://127"),
        (Turn(trouble=Trouble.DROP_MIDWAY), Failure.REFUSED_CONNECTION, "broke"),
        (Turn(trouble=Trouble.HALF_JSON), Failure.MALFORMED, "cannot be understood (JSONDecodeError"),
        (Turn(status=429), Failure.RATE_LIMITED, "takes no more requests for now (status 429: "),
        (Turn(status=500), Failure.SERVER_ERROR, "failed (status 500: "),
        (Turn(status=503), Failure.SERVER_ERROR, "failed (status 503: "),
        (Turn(status=401), Failure.REJECTED, "refused (status 401: status 401 for Bearer …); set the right key"),
        (Turn(status=400), Failure.REJECTED, "refused (status 400: "),
        (Turn(status=404), Failure.REJECTED, "correct the address, which mostly ends in /v1"),
        (Turn(reply=" "), Failure.EMPTY, "gave an empty reply"),
        (Turn(repeat=100_000), Failure.TOO_LONG, "more than 2000 characters (model.reply_chars)"),
    ],
)
def test_each_misbehaviour_has_its_name(turn: Turn, kind: Failure, words: str, stream: bool) -> None:
    turn = turn if turn.reply else replace(turn, reply="Nobody was hurt. ")
    with serving(turn, settings=replace(QUICK, stream=stream)) as (_, model):
        failure = failure_of(model)

    assert failure.kind is kind
    assert words in str(failure)
    assert "\n" not in str(failure)


@pytest.mark.parametrize(("stream", "kind"), [(True, Failure.EMPTY), (False, Failure.MALFORMED)])
@pytest.mark.parametrize("trouble", [Trouble.EMPTY, Trouble.NOT_JSON])
def test_a_body_that_is_no_reply_is_none(trouble: Trouble, stream: bool, kind: Failure) -> None:
    with serving(Turn(trouble=trouble), settings=replace(QUICK, stream=stream)) as (_, model):
        assert failure_of(model).kind is kind


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.HANG_AFTER_HEADERS])
def test_a_server_that_says_nothing_is_given_up_in_time(trouble: Trouble) -> None:
    with serving(Turn(reply="Nobody.", trouble=trouble), settings=HASTY) as (_, model):
        started = time.monotonic()
        failure = failure_of(model)

    assert failure.kind is Failure.TIMEOUT_FIRST_TOKEN
    assert "said nothing within 0.3 s" in str(failure)
    assert 0.3 <= time.monotonic() - started < GIVEN_UP


def test_a_server_that_falls_silent_midway_is_given_up_in_time() -> None:
    with serving(
        Turn(reply="Nobody was hurt.", trouble=Trouble.HANG_MIDWAY), settings=replace(QUICK, total_seconds=4)
    ) as (_, model):
        started = time.monotonic()
        pieces = iter(model.stream(ASKED, max_tokens=9))
        assert [next(pieces), next(pieces)] == ["Nobo", "dy w"]
        with pytest.raises(ModelFailed, match="was not done within 4 s") as caught:
            next(pieces)

    assert caught.value.kind is Failure.TIMEOUT_TOTAL
    assert 1.0 <= time.monotonic() - started < GIVEN_UP


def test_a_server_that_goes_on_and_on_is_given_up_in_time() -> None:
    with serving(Turn(reply="word " * 1_000, seconds=0.05), settings=replace(QUICK, total_seconds=4)) as (_, model):
        started = time.monotonic()
        failure = failure_of(model)

    assert failure.kind is Failure.TIMEOUT_TOTAL
    assert 1.0 <= time.monotonic() - started < GIVEN_UP


def test_a_server_that_does_not_stream_and_hangs_is_given_up_in_time() -> None:
    with serving(Turn(trouble=Trouble.HANG), settings=replace(HASTY, stream=False)) as (_, model):
        started = time.monotonic()
        failure = failure_of(model)

    assert failure.kind is Failure.TIMEOUT_TOTAL
    assert 1.0 <= time.monotonic() - started < GIVEN_UP


def test_an_address_where_nobody_takes_the_connection_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = []
        try:
            for _ in range(3):  # As many as the system queues; further ones are left unanswered.
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(full.getsockname())
            model = opened(f"http://127.0.0.1:{full.getsockname()[1]}/v1", replace(QUICK, connect_seconds=0.3))
            started = time.monotonic()
            failure = failure_of(model)
        finally:
            for one in waiting:
                one.close()

    assert failure.kind is Failure.TIMEOUT_CONNECT
    assert time.monotonic() - started < GIVEN_UP


def test_an_address_where_nobody_listens_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    failure = failure_of(opened(url))

    assert failure.kind is Failure.REFUSED_CONNECTION
    assert f"the model small at {url} cannot be reached" in str(failure)


def test_a_server_that_recovers_is_asked_again_after_the_time_it_named() -> None:
    turns = [Turn(status=429, retry_after="0.2"), Turn(status=500), Turn(reply="Nobody.")]
    with serving(*turns, settings=replace(QUICK, retries=2)) as (server, model):
        completion = model.complete(ASKED, max_tokens=9)

    assert completion.text == "Nobody."
    assert completion.seconds >= 0.2
    assert len(server.requests) == 3


@pytest.mark.parametrize("in_seconds", [True, False])
def test_a_server_that_names_too_long_a_time_is_not_asked_again(*, in_seconds: bool) -> None:
    retry_after = "600" if in_seconds else formatdate(time.time() + 600, usegmt=True)
    with serving(Turn(status=429, retry_after=retry_after), settings=replace(QUICK, retries=2)) as (server, model):
        failure = failure_of(model)

    assert failure.kind is Failure.RATE_LIMITED
    assert failure.retry_after_seconds == pytest.approx(600, abs=60)
    assert len(server.requests) == 1


def test_a_server_that_keeps_failing_is_left_alone() -> None:
    with serving(Turn(status=500), settings=replace(QUICK, failures=2)) as (server, model):
        kinds = [failure_of(model).kind for _ in range(4)]

    assert kinds == [Failure.SERVER_ERROR] * 2 + [Failure.CIRCUIT_OPEN] * 2
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "turn", [Turn(reply="word " * 1_000, seconds=0.02), Turn(reply="word word", trouble=Trouble.HANG_MIDWAY)]
)
def test_a_stream_that_is_given_up_ends_the_request_and_its_connection(turn: Turn) -> None:
    with serving(turn, settings=QUICK) as (server, model):
        stream = model.stream(ASKED, max_tokens=9)
        pieces = iter(stream)
        assert next(pieces).strip() == "word"
        assert server.busy == 1
        stream.close()

        assert list(pieces) == []
        assert _ends(lambda: server.busy == 0, seconds=GIVEN_UP)


def test_a_reply_that_is_late_is_hung_up_on() -> None:
    settings = replace(QUICK, total_seconds=1)
    with serving(Turn(reply="word word", trouble=Trouble.HANG_MIDWAY), settings=settings) as (server, model):
        assert failure_of(model).kind is Failure.TIMEOUT_TOTAL
        assert _ends(lambda: server.busy == 0, seconds=GIVEN_UP)


def test_two_hundred_replies_at_once_are_asked_for_in_one_thread() -> None:
    turns = [Turn(reply="Nobody."), Turn(reply="Nobody was hurt.", trouble=Trouble.HANG_MIDWAY)]
    with serving(*turns) as (server, model):
        model.complete(ASKED, max_tokens=9)
        threads = threading.active_count()
        streams = [model.stream(ASKED, max_tokens=9) for _ in range(200)]
        reading = [iter(stream) for stream in streams]
        with ThreadPoolExecutor(200) as readers:  # One each for those who read.
            first = set(readers.map(next, reading))
            assert server.busy == 200
            assert threading.active_count() <= threads + 200
            for stream in streams:
                stream.close()

    assert first == {"Nobo"}


def test_an_llm_that_blocks_is_asked_in_few_threads() -> None:
    model = opened("http://127.0.0.1/v1", ModelSettings(name="slow", llm="slow_llm.SlowLLM"))
    with ThreadPoolExecutor(100) as readers:
        texts = list(readers.map(lambda _: model.complete(ASKED, max_tokens=9).text, range(300)))

    from slow_llm import asking

    assert set(texts) == {"user: What happened?\nassistant: "}
    assert 1 < max(asking) <= THREADS


@pytest.mark.parametrize(("name", "parts"), [("gpt-5-mini", {"max_completion_tokens"}), ("m", {"max_tokens"})])
def test_openais_models_that_reason_are_asked_in_their_way(name: str, parts: set[str]) -> None:
    with serving(Turn(reply="Nobody."), settings=replace(QUICK, name=name)) as (server, model):
        model.complete(ASKED, max_tokens=9)

    body = server.requests[0].body
    assert {part for part in body if part.startswith("max_")} == parts
    assert body["temperature"] == (0.0 if name == "m" else 1.0)


def test_the_key_is_in_nothing_that_is_said_logged_or_recorded(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    turns = [Turn(status=401), Turn(status=429), Turn(status=500), Turn(status=400), Turn(reply="Nobody.")]
    with serving(*turns) as (server, model):
        recorder = RecordingModel(model, tmp_path)
        for _ in range(4):
            with pytest.raises(ModelFailed) as caught:
                recorder.complete(ASKED, max_tokens=9)
            said += ["".join(traceback.format_exception(caught.value)), repr(caught.value), repr(vars(caught.value))]
        recorder.complete(ASKED, max_tokens=9)
        assert all(KEY in received.authorization for received in server.requests)

    said += [repr(model), repr(vars(model)), repr(QUICK), str(QUICK), f"{QUICK.key}", repr(Settings(model=QUICK))]
    said += [record.getMessage() for record in caplog.records] + [path.read_text() for path in tmp_path.iterdir()]
    assert len(list(tmp_path.iterdir())) == 5
    assert any("status 401 for Bearer …" in text for text in said)
    assert not [text for text in said if KEY in text]


def test_without_a_name_there_is_no_model() -> None:
    assert open_model(Settings()) is None


def test_another_llm_of_llamaindex_is_made_from_its_class_and_arguments() -> None:
    settings = ModelSettings(
        name="mock", llm="llama_index.core.llms.mock.MockLLM", arguments=(("max_tokens", 3),), reply_chars=100
    )
    model = open_model(Settings(model=settings))
    stream = model.stream(ASKED, max_tokens=9)

    assert "".join(stream) == stream.completion.text
    assert stream.completion.text.split()
    assert stream.completion.finish == "stop"


@pytest.mark.parametrize(
    ("llm", "message"),
    [
        ("no.such.Class", "which cannot be imported (No module named 'no')"),
        ("llama_index.core.llms.mock.Absent", "cannot be imported"),
        ("Plain", "cannot be imported (Empty module name)"),
        ("llama_index.core.schema.Document", "which is no LlamaIndex LLM"),
        ("json.dumps", "which is no LlamaIndex LLM"),
    ],
)
def test_a_class_that_cannot_be_had_is_a_mistake_in_the_settings(llm: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_model(Settings(model=ModelSettings(name="mine", llm=llm)))

    assert message in str(caught.value)


def test_arguments_that_a_class_does_not_take_are_named_without_their_values() -> None:
    settings = ModelSettings(
        name="mock",
        llm="llama_index.core.llms.mock.MockLLM",
        arguments=(("api_key", KEY), ("max_tokens", KEY)),
    )

    with pytest.raises(ConfigurationError, match="MockLLM cannot be made") as caught:
        open_model(Settings(model=settings))

    assert "correct [model.arguments], which has: api_key, max_tokens" in str(caught.value)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in repr(settings)
