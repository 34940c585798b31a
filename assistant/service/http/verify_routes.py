"""/api/verify and /api/key: whether an answer holds, and the public key that answers are signed with."""

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from assistant.answer.given import GivenAnswer, read_answer
from assistant.answer.signing import ALGORITHM
from assistant.service.errors import ServiceError
from assistant.service.http.dependencies import Chosen, Here
from assistant.service.http.replies import WITH_BODY, described, json_response
from assistant.service.http.response_bodies import PublicKeyBody, VerifiedBody
from assistant.settings.locations import collection_of
from index.errors import UsageError

router = APIRouter()


def _body() -> dict[str, Any]:
    """What the body is, for the OpenAPI document; it is read by `read_answer`, which tells more than a schema can."""
    # Unlike the answers that are sent, which may get further keys, it has no key that is not known: types of its own.
    place = "#/paths/~1api~1verify/post/requestBody/content/application~1json/schema/$defs/{model}"
    schema = TypeAdapter(GivenAnswer).json_schema(ref_template=place)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/api/verify",
    responses=described(VerifiedBody, 404, *WITH_BODY),
    openapi_extra=_body(),
    summary="Verify an answer",
)
async def verify(request: Request, service: Here, collection: Chosen) -> Response:
    """Whether an answer, as /api/ask gives it, holds.

    Its words, its receipts and what they say of their articles are compared with the collection that the query names,
    or that gave it; a signature of this server proves that it is as it was given.
    """
    try:
        given = read_answer((await request.body()).decode())
    except (UsageError, UnicodeDecodeError) as error:
        message, remedy = (error.message, error.remedy) if isinstance(error, UsageError) else ("no UTF-8", None)
        raise ServiceError(422, "invalid_field", message, remedy or "send an answer's JSON", param="body") from error
    if "collection" not in request.query_params:
        named = given.answer.collection
        if named not in service.collections:  # It may have been given by the command line, or have another name now.
            roots = {name: one.root for name, one in service.collections.items()}
            found_in: str | None = await asyncio.to_thread(collection_of, given.answer, roots)
            named = found_in or named
        collection = service.collection(named)
    trusted = {service.signing.public} if service.signing else set()
    found = await service.pool.run(collection.name, lambda assistant: assistant.verify(given, trusted=trusted))
    return json_response({**asdict(found), "altered_answers": int(bool(found.faults))})


@router.get("/api/key", responses=described(PublicKeyBody, 404), summary="The public key of the answers' signatures")
async def key(service: Here) -> Response:
    """The key that `assistant verify --public-key` takes; whoever trusts this server can verify its answers with it."""
    if service.signing is None:
        raise ServiceError(404, "no_signing_key", "this server signs no answers", "verify them with its index")
    return json_response({"algorithm": ALGORITHM, "public_key": service.signing.public})
