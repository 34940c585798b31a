"""/api/status, /health, /ready, /metrics and /docs."""

import asyncio
import html
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from assistant import __version__
from assistant.service.errors import starting, stopping
from assistant.service.http.dependencies import Chosen, Here
from assistant.service.http.replies import described, errors, json_response
from assistant.service.http.response_bodies import StateBody, StatusBody
from assistant.service.work.collection import Collection
from assistant.service.work.listing import kind_of
from assistant.service.work.service import Service
from index.search.engine import SearchEngine

router = APIRouter()
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/health", responses=described(StateBody), summary="Whether the process is alive")
async def health() -> Response:
    """Answers as long as the process can answer at all."""
    return json_response({"status": "ok"})


@router.get("/ready", responses=described(StateBody), summary="Whether questions are answered")
async def ready(service: Here) -> Response:
    """200 once every assistant is open and warm; 503 before that, and while the server is being stopped."""
    if service.stopped.is_set():
        raise stopping()
    if not service.pool.ready:
        raise starting()
    return json_response({"status": "ready"})


@router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Text."}, **errors()},
    response_class=Response,
    summary="Counters for Prometheus",
)
async def metrics(service: Here) -> Response:
    """Requests, answers, times, queue and memory, of all processes of the server together."""
    service.meters.waiting_questions.set(service.pool.waiting)
    return Response(service.meters.text(), media_type=METRICS_TYPE)


@router.get("/api/status", responses=described(StatusBody, 404), summary="Describe a collection")
async def status(service: Here, collection: Chosen) -> Response:
    """Describe a collection's state, the names of all collections, and what the server allows."""
    tags = sorted({tag for given in (await _tags(service, collection)).values() for tag in given})

    def described_(engine: SearchEngine) -> dict[str, Any]:
        return {**_status_json(engine, collection, service), "tags": tags}

    return json_response(await service.pool.run(collection.name, lambda assistant: assistant.current(described_)))


async def _tags(service: Service, collection: Collection) -> Mapping[str, tuple[str, ...]]:
    return await asyncio.to_thread(service.tags.of, collection.name)


def _status_json(engine: SearchEngine, collection: Collection, service: Service) -> dict[str, Any]:
    rows = engine.articles.values()
    dates = sorted(row.published.isoformat() for row in rows if row.published)
    return {
        "model": collection.name,
        "collections": list(service.collections),
        "articles": len(rows),
        "chunks": engine.state.chunks,
        "fingerprint": engine.state.fingerprint,
        "generation": engine.state.generation,
        "changed": engine.state.changed,
        "publishers": sorted({row.publisher for row in rows if row.publisher}),
        "kinds": sorted({kind_of(row) for row in rows}),
        "without_publisher": sum(row.publisher is None for row in rows),
        "published_min": dates[0] if dates else None,
        "published_max": dates[-1] if dates else None,
        "reader": service.answerer.name,
        "uploads": collection.uploads is not None,
        "shares": service.options.shares,
        "version": __version__,
        "examples": list(collection.examples) or collection.own_examples(engine),
    }


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """The OpenAPI document as a page; the usual viewers load scripts from elsewhere, this one needs none."""
    return HTMLResponse(docs_page(request.app.openapi()))


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> Response:
    """No content; browsers request it by themselves."""
    return PlainTextResponse("", status_code=204)


def docs_page(document: dict[str, Any]) -> str:
    """Render a plain page with every operation, its parameters and its responses."""
    parts = [
        f"<h1>{_text(document['info']['title'])} {_text(document['info']['version'])}</h1>",
        f"<p>{_text(document['info'].get('description', ''))}</p>",
        '<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>',
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(f"<h2>{method.upper()} {_text(path)}</h2>")
            parts.append(f"<p>{_text(operation.get('summary', ''))}. {_text(operation.get('description', ''))}</p>")
            parts += _parameters(operation)
            parts.append("<ul>")
            for status_, answer in sorted(operation["responses"].items()):
                parts.append(f"<li>{_text(status_)}: {_text(answer.get('description', ''))}</li>")
            parts.append("</ul>")
    body = "\n".join(parts)
    head = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>API</title></head>'
    return f"{head}\n<body>\n{body}\n</body></html>\n"


def _parameters(operation: dict[str, Any]) -> list[str]:
    rows = [
        f"<li>{_text(one['name'])} ({_text(one['in'])}{', needed' if one.get('required') else ''}): "
        f"{_text(one.get('description', ''))}</li>"
        for one in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {})
    rows += [f"<li>body, {_text(kind)}: {_text(_named(one['schema']))}</li>" for kind, one in content.items()]
    return ["<p>Takes:</p><ul>", *rows, "</ul>"] if rows else []


def _named(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", schema.get("title", "object"))).rsplit("/", 1)[-1]


def _text(value: object) -> str:
    return html.escape(str(value))
