"""A model within settings: attempts, pauses, tokens, money and time, by a clock of the test's own."""

import pytest
from contracts import ChatModelContract
from doubles import Clock, ScriptedBackend

from assistant.models.guarded import GuardedModel
from assistant.models.scripted.model import Call
from assistant.models.seam import Completion, Failure, Message, ModelFailed, Stream, Usage
from assistant.settings.model import ModelSettings

ASKED = [Message(role="user", content="Who was hurt in it?")]  # 5 words; 19 characters, 7 tokens.


class BreakingBackend:
    """Gives a piece and breaks, until an attempt that does not."""

    name = "breaking"

    def __init__(self, breaks):
        self.left = breaks

    def attempt(self, call: Call, *, seconds: float) -> Stream:
        def pieces():
            yield "The river "
            if self.left:
                self.left -= 1
                raise failure(Failure.REFUSED_CONNECTION)
            yield "rose."
            return Completion(text="The river rose.")

        return Stream(pieces())


def failure(kind: Failure, retry_after: float | None = None) -> ModelFailed:
    return ModelFailed(f"it failed: {kind}", kind=kind, retry_after_seconds=retry_after)


def guarded(script, *, clock=None, takes=0.0, counts=True, settings=None) -> GuardedModel:
    clock = clock or Clock()
    backend = ScriptedBackend(script, clock=clock, takes=takes, counts=counts)
    return GuardedModel(backend, settings or ModelSettings(), clock=clock)


class TestGuardedModel(ChatModelContract):
    @pytest.fixture
    def model(self):
        return guarded([self.reply] * 2)


@pytest.mark.parametrize(
    "kind",
    [
        Failure.TIMEOUT_CONNECT,
        Failure.REFUSED_CONNECTION,
        Failure.RATE_LIMITED,
        Failure.SERVER_ERROR,
        Failure.EMPTY,
        Failure.MALFORMED,
    ],
)
def test_a_failure_that_may_pass_is_tried_again_after_waits_that_double(kind: Failure) -> None:
    clock = Clock()
    model = guarded([failure(kind), failure(kind), "Nobody."], clock=clock)

    completion = model.complete(ASKED, max_tokens=9)

    assert completion.text == "Nobody."
    assert clock.slept == [0.5, 1.0]
    assert completion.seconds == 1.5


@pytest.mark.parametrize(
    "kind",
    [Failure.TIMEOUT_FIRST_TOKEN, Failure.TIMEOUT_TOTAL, Failure.REJECTED, Failure.TOO_LONG, Failure.NOT_RECORDED],
)
def test_a_failure_that_will_not_pass_is_not_tried_again(kind: Failure) -> None:
    model = guarded([failure(kind), "Nobody."])

    with pytest.raises(ModelFailed) as caught:
        model.complete(ASKED, max_tokens=9)

    assert caught.value.kind is kind
    assert caught.value.usage is not None
    assert caught.value.usage.calls == 1


def test_the_last_failure_is_told_when_all_attempts_failed() -> None:
    clock = Clock()
    model = guarded(
        [failure(Failure.EMPTY), failure(Failure.MALFORMED)],
        clock=clock,
        settings=ModelSettings(retries=1, retry_seconds=3),
    )

    with pytest.raises(ModelFailed, match="malformed"):
        model.complete(ASKED, max_tokens=9)

    assert clock.slept == [3]


def test_a_server_is_waited_for_as_long_as_it_says() -> None:
    clock = Clock()
    script = [failure(Failure.RATE_LIMITED, 7), failure(Failure.SERVER_ERROR, 0.1), "Nobody."]

    guarded(script, clock=clock).complete(ASKED, max_tokens=9)

    assert clock.slept == [7, 1.0]


def test_a_server_that_wants_too_long_a_wait_is_not_asked_again() -> None:
    clock = Clock()
    model = guarded([failure(Failure.RATE_LIMITED, 21), "Nobody."], clock=clock)

    with pytest.raises(ModelFailed, match="rate_limited"):
        model.complete(ASKED, max_tokens=9)

    assert clock.slept == []


def test_attempts_and_waits_together_end_in_time() -> None:
    clock = Clock()
    backend = ScriptedBackend([failure(Failure.EMPTY)] * 9, clock=clock, takes=4)
    model = GuardedModel(backend, ModelSettings(total_seconds=10, retries=8, retry_seconds=1), clock=clock)

    with pytest.raises(ModelFailed, match="empty"):
        model.complete(ASKED, max_tokens=9)

    assert backend.seconds == [10, 5]  # 4 s, a wait of 1, 4 s, and a wait of 2 would leave nothing.
    assert clock.time == 1_009


def test_a_reply_that_breaks_off_is_not_begun_again_for_someone_who_saw_a_piece() -> None:
    backend = BreakingBackend(1)
    pieces = iter(GuardedModel(backend, ModelSettings(), clock=Clock()).stream(ASKED, max_tokens=9))

    assert next(pieces) == "The river "
    with pytest.raises(ModelFailed, match="refused_connection"):
        next(pieces)
    assert list(pieces) == []


def test_a_reply_that_breaks_off_is_begun_again_for_someone_who_wants_it_whole() -> None:
    model = GuardedModel(BreakingBackend(2), ModelSettings(), clock=Clock())

    assert model.complete(ASKED, max_tokens=9).text == "The river rose."


def test_after_failures_in_a_row_a_model_is_left_alone_and_then_tried_once() -> None:
    clock = Clock()
    broken = failure(Failure.TIMEOUT_TOTAL)
    model = guarded([broken, broken, broken, "Nobody.", "Nobody."], clock=clock, settings=ModelSettings(failures=2))
    for _ in range(2):
        with pytest.raises(ModelFailed, match="timeout_total"):
            model.complete(ASKED, max_tokens=9)

    with pytest.raises(ModelFailed) as caught:
        model.complete(ASKED, max_tokens=9)
    assert caught.value.kind is Failure.CIRCUIT_OPEN
    assert str(caught.value) == (
        "the model scripted failed 2 times in a row or more, and is left alone for a while (model.pause_seconds); "
        "the last time: it failed: timeout_total"
    )
    assert caught.value.retry_after_seconds == 60
    clock.time += 20
    with pytest.raises(ModelFailed) as later:
        model.complete(ASKED, max_tokens=9)
    assert (str(later.value), later.value.retry_after_seconds) == (str(caught.value), 40)

    clock.time += 40
    with pytest.raises(ModelFailed, match="timeout_total"):
        model.complete(ASKED, max_tokens=9)
    with pytest.raises(ModelFailed, match="2 times in a row or more"):
        model.complete(ASKED, max_tokens=9)

    clock.time += 60
    assert [model.complete(ASKED, max_tokens=9).text for _ in range(2)] == ["Nobody."] * 2


def test_one_call_at_a_time_finds_out_whether_a_model_has_recovered() -> None:
    clock = Clock()
    broken = failure(Failure.TIMEOUT_TOTAL)
    model = guarded([broken, "one two", "three"], clock=clock, settings=ModelSettings(failures=1))
    with pytest.raises(ModelFailed):
        model.complete(ASKED, max_tokens=9)
    clock.time += 60

    trial = model.stream(ASKED, max_tokens=9)
    pieces = iter(trial)
    next(pieces)
    with pytest.raises(ModelFailed, match="left alone"):
        model.complete(ASKED, max_tokens=9)
    trial.close()

    assert model.complete(ASKED, max_tokens=9).text == "three"


def test_a_success_in_between_begins_the_count_anew() -> None:
    broken = failure(Failure.TIMEOUT_TOTAL)
    model = guarded([broken, "one", broken, "two"], settings=ModelSettings(failures=2))

    for expected in (None, "one", None, "two"):
        if expected is None:
            with pytest.raises(ModelFailed, match="timeout_total"):
                model.complete(ASKED, max_tokens=9)
        else:
            assert model.complete(ASKED, max_tokens=9).text == expected


def test_no_failures_are_counted_when_none_are_to_be() -> None:
    broken = failure(Failure.TIMEOUT_TOTAL)
    model = guarded([broken] * 9, settings=ModelSettings(failures=0))

    for _ in range(9):
        with pytest.raises(ModelFailed, match="timeout_total"):
            model.complete(ASKED, max_tokens=9)


def test_tokens_are_counted_as_the_server_counts_them() -> None:
    model = guarded(["Nobody was hurt.", "Nobody."])

    usages = [model.complete(ASKED, max_tokens=9).usage for _ in range(2)]

    assert usages == [Usage(calls=1, prompt_tokens=5, completion_tokens=tokens) for tokens in (3, 1)]


def test_tokens_that_no_server_counted_are_estimated() -> None:
    model = guarded(["Nobody was hurt."], counts=False)

    usage = model.complete(ASKED, max_tokens=9).usage

    assert usage == Usage(calls=1, prompt_tokens=7, completion_tokens=6, estimated=True)


def test_a_reply_tells_what_all_attempts_took_and_whether_that_is_an_estimate() -> None:
    script = [failure(Failure.SERVER_ERROR), failure(Failure.MALFORMED), "Nobody was hurt."]

    counted = guarded(script[:1] + script[2:]).complete(ASKED, max_tokens=9)
    estimated = guarded(script, counts=False).complete(ASKED, max_tokens=9)

    # A server that fails at once charges nothing; of a reply that made no sense the most is assumed.
    assert counted.usage == Usage(calls=2, prompt_tokens=5, completion_tokens=3)
    assert estimated.usage == Usage(calls=3, prompt_tokens=2 * 7, completion_tokens=9 + 6, estimated=True)


def test_a_failure_tells_what_all_attempts_took() -> None:
    model = guarded([failure(Failure.MALFORMED)] * 3, settings=ModelSettings(failures=1))

    with pytest.raises(ModelFailed) as failed:
        model.complete(ASKED, max_tokens=9)
    with pytest.raises(ModelFailed) as left_alone:
        model.complete(ASKED, max_tokens=9)

    assert failed.value.usage == Usage(calls=3, prompt_tokens=3 * 7, completion_tokens=3 * 9, estimated=True)
    assert left_alone.value.usage == Usage()


def test_a_call_that_could_use_more_tokens_than_are_left_is_not_begun() -> None:
    backend = ScriptedBackend(["Nobody was hurt."] * 3)
    model = GuardedModel(backend, ModelSettings(budget_tokens=23, failures=1), clock=Clock())

    model.complete(ASKED, max_tokens=9)  # 5 and 3 tokens by the server's count.
    with pytest.raises(ModelFailed) as caught:
        model.complete(ASKED, max_tokens=9)

    assert caught.value.kind is Failure.BUDGET
    assert str(caught.value) == (
        "the model scripted may use 23 tokens (model.budget_tokens), and with another call it could use 24"
    )
    assert len(backend.model.calls) == 1
    assert model.complete(ASKED, max_tokens=8).text == "Nobody was hurt."


def test_a_call_that_could_cost_more_than_is_left_is_not_begun() -> None:
    model = guarded(["Nobody."] * 2, settings=ModelSettings(prompt_price=1e6, reply_price=2e6, budget_money=26))

    model.complete(ASKED, max_tokens=9)  # 5 and 1 tokens cost 7; another call could cost 7 + 18.
    with pytest.raises(ModelFailed, match=r"may cost 26 \(model.budget_money\), and .* it could cost 32"):
        model.complete(ASKED, max_tokens=9)


def test_what_other_calls_may_still_use_counts_while_they_last() -> None:
    model = guarded(["one two", "three"], settings=ModelSettings(budget_tokens=30))
    first = model.stream(ASKED, max_tokens=9)
    pieces = iter(first)
    next(pieces)

    with pytest.raises(ModelFailed, match="it could use 32"):
        model.complete(ASKED, max_tokens=9)
    first.close()


def test_a_server_that_did_not_reply_costs_nothing_and_one_that_fell_silent_the_most() -> None:
    model = guarded([failure(Failure.SERVER_ERROR), failure(Failure.TIMEOUT_TOTAL)])

    with pytest.raises(ModelFailed, match="timeout_total") as caught:
        model.complete(ASKED, max_tokens=9)

    assert caught.value.usage == Usage(calls=2, prompt_tokens=7, completion_tokens=9, estimated=True)
