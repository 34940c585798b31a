"""/api/ask and /api/search."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from assistant.chain.assistant import MAX_QUESTION_CHARACTERS
from assistant.service.errors import ServiceError
from assistant.service.http.dependencies import Chosen, Here, Owner
from assistant.service.http.replies import EVENT_SCHEMA, WITH_BODY, answer_json, described, json_response
from assistant.service.http.request_bodies import HAS_WORD, AskBody, Count, between
from assistant.service.http.response_bodies import AnswerBody, FoundBody
from assistant.service.http.streams import event, streamed, unless_gone
from assistant.service.seam import CheckedSentence, Finished, Piece, Started
from assistant.service.store.records import Channel
from assistant.service.work.hits import hits
from assistant.service.work.service import Service, Turn
from index.search.engine import Filters, Retrieved

router = APIRouter()
EVENT_STREAM = "text/event-stream"

_answered = described(AnswerBody, 404, 409, *WITH_BODY, description="The answer, or the events of it.")
_answered[200]["content"] = {
    EVENT_STREAM: {
        "schema": EVENT_SCHEMA,
        "example": 'event: start\ndata: {"conversation_id": "…", "message_id": "…", "searched": "…"}\n\n'
        'event: sentence\ndata: {"index": 0, "text": "… [1]", "citations": []}\n\n'
        "event: answer\ndata: {}\n\n",
    }
}


@router.post("/api/ask", responses=_answered, summary="Ask a question")
async def ask(request: Request, body: AskBody, service: Here, owner: Owner) -> Response:
    """An answer with receipts, or a refusal.

    With `stream`, or `Accept: text/event-stream`, it comes as server-sent events: `start`, a `sentence`
    for each line as it passes the check, and `answer` with the whole, or `error`; comments between them
    are signs of life.
    """
    request.state.question = body.question
    filters = body.filters.to_filters() if body.filters else Filters()
    turn = await service.begin(
        body.question,
        filters,
        owner,
        channel=Channel.PAGE,
        conversation_id=body.conversation_id,
        collection=body.collection,
    )
    if body.stream or EVENT_STREAM in request.headers.get("accept", ""):
        return await _stream(service, turn)
    return json_response(answer_json(await unless_gone(request, service.answer(turn)), turn))


async def _stream(service: Service, turn: Turn) -> Response:
    return await streamed(
        service.pieces(turn),
        lambda piece: [_event(piece, turn)],
        end=list,
        failed=_failed,
        stopped=service.stopped,
        heartbeat=service.options.heartbeat_seconds,
    )


def _event(piece: Piece, turn: Turn) -> bytes:
    match piece:
        case Started():
            ids = {"conversation_id": turn.conversation_id, "message_id": turn.message_id}
            return event("start", {**ids, "searched": piece.searched})
        case CheckedSentence():
            citations = [citation.to_json() for citation in piece.citations]
            return event("sentence", {"index": piece.index, "text": piece.text, "citations": citations})
        case Finished():
            return event("answer", answer_json(piece.answer, turn))


def _failed(error: ServiceError) -> bytes:
    return event("error", error.body.to_json())


@router.get("/api/search", responses=described(FoundBody, 400, 404), summary="Find passages")
async def search(
    request: Request,
    service: Here,
    collection: Chosen,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_QUESTION_CHARACTERS,
            description="What to look for.",
            json_schema_extra=HAS_WORD,
        ),
    ],
    k: Annotated[
        Count, Query(ge=1, le=100, description="How many passages at most.", json_schema_extra=between(1, 100))
    ] = 5,
) -> Response:
    """Passages without an answer, best first; `hits` are the characters of the article that are words of the query."""
    request.state.question = q
    found = await service.pool.run(collection.name, lambda assistant: assistant.search(q, k=k))
    return json_response(_found_json(q, found))


def _found_json(question: str, found: Retrieved) -> dict[str, Any]:
    return {
        "question": question,
        "searched": found.question,
        "passages": [
            {**one.to_json(), "hits": [(one.start + a, one.start + b) for a, b in hits(one.text, question)]}
            for one in found.passages
        ],
    }
