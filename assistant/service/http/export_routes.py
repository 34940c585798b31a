"""Export of a conversation or an answer, and links by which anyone can read a conversation until they are revoked."""

import asyncio
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, Response

from assistant.service.errors import ServiceError, not_found
from assistant.service.http.conversation_routes import ConversationId, message_json
from assistant.service.http.dependencies import Here, Owner
from assistant.service.http.replies import described, errors, json_response
from assistant.service.http.request_bodies import ID_PATTERN
from assistant.service.http.response_bodies import ShareBody
from assistant.service.work.exporting import STYLE_HASH, markdown, page
from assistant.service.work.service import Service

router = APIRouter()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
"""Of a shared page: its own style, no scripts, nothing else."""


class Form(StrEnum):
    """Form of an export."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_exported = {
    200: {
        "description": "The document.",
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/markdown", "text/html")}
        | {"application/json": {"schema": {"type": "object"}}},
    },
    **errors(404),
}


@router.get("/api/conversations/{id}/export", responses=_exported, response_class=Response, summary="Export answers")
async def export(
    id: ConversationId,  # noqa: A002 - the contract's name
    service: Here,
    owner: Owner,
    form: Annotated[Form, Query(description="JSON is signed where the server signs.")] = Form.MARKDOWN,
    message: Annotated[str | None, Query(pattern=ID_PATTERN, description="Only this answer.")] = None,
) -> Response:
    """A conversation, or one answer of it, as a document with all receipts."""
    try:
        title, collection, messages = await asyncio.to_thread(service.conversations.read, id, owner)
    except KeyError:
        raise not_found("conversation", id) from None
    if message is not None:
        messages = [one for one in messages if one.message_id == message]
        if not messages:
            raise not_found("message", message)
        title = messages[0].question
    match form:
        case Form.MARKDOWN:
            return Response(markdown(title, messages), media_type="text/markdown; charset=utf-8")
        case Form.HTML:
            return HTMLResponse(page(title, messages))
        case Form.JSON:
            told = [message_json(one, service) for one in messages]
            return json_response({"id": id, "title": title, "collection": collection, "messages": told})


@router.post(
    "/api/conversations/{id}/share",
    responses=described(ShareBody, 403, 404),
    summary="Make a link to a conversation",
)
async def share(id: ConversationId, service: Here, owner: Owner) -> Response:  # noqa: A002
    """A link by which anyone can read the conversation, with what is asked in it later; an earlier link ends."""
    _check_shares(service)
    try:
        token = await asyncio.to_thread(service.conversations.share, id, owner)
    except KeyError:
        raise not_found("conversation", id) from None
    return json_response({"path": f"shared/{token}"})


@router.delete(
    "/api/conversations/{id}/share",
    responses={204: {"description": "Revoked."}, **errors(404)},
    status_code=204,
    response_class=Response,
    summary="Revoke the link to a conversation",
)
async def unshare(id: ConversationId, service: Here, owner: Owner) -> Response:  # noqa: A002
    """End the link to a conversation; it leads nowhere from now on."""
    try:
        await asyncio.to_thread(service.conversations.unshare, id, owner)
    except KeyError:
        raise not_found("conversation", id) from None
    return Response(status_code=204)


@router.get("/shared/{token}", include_in_schema=False)
async def shared(token: Annotated[str, Path(max_length=100)], service: Here) -> Response:
    """A shared conversation, to read."""
    _check_shares(service)
    try:
        title, messages = await asyncio.to_thread(service.conversations.shared, token)
    except KeyError:
        raise ServiceError(404, "not_shared", "this link leads nowhere", "ask whoever sent it for a new one") from None
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(page(title, messages), headers=headers)


def _check_shares(service: Service) -> None:
    if not service.options.shares:
        raise ServiceError(403, "shares_off", "this server shares no conversations", "start it with --allow-share")
