"""/api/articles/{article_id}/pages: the pages of a PDF, and where on them a quote stands."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from assistant.service.errors import ServiceError, not_found
from assistant.service.http.article_routes import ArticleId
from assistant.service.http.dependencies import Chosen, Here
from assistant.service.http.replies import Described, described, errors, json_response
from assistant.service.http.request_bodies import Count, between
from assistant.service.http.response_bodies import PageBody
from assistant.service.work.collection import Collection
from assistant.service.work.service import Service
from index.counts import shortened
from index.search.engine import SearchEngine
from index.text.article import IndexedArticle, Page
from index.text.drawing.values import Quote

router = APIRouter()
MOST = 999_999_999
PICTURE: Described = {200: {"description": "A PNG.", "content": {"image/png": {}}}, 304: {"description": "As it was."}}
VERSION = 1
"""Of the pictures: higher when the same page is drawn otherwise."""

PageNumber = Annotated[Count, Path(description="1 for the first.", json_schema_extra=between(-MOST, MOST))]


@router.get("/api/articles/{article_id}/pages/{number}", responses=described(PageBody, 404), summary="Describe a page")
async def page(
    article_id: ArticleId,
    number: PageNumber,
    service: Here,
    collection: Chosen,
    start: Annotated[
        Count, Query(alias="from", ge=0, description="First character of a quote.", json_schema_extra=between(0, MOST))
    ] = 0,
    end: Annotated[
        Count, Query(alias="to", ge=0, description="One past its last.", json_schema_extra=between(0, MOST))
    ] = 0,
) -> Response:
    """A page of an article's PDF, and the boxes of a quote on it, given by its characters in the article's text."""
    row = await _row(service, collection, article_id)
    data = await _original(service, collection, row)
    quote = await service.pool.run(
        collection.name, lambda assistant: assistant.current(lambda engine: _quote(engine, row, number, start, end))
    )
    found = await asyncio.to_thread(service.drawing.view, data, number, quote)
    if found is None:
        raise _no_page(number)
    return json_response({"number": number, **asdict(found)})


@router.get(
    "/api/articles/{article_id}/pages/{number}/picture",
    responses={**PICTURE, **errors(404)},
    response_class=Response,
    summary="See a page",
)
async def picture(
    article_id: ArticleId,
    number: PageNumber,
    service: Here,
    collection: Chosen,
    if_none_match: Annotated[str, Header(description="The ETag of the picture that is there.")] = "",
) -> Response:
    """A page of an article's PDF as a picture."""
    row = await _row(service, collection, article_id)
    etag = f'"{row.source_sha256[:32]}-{number}-{VERSION}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    drawn = service.drawing.kept(row.source_sha256, number)
    if drawn is None:
        data = await _original(service, collection, row)
        if if_none_match != etag:
            drawn = await asyncio.to_thread(service.drawing.picture, row.source_sha256, data, number)
            if drawn is None:
                raise _no_page(number)
    if drawn is None or if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(drawn, media_type="image/png", headers=headers)


async def _row(service: Service, collection: Collection, article_id: str) -> IndexedArticle:
    row = await service.pool.run(
        collection.name, lambda assistant: assistant.current(lambda engine: engine.articles.get(article_id))
    )
    if row is None:
        raise not_found("article", article_id)
    return row


async def _original(service: Service, collection: Collection, row: IndexedArticle) -> bytes:
    def read(engine: SearchEngine) -> bytes | None:
        return engine.original(row.article_id) if row.article_id in engine.articles else None

    data = await service.pool.run(collection.name, lambda assistant: assistant.current(read))
    if data is None:
        raise ServiceError(
            404,
            "original_not_found",
            f"the index keeps no pages of {shortened(row.article_id, 100)!r}",
            "read its text; those of a PDF are kept when it is added, with `assistant index add`",
        )
    return data


def _quote(engine: SearchEngine, row: IndexedArticle, number: int, start: int, end: int) -> Quote:
    """The part of a quote that is on a page."""
    there = row.article_id in engine.articles
    pages = engine.pages(row.article_id) if there else ()
    own = next((one for one in pages if one.number == number), Page(number=number, start=0, end=0))
    text = engine.text(row.article_id)[own.start : own.end] if there else ""
    first, last = (min(max(place - own.start, 0), len(text)) for place in (start, end))
    return Quote(text=text, start=first, end=max(first, last))


def _no_page(number: int) -> ServiceError:
    return ServiceError(404, "page_not_found", f"there is no page {number}", "the first is 1; `count` says how many")
