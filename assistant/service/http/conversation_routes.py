"""/api/conversations, /api/feedback and /api/export: owners read, rename, rate, export and erase what is stored."""

import asyncio
import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from assistant.service.errors import not_found
from assistant.service.http.dependencies import Here, Owner
from assistant.service.http.replies import WITH_BODY, as_json, described, errors, json_response
from assistant.service.http.request_bodies import ID_PATTERN, FeedbackBody, RenameBody
from assistant.service.http.response_bodies import (
    ConversationsBody,
    ErasedBody,
    StoredFeedbackBody,
    WholeConversationBody,
)
from assistant.service.store.records import Message, Rating
from assistant.service.work.service import Service

router = APIRouter()
ConversationId = Annotated[str, Path(pattern=ID_PATTERN)]


@router.get("/api/conversations", responses=described(ConversationsBody), summary="List conversations")
def list_conversations(
    service: Here,
    owner: Owner,
    query: Annotated[str, Query(max_length=200, description="Words of the title, a question or an answer.")] = "",
) -> Response:
    """The latest 200 conversations, those that contain `query` if one is given."""
    found = service.conversations.listed(owner, query=query.strip())
    return json_response({"conversations": [as_json(conversation) for conversation in found]})


@router.delete("/api/conversations", responses=described(ErasedBody), summary="Erase all conversations")
def erase_all(service: Here, owner: Owner) -> Response:
    """Erase every conversation of this key (without keys: of the server), with answers and feedback."""
    return json_response({"erased": service.conversations.erase_all(owner)})


@router.get("/api/conversations/{id}", responses=described(WholeConversationBody, 404), summary="Read a conversation")
def read_conversation(id: ConversationId, service: Here, owner: Owner) -> Response:  # noqa: A002 - the contract's name
    """A conversation with its questions, answers and feedback, in order."""
    try:
        title, collection, messages = service.conversations.read(id, owner)
    except KeyError:
        raise not_found("conversation", id) from None
    told = [message_json(message, service) for message in messages]
    for one in told:
        del one["conversation_id"], one["collection"]
    return json_response({"id": id, "title": title, "collection": collection, "messages": told})


@router.patch(
    "/api/conversations/{id}", responses=described(RenameBody, 404, *WITH_BODY), summary="Rename a conversation"
)
def rename(id: ConversationId, body: RenameBody, service: Here, owner: Owner) -> Response:  # noqa: A002
    """Give a conversation another title."""
    try:
        service.conversations.rename(id, owner, body.title)
    except KeyError:
        raise not_found("conversation", id) from None
    return json_response({"id": id, "title": body.title})


@router.delete(
    "/api/conversations/{id}",
    responses={204: {"description": "Erased."}, **errors(404)},
    status_code=204,
    response_class=Response,
    summary="Erase a conversation",
)
def erase(id: ConversationId, service: Here, owner: Owner) -> Response:  # noqa: A002
    """Erase a conversation with its answers and feedback."""
    try:
        service.conversations.erase(id, owner)
    except KeyError:
        raise not_found("conversation", id) from None
    return Response(status_code=204)


@router.post("/api/feedback", responses=described(StoredFeedbackBody, 404, *WITH_BODY), summary="Rate an answer")
async def rate(body: FeedbackBody, service: Here, owner: Owner) -> Response:
    """Store what a person thinks of an answer, in place of what was stored before; null takes it back."""
    rating = Rating(body.rating) if body.rating else None
    try:
        kept = await asyncio.to_thread(
            service.conversations.rate, body.message_id, owner, rating, reason=body.reason, evidence=body.evidence
        )
    except KeyError:
        raise not_found("message", body.message_id) from None
    if kept is None:
        nothing = dict.fromkeys(("rating", "reason", "evidence", "created"))
        return json_response({"message_id": body.message_id, **nothing})
    service.meters.feedback.labels(kept.rating).inc()
    return json_response({"message_id": body.message_id, **as_json(kept)})


@router.get(
    "/api/export",
    responses={
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "A line each."},
        **errors(),
    },
    response_class=Response,
    summary="Export answers and feedback",
)
def export(service: Here, owner: Owner) -> Response:
    """Every answer of this key (without keys: of the server) as a JSON object a line, with what produced it."""

    def lines() -> Iterator[str]:
        for message in service.conversations.messages(owner):
            yield json.dumps(message_json(message, service), ensure_ascii=False) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def message_json(message: Message, service: Service) -> dict[str, Any]:
    """A message, its answer signed where there is a key: it is given again."""
    data = message.to_json()
    return data if service.signing is None else {**data, "answer": service.signing.signed(data["answer"])}
