"""Indexes of test sets, kept in the user's cache so that a set is encoded once."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.bench.sets import BenchSet
from eval.files import no_meter, silent
from index.encoding.encoders import DEFAULT_ENCODER, cache_folder, find_encoder
from index.search.embedded import EmbeddedSearch
from index.storage.changes import Meter, add_articles
from index.storage.store import catalog_path, create_index, open_index


def bench_index(bench: BenchSet, *, note: Callable[[str], None] = silent, meter: Meter = no_meter) -> Path:
    """The folder of an index of the set's documents, made on first use."""
    encoder = find_encoder(DEFAULT_ENCODER, note=note)
    content = hashlib.sha256(repr(sorted(bench.documents.items())).encode()).hexdigest()
    root = cache_folder() / "bench" / f"{bench.name}-{content[:8]}-{encoder.hash[:8]}"
    if not catalog_path(root).exists():
        create_index(root, encoder, max_tokens=encoder.max_tokens)
    size = sum(len(text) for _, text in bench.documents.values())
    add_articles(root, bench.articles(), encoder, note=note, meter=meter, total_characters=size)
    return root


@contextmanager
def bench_engine(
    bench: BenchSet, *, note: Callable[[str], None] = silent, meter: Meter = no_meter
) -> Iterator[EmbeddedSearch]:
    """The search engine over the set's documents."""
    snapshot = open_index(bench_index(bench, note=note, meter=meter), note=note)
    try:
        yield EmbeddedSearch(snapshot, find_encoder(DEFAULT_ENCODER, note=note))
    finally:
        snapshot.close()
