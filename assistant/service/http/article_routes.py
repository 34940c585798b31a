"""/api/articles: list and read, and with --allow-upload add and remove."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, UploadFile
from starlette.responses import Response

from assistant.service.errors import ServiceError, not_found, service_error
from assistant.service.http.dependencies import Chosen, Here
from assistant.service.http.replies import WITH_BODY, described, errors, json_response
from assistant.service.http.request_bodies import Count, Day, TagsBody, between
from assistant.service.http.response_bodies import ArticlesBody, UploadedBody, WholeArticleBody
from assistant.service.options import Options
from assistant.service.work.collection import Collection
from assistant.service.work.hits import hits
from assistant.service.work.listing import Sort, Wanted, kind_of, lacks, page_of
from assistant.service.work.uploads import UploadedFile, Uploads
from index.errors import AssistantError, UserError
from index.search.engine import SearchEngine
from index.text.article import IndexedArticle
from index.text.formats.table import listed

router = APIRouter()
FILES = {"maxItems": Options().files, "items": {"contentMediaType": "application/octet-stream"}}
"""For the OpenAPI document: more files are refused with a code of their own; and bytes are of no type of JSON's."""
ArticleId = Annotated[str, Path(min_length=1, max_length=300, description="As in a citation.")]


@router.get("/api/articles", responses=described(ArticlesBody, 404), summary="List articles")
async def list_articles(
    service: Here,
    collection: Chosen,
    limit: Annotated[
        Count, Query(ge=1, le=500, description="How many at most.", json_schema_extra=between(1, 500))
    ] = 100,
    after: Annotated[str, Query(max_length=300, description="The `next` of the page before.")] = "",
    query: Annotated[str, Query(max_length=200, description="Words of title, id, publisher or author.")] = "",
    publisher: Annotated[str, Query(max_length=300, description="Only of this publisher.")] = "",
    tag: Annotated[str, Query(max_length=60, description="Only with this tag.")] = "",
    kind: Annotated[str, Query(max_length=20, description="Only of this kind, as `pdf`.")] = "",
    published_after: Annotated[Day | None, Query(description="On this day or later.")] = None,
    published_before: Annotated[Day | None, Query(description="On this day or earlier.")] = None,
    sort: Annotated[Sort, Query(description="Order of the list.")] = Sort.NAME,
) -> Response:
    """Articles, a page at a time, by default all in the order of their ids."""
    wanted = Wanted(
        words=tuple(query.split()),
        publisher=publisher or None,
        kind=kind.lower() or None,
        published_after=published_after,
        published_before=published_before,
        sort=sort,
    )

    tags = await asyncio.to_thread(service.tags.of, collection.name)

    def page(engine: SearchEngine) -> dict[str, Any]:
        rows = [row for row in engine.articles.values() if not tag or tag in tags.get(row.article_id, ())]
        shown, total, more = page_of(rows, wanted, after=after, limit=limit)
        articles = [_article_json(row, engine.text(row.article_id), tags) for row in shown]
        return {"articles": articles, "total": total, "next": more}

    return json_response(await service.pool.run(collection.name, lambda assistant: assistant.current(page)))


@router.get("/api/articles/{article_id}", responses=described(WholeArticleBody, 404), summary="Read an article")
async def read_article(
    article_id: ArticleId,
    service: Here,
    collection: Chosen,
    query: Annotated[str, Query(max_length=500, description="Words whose places in the text are told.")] = "",
) -> Response:
    """An article with its whole text, to whose characters receipts refer."""
    tags = await asyncio.to_thread(service.tags.of, collection.name)

    def whole(engine: SearchEngine) -> dict[str, Any] | None:
        row = engine.articles.get(article_id)
        if row is None:
            return None
        text = engine.text(row.article_id)
        pages = [asdict(page) for page in engine.pages(article_id)]
        kept = engine.has_original(article_id)
        return {
            **_article_json(row, text, tags),
            "text": text,
            "sha256": row.sha256,
            "pages": pages,
            "pictures": kept,
            "hits": hits(text, query),
        }

    found = await service.pool.run(collection.name, lambda assistant: assistant.current(whole))
    if found is None:
        raise not_found("article", article_id)
    return json_response(found)


@router.post(
    "/api/articles",
    responses={
        **described(UploadedBody, 404, 409, *WITH_BODY, description="Nothing was added or changed."),
        201: {"model": UploadedBody, "description": "Articles were added or changed."},
    },
    summary="Upload articles",
)
async def upload(
    files: Annotated[
        list[UploadFile],
        File(min_length=1, description=f"Files ending in {listed()}.", json_schema_extra=FILES),
    ],
    service: Here,
    collection: Chosen,
) -> Response:
    """Add articles, each in the place of an uploaded one of the same file name.

    As on the command line, a file that cannot be read is named in `failed` and the others are taken; `files` has what
    became of each. If none is of a type and size that is taken, the request is refused.
    """
    uploads = _uploads(collection)
    taken = [UploadedFile(name=file.filename or "article", data=await file.read()) for file in files]
    there = await service.pool.run(
        collection.name, lambda assistant: assistant.current(lambda engine: len(engine.articles))
    )
    try:
        outcome, told = await asyncio.to_thread(uploads.add, taken, there=there)
    except AssistantError as error:
        raise service_error(error) from error
    data = {
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "failed": outcome.failed,
        "files": [asdict(one) for one in told],
    }
    return json_response(data, status=201 if outcome.added or outcome.changed else 200)


@router.patch("/api/articles/{article_id}", responses=described(TagsBody, 404, *WITH_BODY), summary="Tag an article")
async def tag(article_id: ArticleId, body: TagsBody, service: Here, collection: Chosen) -> Response:
    """Give an article these tags in place of those that it has."""
    if not await service.pool.run(collection.name, lambda assistant: assistant.current(_has(article_id))):
        raise not_found("article", article_id)
    kept = await asyncio.to_thread(service.tags.put, collection.name, article_id, body.tags)
    return json_response({"tags": kept})


@router.delete(
    "/api/articles/{article_id}",
    responses={204: {"description": "Removed."}, **errors(404)},
    status_code=204,
    response_class=Response,
    summary="Remove an article",
)
async def remove(article_id: ArticleId, service: Here, collection: Chosen) -> Response:
    """Remove an article; nothing of its text or vectors stays in the index."""
    uploads = _uploads(collection)
    if not await service.pool.run(collection.name, lambda assistant: assistant.current(_has(article_id))):
        raise not_found("article", article_id)
    try:
        await asyncio.to_thread(uploads.remove, article_id)
    except UserError:
        raise not_found("article", article_id) from None
    except AssistantError as error:
        raise service_error(error) from error
    await asyncio.to_thread(service.tags.put, collection.name, article_id, [])
    return Response(status_code=204)


def _uploads(collection: Collection) -> Uploads:
    if collection.uploads is None:
        raise ServiceError(
            403, "uploads_off", "this server takes and removes no articles", "start it with --allow-upload"
        )
    return collection.uploads


def _has(article_id: str) -> Callable[[SearchEngine], bool]:
    return lambda engine: article_id in engine.articles


def _article_json(row: IndexedArticle, text: str, tags: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "article_id": row.article_id,
        "title": row.title,
        "publisher": row.publisher,
        "published": row.published.isoformat() if row.published else None,
        "url": row.url,
        "language": row.language,
        "characters": len(text),
        "kind": kind_of(row),
        "lacks": lacks(row, text),
        "tags": tags.get(row.article_id, ()),
    }
