"""Articles on their way into a catalog: cut into chunks and encoded, many articles together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.encoding.encoder import Encoder, EncodingJob
from index.encoding.projection import TokenProjection
from index.storage.catalog import Catalog
from index.storage.originals import name_originals, original_path
from index.text.article import Article, Chunk, ChunkVectors
from index.text.blocks import structure_of
from index.text.chunking import Chunking, chunk_article, fitting_title
from index.text.structure import Structure

BATCH_CHUNKS = 128
"""Chunks encoded together, from as many articles as it takes, so that batches hold similar lengths."""

Meter = Callable[[int, int, int, str], None]
"""Called with the characters done, the characters in all, the chunks done, and the file that is worked on."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """An article that was cut into chunks and waits for the encoder."""

    article: Article
    structure: Structure
    jobs: Sequence[EncodingJob]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that was encoded and waits for its transaction."""

    article: Article
    structure: Structure
    chunks: Sequence[Chunk]
    vectors: Sequence[ChunkVectors]


class Preparing:
    """Cuts and encodes articles in batches."""

    def __init__(
        self, encoder: Encoder, projection: TokenProjection, *, max_tokens: int, meter: Meter, total: int
    ) -> None:
        """Make it for one run.

        Args:
            encoder: the index's own.
            projection: the index's own.
            max_tokens: of a chunk.
            meter: told how far it is.
            total: about how many characters there are, for `meter`.
        """
        self.encoder = encoder
        self.projection = projection
        self.meter = meter
        self.total = total
        self.chunking = Chunking(max_tokens=max_tokens)
        self._cut: list[_Cut] = []
        self._waiting: list[Prepared] = []
        self._done_characters = 0
        self._done_chunks = 0

    def take(self, article: Article) -> str | None:
        """Take an article; returns why it cannot be cut, in a line, if it cannot."""
        self.meter(self._done_characters, self.total, self._done_chunks, article.source)
        try:
            self._cut.append(self._cut_up(article))
        except Exception as error:  # noqa: BLE001  # One article stops no other, whatever is wrong with it.
            reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            return f"{article.source}: cannot be cut into passages ({reason}); leave it out"
        if sum(len(cut.jobs) for cut in self._cut) >= BATCH_CHUNKS:
            self._encode()
        return None

    def finished(self) -> list[Prepared]:
        """Encode what still waits, and hand over all articles that were taken since the last call."""
        self._encode()
        done, self._waiting = self._waiting, []
        return done

    @property
    def waiting(self) -> int:
        """Chunks that were encoded and not handed over."""
        return sum(len(prepared.chunks) for prepared in self._waiting)

    def _cut_up(self, article: Article) -> _Cut:
        count = self.encoder.count_tokens
        structure = structure_of(article.text)
        chunks = chunk_article(structure, article.title, count=count, chunking=self.chunking)
        title = fitting_title(article.title, count, self.chunking.max_tokens)
        return _Cut(article, structure, [EncodingJob(title=title, chunk=chunk) for chunk in chunks])

    def _encode(self) -> None:
        """Encode the pending chunks of all articles together."""
        jobs = [job for cut in self._cut for job in cut.jobs]
        size = sum(len(cut.article.text) for cut in self._cut)
        longest = max(self._cut, key=lambda cut: len(cut.jobs), default=None)  # What takes most of the time.

        def progress(done: int, of: int) -> None:
            at = longest.article.source if longest else ""
            self.meter(self._done_characters + size * done // of, self.total, self._done_chunks + done, at)

        vectors = iter(self.encoder.encode_chunks(jobs, progress) if jobs else [])
        self._done_characters += size
        self._done_chunks += len(jobs)
        for cut in self._cut:
            chunks = [job.chunk for job in cut.jobs]
            own = [next(vectors) for _ in chunks]
            # Projected at once: at full width, the tokens of one batch take 40 MB.
            short = [replace(one, tokens=self.projection.apply(one.tokens)) for one in own]
            self._waiting.append(Prepared(cut.article, cut.structure, chunks, short))
        self._cut = []


def store(catalog: Catalog, prepared: Prepared, article_id: str, *, number: int | None = None) -> list[int]:
    """Store an article with its chunks, inside an open transaction; returns the chunks' ids.

    Args:
        catalog: takes it.
        prepared: the article.
        article_id: its id.
        number: its number, if it had one before; None for the next.
    """
    article = prepared.article
    number = catalog.add_article(article, article_id, prepared.structure, number=number)
    if article.pages and original_path(catalog.path.parent, article.source_sha256).exists():
        name_originals(catalog, [number])
    return [
        catalog.add_chunk(number, chunk, vectors)
        for chunk, vectors in zip(prepared.chunks, prepared.vectors, strict=True)
    ]
