"""Serves the web pages: the files of `static/`."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.service.errors import ServiceError
from index.counts import shortened

router = APIRouter()
STATIC = Path(__file__).resolve().parents[1] / "static"
INDEX_NAME = "index.html"
VERIFY_NAME = "verify.html"


@router.get("/", include_in_schema=False)
def index(request: Request) -> Response:
    """The page."""
    return _file(INDEX_NAME, request)


@router.get("/verify", include_in_schema=False)
def verify(request: Request) -> Response:
    """The page that verifies an answer."""
    return _file(VERIFY_NAME, request)


@router.get("/static/{name:path}", include_in_schema=False)
def static(name: str, request: Request) -> Response:
    """A file of the page."""
    return _file(name, request)


def _file(name: str, request: Request) -> Response:
    # Only names that the folder lists, so that a client's text never becomes a path.
    if name not in _names():
        raise ServiceError(
            404, "no_such_path", f"there is no file {shortened(name, 100)!r}", "see / for the page, /docs for the API"
        )
    data = (STATIC / name).read_bytes()
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(data, media_type=kind, headers=headers)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
