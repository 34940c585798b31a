"""/v1: OpenAI-compatible routes; each collection is a model."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from assistant.answer.answer import Answer, Citation
from assistant.answer.reply import annotations, behind, place_of
from assistant.chain.assistant import MAX_QUESTION_CHARACTERS
from assistant.question.followups import Turn as Earlier
from assistant.question.followups import in_conversation
from assistant.service.errors import ServiceError
from assistant.service.http.dependencies import Here, Owner
from assistant.service.http.openai_bodies import ChatBody, ChatMessage, CompletionBody, ModelBody, ModelsBody
from assistant.service.http.replies import EVENT_SCHEMA, WITH_BODY, answer_json, described, json_response
from assistant.service.http.streams import event, streamed, unless_gone
from assistant.service.seam import CheckedSentence, Finished, Piece
from assistant.service.store.conversations import REMEMBERED
from assistant.service.store.records import Channel
from assistant.service.work.service import Service, Turn
from index.counts import shortened
from index.search.engine import Filters, SearchEngine

router = APIRouter()
ANSWER_CHARACTERS = 2_000
"""Limit on the characters of an earlier answer that a follow-up may refer to."""
_COUNTED = re.compile(r"\w+|[^\w\s]")

_completed = described(CompletionBody, 404, *WITH_BODY, description="The completion, or the chunks of it.")
_completed[200]["content"] = {"text/event-stream": {"schema": EVENT_SCHEMA, "example": "data: {…}\n\ndata: [DONE]\n\n"}}


@router.get("/v1/models", responses=described(ModelsBody), summary="List collections")
async def models(service: Here) -> Response:
    """The collections that can be asked, as models."""
    return json_response({"object": "list", "data": [await _model(name, service) for name in service.collections]})


@router.get("/v1/models/{model}", responses=described(ModelBody, 404), summary="Describe a collection")
async def model(model: Annotated[str, Path(max_length=200)], service: Here) -> Response:
    """One collection as a model."""
    _check_model(model, service)
    return json_response(await _model(model, service))


async def _model(name: str, service: Service) -> dict[str, Any]:
    def changed(engine: SearchEngine) -> str:
        return engine.state.changed

    time_ = await service.pool.run(name, lambda assistant: assistant.current(changed))
    created = int(datetime.fromisoformat(time_.replace("Z", "+00:00")).timestamp())
    return {"id": name, "object": "model", "created": created, "owned_by": "assistant"}


@router.post("/v1/chat/completions", responses=_completed, summary="Ask as an OpenAI client does")
async def complete(request: Request, body: ChatBody, service: Here, owner: Owner) -> Response:
    """A completion that answers the last question of the user, the messages before it making a follow-up whole.

    Citations come as `annotations` with the characters of the message that they support; `receipts` has
    the whole answer. In a stream the annotations and the receipts come with the chunk before the last.
    """
    _check_model(body.model, service)
    last = next((message for message in reversed(body.messages) if message.role == "user"), None)
    turns = _turns(body.messages)
    if not turns or last is None or not _asks(last):
        raise _no_question(last)
    question = turns[-1].question
    request.state.question = question
    filters = body.filters.to_filters() if body.filters else Filters()
    turn = await service.begin(
        question,
        filters,
        owner,
        channel=Channel.OPENAI,
        conversation_id=None,
        collection=body.model,
        previous=_made_whole(turns[:-1]),
    )
    first = service.collection(None).name == body.model
    reply = _Reply(turn, str(request.base_url), body.messages, first=first, unread=last.unread)
    if not body.stream:
        return json_response(reply.whole(await unless_gone(request, service.answer(turn))))
    usage = bool(body.stream_options and body.stream_options.include_usage)
    return await streamed(
        service.pieces(turn),
        reply.chunks,
        end=lambda: reply.end(usage=usage),
        failed=lambda error: event(None, error.body.to_json()),
        stopped=service.stopped,
        heartbeat=service.options.heartbeat_seconds,
    )


def _check_model(name: str, service: Service) -> None:
    if name not in service.collections:
        raise ServiceError(
            404,
            "model_not_found",
            f"there is no collection {shortened(name, 100)!r}",
            f"ask {' or '.join(map(repr, service.collections))}; /v1/models lists what there is",
            param="model",
        )


def _no_question(last: ChatMessage | None) -> ServiceError:
    """The last message of the user, if there is one, has no words."""
    unread = ", ".join(dict.fromkeys(last.unread)) if last else ""
    only = f"has only parts that are not read: {shortened(unread, 200)}" if unread else "asks nothing"
    remedy = "add the question as text" if unread else "send one with a question"
    return ServiceError(400, "no_question", f"the last message of the user {only}", remedy, param="messages")


def _asks(message: ChatMessage) -> bool:
    return any(character.isalnum() for character in message.text)


def _turns(messages: Sequence[ChatMessage]) -> list[Earlier]:
    """Pair each question of the user with the assistant's reply; the last one is to be answered."""
    turns: list[Earlier] = []
    for message in messages:
        if message.role == "user" and _asks(message):
            turns.append(Earlier(question=message.text))
        elif message.role == "assistant" and turns:
            said = f"{turns[-1].answer} {message.text}".strip()
            turns[-1] = replace(turns[-1], answer=said[:ANSWER_CHARACTERS])
    return turns


def _made_whole(turns: Sequence[Earlier]) -> tuple[Earlier, ...]:
    """The last `REMEMBERED` turns, each question rewritten to stand alone."""
    whole: list[Earlier] = []
    for turn in turns[-REMEMBERED:]:
        question = " ".join(turn.question.split())[:MAX_QUESTION_CHARACTERS]
        whole.append(replace(turn, question=in_conversation(question, whole)))
    return tuple(whole)


class _Reply:
    """Formats one answer as OpenAI does."""

    def __init__(
        self, turn: Turn, base_url: str, messages: Sequence[ChatMessage], *, first: bool, unread: Sequence[str]
    ) -> None:
        """Make the reply to a turn.

        Links name its collection unless it is the first of the server at `base_url`. `unread` are the types of the
        question's parts that are no text.
        """
        self._unread = unread
        self._turn = turn
        self._base_url = base_url
        collection = turn.asked.collection
        self._other = "" if first else f"&in={quote(collection, safe='')}"
        self._head = {"id": f"chatcmpl-{turn.message_id}", "created": int(time.time()), "model": collection}
        self._asked = sum(_count(message.text) for message in messages)
        self._answered = 0

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The JSON of the completion."""
        content = answer.text + behind(answer, self._unread)
        self._answered = _count(content)
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "annotations": annotations(answer, self._on_the_page),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(),
            "receipts": answer_json(answer, self._turn),
        }

    def chunks(self, piece: Piece) -> list[bytes]:
        """The events of a piece."""
        match piece:
            case CheckedSentence():
                return [self._content(("\n" if piece.index else "") + piece.text)]
            case Finished():
                receipts = answer_json(piece.answer, self._turn)
                rest = behind(piece.answer, self._unread)
                last = self._chunk({"annotations": annotations(piece.answer, self._on_the_page)}, receipts=receipts)
                return [self._content(rest), last] if rest else [last]
            case _:
                return [self._chunk({"role": "assistant", "content": ""})]

    def end(self, *, usage: bool) -> list[bytes]:
        """The last events."""
        last = [self._chunk({}, finish="stop")]
        if usage:
            data = {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()}
            last.append(event(None, data))
        return [*last, event(None, "[DONE]")]

    def _content(self, text: str) -> bytes:
        self._answered += _count(text)
        return self._chunk({"content": text})

    def _chunk(
        self, delta: dict[str, object], *, finish: str | None = None, receipts: dict[str, Any] | None = None
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        data = {**self._head, "object": "chat.completion.chunk", "choices": [choice]}
        return event(None, data if receipts is None else {**data, "receipts": receipts})

    def _on_the_page(self, citation: Citation) -> str:
        """Link to the web page with the quote marked, for an article without an address."""
        return f"{self._base_url}#{place_of(citation)}{self._other}"

    def _usage(self) -> dict[str, int]:
        return {
            "prompt_tokens": self._asked,
            "completion_tokens": self._answered,
            "total_tokens": self._asked + self._answered,
        }


def _count(text: str) -> int:
    """Count words and punctuation marks, in place of a model's tokens."""
    return len(_COUNTED.findall(text))
