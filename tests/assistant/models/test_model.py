"""The seam to language models: its scripted double, and calls recorded and played back."""

import json
from pathlib import Path

import pytest
from contracts import ChatModelContract
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.recording import FIRST, Place, RecordingModel, ReplayModel, call_key, occasion
from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.seam import Completion, Failure, Message, ModelFailed, in_pieces, read_to_end
from index.errors import AssistantError

ASKED = [Message(role="user", content="What happened?")]
CALL = Call(messages=tuple(ASKED), max_tokens=9, temperature=0.0, seed=None)


class TestScriptedModel(ChatModelContract):
    @pytest.fixture
    def model(self):
        return ScriptedModel([self.reply] * 2)


class TestRecordingModel(ChatModelContract):
    @pytest.fixture
    def model(self, tmp_path):
        return RecordingModel(ScriptedModel([self.reply] * 2), tmp_path)


class TestReplayModel(ChatModelContract):
    @pytest.fixture
    def model(self, tmp_path, asked):
        recorder = RecordingModel(ScriptedModel([self.reply] * 3), tmp_path)
        for _ in range(2):
            recorder.complete(asked, max_tokens=64)
        recorder.complete(asked, max_tokens=64, temperature=0.5, seed=7)
        return ReplayModel(tmp_path, name="scripted")


@given(st.text())
def test_a_reply_cut_into_pieces_loses_nothing(text: str) -> None:
    stream = in_pieces(lambda: Completion(text=text))

    assert "".join(stream) == text
    assert stream.completion.text == text


def test_a_scripted_model_replies_in_order_and_tells_what_it_was_asked() -> None:
    model = ScriptedModel(["one", "two"], name="mine")

    assert [model.complete(ASKED, max_tokens=9).text, read_to_end(model.stream(ASKED, max_tokens=9)).text] == [
        "one",
        "two",
    ]
    assert model.calls == [CALL, CALL]
    assert model.name == "mine"


def test_a_script_that_is_at_its_end_is_a_mistake_and_no_failure_of_a_model() -> None:
    model = ScriptedModel(["one"])
    model.complete(ASKED, max_tokens=9)

    with pytest.raises(LookupError, match="has 1 replies and was asked for one more"):
        model.complete(ASKED, max_tokens=9)


def test_a_script_can_be_a_function_of_what_was_asked() -> None:
    model = ScriptedModel(lambda call: call.messages[-1].content.upper())

    assert model.complete(ASKED, max_tokens=9).text == "WHAT HAPPENED?"


def test_a_script_can_fail_whole_and_streamed() -> None:
    model = ScriptedModel([ModelFailed("slow down", kind=Failure.RATE_LIMITED)] * 2)

    with pytest.raises(ModelFailed) as caught:
        model.complete(ASKED, max_tokens=9)
    with pytest.raises(ModelFailed, match="slow down"):
        list(model.stream(ASKED, max_tokens=9))

    assert caught.value.kind is Failure.RATE_LIMITED
    assert isinstance(caught.value, AssistantError)


def test_nothing_is_asked_before_the_first_piece_is() -> None:
    model = ScriptedModel(["one"])

    stream = model.stream(ASKED, max_tokens=9)

    assert model.calls == []
    assert list(stream) == ["one"]


def test_what_was_recorded_is_played_back_in_whichever_order(tmp_path: Path) -> None:
    others = [Message(role="user", content="Who was hurt? \ud800")]
    recorder = RecordingModel(ScriptedModel(["The river rose.", "Nobody."]), tmp_path)
    first, second = recorder.complete(ASKED, max_tokens=9), recorder.complete(others, max_tokens=9)
    player = ReplayModel(tmp_path, name=recorder.name)

    assert player.complete(others, max_tokens=9) == second
    assert player.complete(ASKED, max_tokens=9) == first


def test_the_same_call_again_is_a_recording_of_its_own(tmp_path: Path) -> None:
    recorder = RecordingModel(ScriptedModel(["once", "twice"]), tmp_path)
    for _ in range(2):
        recorder.complete(ASKED, max_tokens=9)
    player = ReplayModel(tmp_path, name="scripted")

    assert [player.complete(ASKED, max_tokens=9).text for _ in range(2)] == ["once", "twice"]
    with pytest.raises(ModelFailed, match="repeat 2"):
        player.complete(ASKED, max_tokens=9)


def test_a_failure_is_recorded_and_played_back(tmp_path: Path) -> None:
    failure = ModelFailed("it hangs", kind=Failure.TIMEOUT_TOTAL)
    recorder = RecordingModel(ScriptedModel([failure, failure]), tmp_path)
    with pytest.raises(ModelFailed):
        recorder.complete(ASKED, max_tokens=9)
    with pytest.raises(ModelFailed):
        list(recorder.stream(ASKED, max_tokens=9))
    player = ReplayModel(tmp_path, name="scripted")

    for _ in range(2):
        with pytest.raises(ModelFailed, match="it hangs") as caught:
            player.complete(ASKED, max_tokens=9)
        assert caught.value.kind is Failure.TIMEOUT_TOTAL


def test_a_missing_recording_says_what_was_asked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed) as caught:
        ReplayModel(tmp_path, name="gone").complete(ASKED, max_tokens=9)

    assert caught.value.kind is Failure.NOT_RECORDED
    assert str(caught.value) == (
        f"{tmp_path} has no recording of this call to gone (repeat 0, its last words 'What happened?'); "
        "record it with the model"
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "failure": {"kind": "bad"}}'])
def test_a_damaged_recording_is_a_failure_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / f"{call_key('scripted', CALL, FIRST)}.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ModelFailed, match="record it again") as caught:
        ReplayModel(tmp_path, name="scripted").complete(ASKED, max_tokens=9)

    assert caught.value.kind is Failure.MALFORMED
    assert str(path) in str(caught.value)


def test_a_stream_that_is_given_up_leaves_no_recording(tmp_path: Path) -> None:
    stream = RecordingModel(ScriptedModel(["one two"]), tmp_path).stream(ASKED, max_tokens=9)
    next(iter(stream))
    stream.close()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("model", "call", "repeat"),
    [
        ("other", CALL, 0),
        ("scripted", CALL, 1),
        ("scripted", Call(messages=CALL.messages, max_tokens=8, temperature=0.0, seed=None), 0),
        ("scripted", Call(messages=CALL.messages, max_tokens=9, temperature=0.1, seed=None), 0),
        ("scripted", Call(messages=CALL.messages, max_tokens=9, temperature=0.0, seed=0), 0),
        ("scripted", Call(messages=CALL.messages * 2, max_tokens=9, temperature=0.0, seed=None), 0),
        (
            "scripted",
            Call(
                messages=(Message(role="system", content="What happened?"),), max_tokens=9, temperature=0.0, seed=None
            ),
            0,
        ),
    ],
)
def test_whatever_a_reply_depends_on_is_in_the_name_of_its_recording(model: str, call: Call, repeat: int) -> None:
    assert call_key(model, call, Place(occasion="", repeat=repeat)) != call_key("scripted", CALL, FIRST)


def test_equal_calls_on_different_occasions_are_played_back_in_any_order(tmp_path: Path) -> None:
    recorder = RecordingModel(ScriptedModel(["one", "two", "three"]), tmp_path)
    other = RecordingModel(ScriptedModel(["four"]), tmp_path)  # As in another process.
    for name, model in (("a", recorder), ("a", recorder), ("b", other)):
        with occasion(name):
            model.complete(ASKED, max_tokens=9)
    player = ReplayModel(tmp_path, name="scripted")

    with occasion("b"):
        assert player.complete(ASKED, max_tokens=9).text == "four"
    with occasion("a"):
        assert player.complete(ASKED, max_tokens=9).text == "two"  # Recorded last for "a", as its first call.
        with pytest.raises(ModelFailed, match="for a, repeat 1"):
            player.complete(ASKED, max_tokens=9)


def test_what_is_called_twice_on_one_occasion_is_played_back_in_order(tmp_path: Path) -> None:
    recorder = RecordingModel(ScriptedModel(["one", "two"]), tmp_path)
    player = ReplayModel(tmp_path, name="scripted")

    for model in (recorder, player):
        with occasion("a"):
            assert [model.complete(ASKED, max_tokens=9).text for _ in range(2)] == ["one", "two"]


def test_a_recording_is_named_by_its_content_and_holds_request_and_reply_in_clear(tmp_path: Path) -> None:
    RecordingModel(ScriptedModel(["Änne"]), tmp_path).complete(ASKED, max_tokens=9)
    (path,) = tmp_path.iterdir()

    data = json.loads(path.read_text(encoding="utf-8"))

    assert path.stem == call_key("scripted", CALL, FIRST)
    assert path.stem == "85342b149091366f733e7b29dc2c930a8fd6268ff45e463b1e7fc892d29d79cc"
    assert data["request"]["messages"] == [{"role": "user", "content": "What happened?"}]
    assert data["reply"]["text"] == "Änne"
    assert "Änne" in path.read_text(encoding="utf-8")
