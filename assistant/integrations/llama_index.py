"""Adapters to LlamaIndex: its documents become articles; our search is a retriever, our answers a query engine.

Nothing here touches LlamaIndex's global `Settings`, which would build a client of a remote model.
"""

import asyncio
import hashlib
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import PurePath

from assistant.answer.answer import Answer, Citation
from assistant.chain.assistant import Assistant
from index.errors import needing_extra
from index.search.engine import Filters, Retrieved
from index.text.article import Article, IndexedArticle
from index.text.metadata import KEYS, Metadata, parse_date

with needing_extra("models", "the adapter to LlamaIndex"):
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.response.schema import Response
    from llama_index.core.callbacks import CallbackManager
    from llama_index.core.prompts.mixin import PromptMixinType
    from llama_index.core.schema import (
        Document,
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )

K = 6
"""Passages a retriever returns by default: as many as the assistant reads for an answer."""

_ONE_AT_A_TIME = threading.Lock()
"""LlamaIndex may query from several threads; an `Assistant`, which follows its index when that changes, serves one."""


def articles_from_documents(documents: Iterable[Document]) -> Iterator[Article]:
    """Convert a LlamaIndex reader's documents to articles, for `index.storage.changes.add_articles`.

    The text is the document's, with the line ends that our own loader makes; a document without
    text is left out. Metadata is taken from the document's under the usual keys
    (`index.text.metadata.KEYS`), and is None where they do not say: a file's own dates are not the day
    on which its text was published.

    An article's identity is the path of its file. Pages and other parts of one file, and documents
    without a file, get a name beginning with "llama:", since no file of their own stands for them.

    Args:
        documents: read one by one, each file's parts in a fixed order.
    """
    seen: Counter[str] = Counter()
    for document in documents:
        fields = {key.lower(): value for key, value in document.metadata.items()}
        known = _metadata(fields)
        source, name = _origin(document, fields, known.title)
        seen[source] += 1
        if seen[source] > 1:
            part = seen[source]
            source, name = f"llama:{source.removeprefix('llama:')}#part={part}", f"{name}-part-{part}"
        text = _unicode(document.text).replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            continue
        published = known.published and known.published.isoformat()
        content = json.dumps([text, known.title, published, known.publisher, known.url, known.language])
        yield Article(
            source=source,
            name=name,
            text=text,
            title=known.title,
            published=known.published,
            publisher=known.publisher,
            url=known.url,
            language=known.language,
            source_sha256=hashlib.sha256(content.encode()).hexdigest(),
        )


class ReceiptsRetriever(BaseRetriever):
    """Our retrieval as a LlamaIndex retriever: nodes that know which characters of which article they are."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        k: int = K,
        filters: Filters | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Make a retriever.

        Args:
            assistant: over the index to search; whoever opened it closes it.
            k: how many passages are returned at most.
            filters: which articles may be searched.
            callback_manager: LlamaIndex's, for tracing.
        """
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with _ONE_AT_A_TIME:
            found = self._assistant.search(query_bundle.query_str, k=self._k, filters=self._filters)
        return nodes_of_passages(found)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class ReceiptsQueryEngine(BaseQueryEngine):
    """Our assistant as a LlamaIndex query engine: its answers, with a source node for each receipt."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        filters: Filters | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Make a query engine.

        Args:
            assistant: answers the questions; whoever opened it closes it.
            filters: which articles may be used.
            callback_manager: LlamaIndex's, for tracing.
        """
        super().__init__(callback_manager)
        self._assistant = assistant
        self._filters = filters

    def _query(self, query_bundle: QueryBundle) -> Response:
        with _ONE_AT_A_TIME:
            answer = self._assistant.ask(query_bundle.query_str, filters=self._filters)
        return response_of(answer)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def nodes_of_passages(found: Retrieved) -> list[NodeWithScore]:
    """Convert passages to nodes with their fused scores, best first."""
    return [NodeWithScore(node=_node(p.article, p.start, p.end, p.text), score=p.score) for p in found.passages]


def response_of(answer: Answer) -> Response:
    """Convert an answer to a response: text, a node for each citation, the public JSON as metadata.

    A refusal is a response without nodes; `metadata["status"]` tells it.
    """
    nodes = [NodeWithScore(node=_node(c, c.start, c.end, c.quote)) for c in answer.citations]
    return Response(response=answer.text, source_nodes=nodes, metadata=answer.to_json())


def _node(article: IndexedArticle | Citation, start: int, end: int, text: str) -> TextNode:
    """Characters `start` to `end` of an article; equal places of equal texts have equal ids."""
    metadata = {
        "article_id": article.article_id,
        "title": article.title,
        "publisher": article.publisher,
        "published": str(article.published) if article.published else None,
        "url": article.url,
        "sha256": article.sha256,
    }
    # A model or an encoder would read these as text; to it a hash and "None" say nothing.
    silent = ["sha256", *(key for key, value in metadata.items() if value is None)]
    return TextNode(
        id_=f"{article.article_id}@{article.sha256[:16]}:{start}-{end}",
        text=text,
        start_char_idx=start,
        end_char_idx=end,
        metadata=metadata,
        excluded_llm_metadata_keys=silent,
        excluded_embed_metadata_keys=silent,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.article_id, hash=article.sha256)},
    )


def _metadata(fields: Mapping[str, object]) -> Metadata:
    """Read a document's metadata; `fields` has keys in lower case.

    "source" is a path, an address or a page number to LlamaIndex's readers, never a publisher.
    """
    published = (_day(fields[key]) for key in KEYS["published"] if key in fields)
    language = re.match(r"([a-z]{2,3})(?![a-z])", (_first(fields, KEYS["language"]) or "").lower())
    urls = (_first(fields, [key]) for key in (*KEYS["url"], "source"))
    return Metadata(
        title=_first(fields, KEYS["title"]),
        published=next((day for day in published if day), None),
        publisher=_first(fields, [key for key in KEYS["publisher"] if key != "source"]),
        url=next((url for url in urls if url and url.startswith(("http://", "https://"))), None),
        language=language[1] if language else None,
    )


def _first(fields: Mapping[str, object], keys: Iterable[str]) -> str | None:
    """The first text under one of `keys`, on one line."""
    texts = (" ".join(_unicode(value).split()) for key in keys if isinstance(value := fields.get(key), str))
    return next(filter(None, texts), None)


def _unicode(text: str) -> str:
    """`text` without the lone surrogates that some PDF readers leave and UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return parse_date(value) if isinstance(value, str) else None


def _origin(document: Document, fields: Mapping[str, object], title: str | None) -> tuple[str, str]:
    """Source and name of the article that a document becomes."""
    stated, named, page = (fields.get(key) for key in ("file_path", "file_name", "page_label"))
    file = next((text for text in (named, stated) if isinstance(text, str) and text), None)
    name = title or document.doc_id if file is None else PurePath(file).stem
    place = ""
    if page is not None:
        name, place = f"{name}-page-{page}", f"#page={page}"
    if not isinstance(stated, str) or not stated:
        return f"llama:{document.doc_id}", name
    path = os.path.abspath(stated)  # As our own loader names files.
    if not os.path.exists(path):
        return f"llama:{stated}{place}", name  # On another machine, or on a remote file system.
    return f"llama:{path}{place}" if place else path, name
