"""Builds the ASGI application: routes, error handlers, and the guard around them."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from assistant import AssistantError, __version__
from assistant.service.errors import ServiceError, internal, of_status, response_of, service_error
from assistant.service.http import (
    article_pages,
    article_routes,
    ask_routes,
    conversation_routes,
    export_routes,
    openai_routes,
    operations,
    page,
    verify_routes,
)
from assistant.service.http.guard import Guard
from assistant.service.store.retention import erase_in_time
from assistant.service.work.service import Service
from index.counts import shortened

MODULES = (
    ask_routes,
    verify_routes,
    article_routes,
    article_pages,
    conversation_routes,
    export_routes,
    openai_routes,
    operations,
    page,
)
DESCRIPTION = "Answers questions from a collection of articles; every sentence carries a receipt."


def build_app(service: Service, *, log: Callable[[str], None], warm_first: bool = False) -> ASGIApp:
    """Build the application of one process; with `warm_first`, start-up waits for the pool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.pool.start(service.stopped)
        if warm_first:
            with suppress(Exception):  # The server waits for the pool too, and reports it.
                await service.pool.opened()
        days = service.options.keep_days
        erasing = days and asyncio.ensure_future(erase_in_time(service.conversations, days, note=service.note))
        yield
        if erasing:
            erasing.cancel()
        service.pool.close()

    app = FastAPI(
        title="Article assistant",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    for module in MODULES:
        app.include_router(module.router)
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(AssistantError, _assistant_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    _describe_keys(app, needed=service.options.keys)
    return Guard(
        app,
        service.options,
        service.keys,
        service.meters,
        crowded=lambda: service.pool.crowded,
        log=log,
        traces=service.traces,
    )


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return response_of(error)


async def _assistant_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AssistantError)
    return response_of(service_error(error))


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: Mapping[str, Any] = error.errors()[0]
    if first["type"] == "json_invalid":
        said = str(first["ctx"]["error"]).lower().removesuffix(" at")
        why = f"the body is no JSON ({said} at character {first['loc'][-1]})"
        return response_of(
            ServiceError(422, "invalid_field", why, "send an object as /docs describes it", param="body")
        )
    where = ".".join(str(part) for part in first["loc"])
    value = shortened(ascii(first.get("input")), 60)
    more = len(error.errors()) - 1
    message = f"{where}: {str(first['msg']).lower()} (it is {value})" + (f"; {more} more" if more else "")
    return response_of(ServiceError(422, "invalid_field", message, "correct it; /docs lists every field", param=where))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # The framework names the methods of the first route with this path only.
        headers["Allow"] = ", ".join(sorted(_methods(request.url.path)))
    return response_of(of_status(error.status_code, request.url.path, headers))


def _methods(path: str) -> set[str]:
    """The methods of all routes that match a path."""
    routes = [route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute)]
    return {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}


async def _unexpected(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return response_of(internal())


def _describe_keys(app: FastAPI, *, needed: bool) -> None:
    """Add the keys to the OpenAPI document if they are needed."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        if needed:
            schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
            schemes["key"] = {"type": "http", "scheme": "bearer", "description": "Made by `assistant keys create`."}
            document["security"] = [{"key": []}]
            for path in ("/health", "/ready"):
                document["paths"][path]["get"]["security"] = []
        return document

    app.openapi = openapi  # type: ignore[method-assign]
