"""FastAPI dependencies of the routes: the service, the chosen collection, the owner."""

from typing import Annotated

from fastapi import Depends, Query, Request

from assistant.service.work.collection import NAME_CHARACTERS, Collection
from assistant.service.work.service import Service


async def _service_of(request: Request) -> Service:
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


async def _chosen(
    request: Request,
    collection: Annotated[
        str,
        Query(max_length=NAME_CHARACTERS, description="Which one, as /v1/models lists them; otherwise the first."),
    ] = "",
) -> Collection:
    return (await _service_of(request)).collection(collection)


async def _owner_of(request: Request) -> str:
    return str(request.state.owner)


Here = Annotated[Service, Depends(_service_of)]
"""The service of the process."""


Chosen = Annotated[Collection, Depends(_chosen)]
"""The collection that the query names, or the first."""


Owner = Annotated[str, Depends(_owner_of)]
"""The id of the request's key; "" without keys."""
