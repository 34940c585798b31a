"""An answer's JSON is read strictly, however it came."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.answer import Answer, IndexReference, Reason, Status
from assistant.answer.given import Given, read_answer
from assistant.answer.own_words import REFUSALS
from assistant.answer.sealing import identity, sealed
from index.errors import UsageError

REFUSAL = sealed(
    Answer(
        question="Who fed the otter?",
        status=Status.REFUSED,
        reason=Reason.NOT_FOUND,
        text=REFUSALS[Reason.NOT_FOUND],
        citations=(),
        passages=(),
        confidence=1.0,
        index=IndexReference(fingerprint="f", generation=1, articles=2, chunks=2),
    ),
    {}.__getitem__,
).to_json()


def changed(**changes: object) -> str:
    return json.dumps({**REFUSAL, **changes})


def test_an_answer_is_read_with_its_types() -> None:
    found = read_answer(json.dumps(REFUSAL))

    assert (found.answer.status, found.answer.reason) == (Status.REFUSED, Reason.NOT_FOUND)
    assert found.answer.to_json() | {"conversation_id": "", "message_id": "", "collection": ""} == {
        **found.answer.to_json()
    }
    assert dict(found.data) == REFUSAL | {"citations": [], "passages": [], "nearest": [], "unanswered": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "[]",
        "[1, 2]",
        "null",
        "3",
        '"answer"',
        "{}",
        '{"citations": {}}',
        '{"citations": []}',
        "\x00\x01\x02",
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 10_000,
        changed(question=3),
        changed(status="maybe"),
        changed(reason="unknown"),
        changed(confidence="high"),
        changed(confidence=None),
        changed(confidence=True),
        changed(degraded=1),
        changed(passages={}),
        changed(citations=[None]),
        changed(citations=[{}]),
        changed(nearest=[{"article_id": "dam"}]),
        changed(index=None),
        changed(index={**REFUSAL["index"], "checked": True}),
        changed(verified_by="the ministry"),
        changed(signature="abc"),
        changed(signature={"algorithm": "ed25519"}),
        changed(question="\ud800"),
        changed(confidence=float("nan")),
        changed(seconds=float("inf")),
        changed(seconds=1.5).replace("1.5", "1e999"),
        changed().replace('"degraded"', '"question": "Who?", "degraded"'),
        changed().replace('"generation"', '"chunks": 3, "generation"'),
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_answer(text)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_more_than_any_answer_has_is_not_read() -> None:
    with pytest.raises(UsageError, match="at most"):
        read_answer(changed(question="x" * 10_000_000))


def test_an_answer_that_another_program_wrote_with_other_numbers_has_the_same_id() -> None:
    found = read_answer(changed().replace('"confidence": 1.0', '"confidence": 1'))

    assert type(found.data["confidence"]) is int
    assert identity(found.data) == REFUSAL["id"]


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*REFUSAL, "quote", "start"]), inner, max_size=7)
    ),
    max_leaves=12,
)


@given(values, st.sampled_from([*REFUSAL, "writing", "signature", "usage"]))
def test_any_json_is_read_or_refused_in_words(data: object, key: str) -> None:
    for candidate in (data, {**REFUSAL, key: data}):
        try:
            found = read_answer(json.dumps(candidate))
        except UsageError:
            continue
        assert isinstance(found, Given)


def test_a_chat_completion_and_an_exported_message_are_taken_for_the_answer_in_them():
    message = {"role": "assistant", "content": f"{REFUSAL['text']}\n\nThe nearest articles:"}
    completion = {"object": "chat.completion", "choices": [{"index": 0, "message": message}], "receipts": REFUSAL}

    whole = json.loads(json.dumps(REFUSAL))
    assert read_answer(json.dumps(completion)).data == whole
    assert read_answer(json.dumps({"message_id": "0" * 24, "answer": REFUSAL})).data == whole


@pytest.mark.parametrize("choice", [{"message": {"content": "Everything held."}}, {"message": None}, None, 7])
def test_a_chat_completion_that_says_something_else_than_its_receipts_is_none(choice):
    with pytest.raises(UsageError, match="something else than its receipts"):
        read_answer(json.dumps({"choices": [choice], "receipts": REFUSAL}))
