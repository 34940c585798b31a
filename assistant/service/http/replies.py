"""Responses: their description for the OpenAPI document, and their JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from assistant.answer.answer import Answer
from assistant.service.errors import ErrorBody
from assistant.service.work.service import Turn

STATUSES = {
    400: "The request is understood and cannot be done.",
    401: "A key is needed, and none that is known was sent.",
    403: "The key, or the page's origin, may not do this.",
    404: "There is none such.",
    408: "The body came too slowly.",
    409: "The state of things does not allow it now.",
    413: "The request is too large.",
    415: "The body is of another type than is read.",
    421: "The server does not go by that name.",
    422: "A field is missing, unknown or of the wrong form.",
    429: "The key has used up its minute.",
    500: "The server made a mistake.",
    503: "The server is busy, starting or being stopped; see Retry-After.",
}
ALWAYS = (401, 403, 421, 422, 429, 500, 503)
WITH_BODY = (400, 408, 413, 415)

Described = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Described:
    """OpenAPI descriptions of the errors of a route; those common to all routes are added."""
    return {status: {"model": ErrorBody, "description": STATUSES[status]} for status in sorted({*ALWAYS, *statuses})}


def described(model: object, *statuses: int, status: int = 200, description: str = "Done.") -> Described:
    """OpenAPI description of a response and its errors; responses are not validated."""
    return {status: {"model": model, "description": description}, **errors(*statuses)}


EVENT_SCHEMA = {
    "type": "object",
    "description": "A server-sent event; `data` is JSON.",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}


def json_response(data: object, status: int = 200) -> Response:
    """A JSON response."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode("utf-8"), status_code=status, media_type="application/json")


def answer_json(answer: Answer, turn: Turn) -> dict[str, Any]:
    """The JSON of an answer as /api/ask sends it, signed where there is a key."""
    kept = {"conversation_id": turn.conversation_id, "message_id": turn.message_id}
    data = {**answer.to_json(), **kept, "collection": turn.asked.collection}
    return data if turn.signing is None else turn.signing.signed(data)


def as_json(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any dataclass
    """A dataclass as a JSON object."""
    return asdict(value)
