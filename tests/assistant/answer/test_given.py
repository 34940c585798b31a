"""An answer's JSON is read strictly, however it came."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.answer import Answer, Citation, IndexReference, Nearest, Reason, Status
from assistant.answer.given import Given, GivenAnswer, read_answer
from assistant.answer.own_words import REFUSALS
from assistant.answer.reply import annotations, behind, place_of
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


CITED = replace(
    GivenAnswer(
        question="Who mended the weir?",
        status=Status.ANSWERED,
        reason=None,
        text="Two coopers mended the weir. [1]\nThey used larch. [2]",
        citations=tuple(
            Citation(
                number=number,
                article_id=f"weir {number}",
                title=title,
                publisher=None,
                published=None,
                url=url,
                sha256="0" * 64,
                start=0,
                end=len(quote),
                quote=quote,
                answer_spans=((at, at + len(quote)),),
            )
            for number, title, url, at, quote in (
                (1, "The weir", None, 0, "Two coopers mended the weir."),
                (2, None, "https://weir.example/2", 33, "They used larch."),
            )
        ),
        passages=(),
        searched="Who mended the weir?",
        index=IndexReference(fingerprint="f", generation=1, articles=2, chunks=2),
    ),
    message_id="a" * 24,
    collection="weirs",
)
PAGE = "https://server.example/answers/"


def completion(answer: GivenAnswer, *, page: str = PAGE, unread: tuple[str, ...] = (), **changes: object) -> Any:
    """A chat completion, as JSON, with changes of its message."""
    linked = annotations(answer, lambda citation: f"{page}#{place_of(citation)}&in=weirs")
    message = {
        "role": "assistant",
        "content": answer.text + behind(answer, unread),
        "refusal": None,
        "annotations": linked,
        **changes,
    }
    receipts = {key: value for key, value in answer.to_json().items() if key != "signature"}
    return json.loads(
        json.dumps(
            {
                "id": f"chatcmpl-{answer.message_id}",
                "object": "chat.completion",
                "created": 7,
                "model": answer.collection,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
                "receipts": receipts,
                "service_tier": None,
            }
        )
    )


REFUSED = GivenAnswer(
    **{
        **{field.name: getattr(CITED, field.name) for field in fields(CITED)},
        "status": Status.REFUSED,
        "reason": Reason.INSUFFICIENT,
        "text": REFUSALS[Reason.INSUFFICIENT],
        "citations": (),
        "nearest": (
            Nearest(
                article_id="weir",
                title=None,
                published=None,
                sha256="0" * 64,
                start=0,
                end=16,
                quote="They used larch.",
                probability=0.02,
            ),
        ),
    }
)


@pytest.mark.parametrize("unread", [(), ("image_url",), ("image_url", "a claim", "another claim")])
@pytest.mark.parametrize("answer", [CITED, REFUSED])
def test_a_chat_completion_is_taken_for_the_answer_in_it(answer, unread):
    told = completion(answer, unread=unread)

    assert read_answer(json.dumps(told)).answer.text == answer.text
    assert "claim" not in told["choices"][0]["message"]["content"]


def test_an_exported_message_is_taken_for_the_answer_in_it():
    message = {"message_id": "0" * 24, "question": REFUSAL["question"], "answer": REFUSAL, "feedback": None}

    assert read_answer(json.dumps(message)).data == json.loads(json.dumps(REFUSAL))


def linked(at: int, **changes: object) -> list[Any]:
    """The annotations with changes of one of them."""
    found = completion(CITED)["choices"][0]["message"]["annotations"]
    found[at]["url_citation"] |= changes
    return found


@pytest.mark.parametrize(
    "message",
    [
        {"content": f"{CITED.text}\n\nThe coopers were never paid. [1]"},
        {"content": f"{CITED.text} "},
        {"content": CITED.text[:-4]},
        {"content": f"{CITED.text}\n\n(Only text is read; not read: the coopers' bill.)"},
        {"content": [{"type": "text", "text": "The coopers were never paid."}]},
        {"content": None},
        {"refusal": "The coopers were never paid."},
        {"reasoning_content": "The coopers were never paid."},
        {"tool_calls": [{"function": {"name": "The coopers were never paid."}}]},
        {"role": "system"},
        {"annotations": []},
        {"annotations": linked(0, title="The coopers' unpaid bill")},
        {"annotations": linked(1, title="The coopers' unpaid bill")},
        {"annotations": linked(1, url="https://bills.example")},
        {"annotations": linked(0, url="https://bills.example")},
        {"annotations": linked(0, url=f"javascript:bill#{place_of(CITED.citations[0])}&in=weirs")},
        {"annotations": linked(0, url=f"{PAGE}#{place_of(CITED.citations[0])}&in=weirs&bill=unpaid")},
        {"annotations": linked(0, end_index=9)},
        {"annotations": linked(0, quote="The coopers were never paid.")},
        {"annotations": [None, None]},
        {"annotations": [*linked(0), *linked(1)]},
    ],
)
def test_a_message_that_says_something_else_than_its_receipts_is_none(message):
    with pytest.raises(UsageError, match="says something else than the answer: "):
        read_answer(json.dumps(completion(CITED, **message)))


@pytest.mark.parametrize(
    "changes",
    [
        {"choices": {"message": {"content": "The coopers were never paid."}}},
        {"choices": []},
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {}}]},
        {"choices": completion(CITED)["choices"] * 2},
        {"choices": [{**completion(CITED)["choices"][0], "text": "The coopers were never paid."}]},
        {"id": "chatcmpl-of another"},
        {"model": "dams"},
        {"object": "text"},
        {"usage": {"note": "The coopers were never paid."}},
        {"usage": "The coopers were never paid."},
        {"created": "yesterday"},
        {"answer": "The coopers were never paid."},
    ],
)
def test_a_completion_that_says_something_else_than_its_receipts_is_none(changes):
    with pytest.raises(UsageError, match="says something else than the answer: "):
        read_answer(json.dumps({**completion(CITED), **changes}))


@pytest.mark.parametrize(
    "around",
    [
        {"question": "Who drained the otter's pond?"},
        {"question": None},
        {"content": "The otter was fed."},
        {"text": "The otter was fed."},
        {"message_id": "The otter was fed."},
        {"created": "The otter was fed.\nTwice."},
    ],
)
def test_a_message_around_an_answer_that_tells_another_is_none(around):
    with pytest.raises(UsageError, match="says something else than the answer: "):
        read_answer(json.dumps({"question": REFUSAL["question"], **around, "answer": REFUSAL}))
