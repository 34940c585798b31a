"""Lexical retrieval: a tantivy BM25 index of chunks, derived from the catalog."""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from index.text.terms import build_analyzer, indexable

HEAP_BYTES = 64_000_000
META = "meta.json"
STEMMED = "body"
EXACT = "words"
"""Field with the unstemmed text, for spelling correction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEntry:
    """Entry of one chunk in the BM25 index."""

    chunk_id: int
    article_number: int
    text: str
    """The chunk with its title."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPart:
    """One segment of a tantivy index."""

    segments: Sequence[Mapping[str, object]]
    """As tantivy's `meta.json` lists it."""
    names: tuple[str, ...]
    """Its files."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", stored=False, indexed=True, fast=True)
    builder.add_unsigned_field("article", stored=False, indexed=True, fast=False)
    builder.add_text_field(STEMMED, stored=False, tokenizer_name="stemmed", index_option="freq")
    builder.add_text_field(EXACT, stored=False, tokenizer_name="exact", index_option="freq")
    return builder.build()


def write_part(folder: Path, entries: Iterable[TextEntry], *, work: Path) -> TextPart:
    """Write the index of `entries`, at least one, as one segment of tantivy's into `folder`.

    Args:
        folder: takes the segment's files, beside those of others.
        entries: some hundreds, or memory would be written out in several segments.
        work: a folder that does not exist, for the time being.
    """
    work.mkdir(parents=True)
    index = tantivy.Index(_schema(), path=str(work), reuse=False)
    index.config_reader(reload_policy="manual")  # Else a thread would watch it, and put a lock there at any time.
    index.register_tokenizer("stemmed", build_analyzer(stem=True))
    index.register_tokenizer("exact", build_analyzer(stem=False))
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
    for entry in entries:
        text = indexable(entry.text)
        document = tantivy.Document()
        document.add_unsigned("chunk", entry.chunk_id)
        document.add_unsigned("article", entry.article_number)
        document.add_text(STEMMED, text)
        document.add_text(EXACT, text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    meta = json.loads((work / META).read_text(encoding="utf-8"))
    names = []
    for file in sorted(work.iterdir()):
        if file.suffix not in {".json", ".lock"}:
            file.replace(folder / file.name)
            names.append(file.name)
    shutil.rmtree(work, ignore_errors=True)
    return TextPart(segments=meta["segments"], names=tuple(names))


def list_parts(folder: Path, parts: Sequence[TextPart], *, work: Path) -> None:
    """Write the files by which tantivy knows the parts in `folder`, in their order.

    Tantivy never writes to a segment twice, so that an index can be put together from segments that
    were made alone. It has no call for that, but its list of segments is a JSON file.
    """
    work.mkdir(parents=True)
    tantivy.Index(_schema(), path=str(work), reuse=False).config_reader(reload_policy="manual")
    meta = json.loads((work / META).read_text(encoding="utf-8"))
    shutil.rmtree(work, ignore_errors=True)
    meta["segments"] = [segment for part in parts for segment in part.segments]
    meta["opstamp"] = len(meta["segments"])
    (folder / META).write_text(json.dumps(meta), encoding="utf-8")
    names = [META, *(name for part in parts for name in part.names)]
    (folder / ".managed.json").write_text(json.dumps(names), encoding="utf-8")


class TantivyText:
    """BM25 over chunks; scores are tantivy's (k1 = 1.2, b = 0.75)."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`.

        Raises:
            ValueError: there is none, or it is damaged.
        """
        self._schema = _schema()
        with _lockable(folder) as place:
            self._index = tantivy.Index(self._schema, path=str(place), reuse=True)
            self._index.register_tokenizer("stemmed", build_analyzer(stem=True))
            self._index.register_tokenizer("exact", build_analyzer(stem=False))
            # A generation never changes; else a thread would watch it, and put a lock there while it is removed.
            self._index.config_reader(reload_policy="manual")
            self._index.reload()
            self._searcher = self._index.searcher()

    def __len__(self) -> int:
        """Chunks in the index."""
        return int(self._searcher.num_docs)

    def chunk_ids(self) -> list[int]:
        """Every chunk's id, in no order."""
        if not len(self):
            return []
        hits = self._searcher.search(tantivy.Query.all_query(), limit=len(self), count=False).hits
        return self._ids([address for _, address in hits])

    def search(
        self, terms: Sequence[str], k: int, *, articles: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """The best `k` chunks for stemmed `terms`, as (chunk id, BM25 score), best first.

        Args:
            terms: from `index.text.terms.stems`; a repeated term counts again.
            k: how many at most.
            articles: numbers of the articles to search in; None for all.
        """
        if not terms or not len(self):
            return []
        return self._ranked(self._any_of(terms), k, articles=articles)

    def scores(self, terms: Sequence[str], chunk_ids: Collection[int]) -> dict[int, float]:
        """BM25 scores of chosen chunks; those without any of the terms are left out."""
        if not terms or not chunk_ids:
            return {}
        chosen = self._filter("chunk", chunk_ids)
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._any_of(terms)), (tantivy.Occur.Must, chosen)])
        return dict(self._hits(query, len(chunk_ids)))

    def document_frequency(self, term: str) -> int:
        """Document frequency of a stemmed term, in chunks."""
        return int(self._searcher.doc_freq(STEMMED, term))

    def word_frequency(self, word: str) -> int:
        """Document frequency of an unstemmed word in lower case, in chunks."""
        return int(self._searcher.doc_freq(EXACT, word))

    def similar_words(self, word: str, distance: int, k: int = 20) -> list[int]:
        """Ids of up to `k` chunks that hold a word within an edit distance of `word` (1 or 2)."""
        query = tantivy.Query.fuzzy_term_query(self._schema, EXACT, word, distance=distance)
        return [chunk for chunk, _ in self._hits(query, k)]

    def _any_of(self, terms: Sequence[str]) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, STEMMED, term, index_option="freq"))
                for term in terms
            ]
        )

    def _filter(self, field: str, values: Collection[int]) -> tantivy.Query:
        chosen = tantivy.Query.term_set_query(self._schema, field, sorted(values))
        return tantivy.Query.boost_query(tantivy.Query.const_score_query(chosen, 0.0), 0.0)

    def _ranked(self, query: tantivy.Query, k: int, *, articles: Collection[int] | None) -> list[tuple[int, float]]:
        if articles is not None:
            chosen = self._filter("article", articles)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
        return self._hits(query, k)

    def _hits(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, limit=max(k, 1), count=False).hits
        ids = self._ids([address for _, address in hits])
        # Equal scores come in storage order, which differs between builds; ids settle it.
        return sorted(zip(ids, (score for score, _ in hits), strict=True), key=lambda hit: (-hit[1], hit[0]))

    def _ids(self, addresses: Sequence[tantivy.DocAddress]) -> list[int]:
        values = self._searcher.fast_field_values("chunk", list(addresses))
        return [int(value or 0) for value in values]


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Yield `folder`, or if it is read-only, a temporary folder of links to its files.

    Tantivy makes a lock file even to read; what it has opened stays open without the folder.
    """
    if os.access(folder, os.W_OK):
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:
        for file in (file for file in folder.iterdir() if file.suffix != ".lock"):
            (Path(place) / file.name).symlink_to(file.absolute())
        yield Path(place)
