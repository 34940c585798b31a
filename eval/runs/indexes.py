"""Finds the index for an evaluation: the user's, the default collection's, or a cached one of a test set."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from assistant.settings.collections import all_collections, default_index, root_of
from assistant.settings.locations import DEFAULT_ARTICLES, ensure_default, index_to_read
from assistant.settings.settings import Settings, load_settings
from eval.files import no_meter, silent
from eval.runs.chain import IndexChain
from eval.runs.results import Run
from index.encoding.encoder import Encoder
from index.encoding.encoders import DEFAULT_ENCODER, cache_folder, find_encoder
from index.errors import AssistantError
from index.search.embedded import EmbeddedSearch
from index.storage.changes import add_articles, add_paths
from index.storage.preparing import Meter
from index.storage.store import catalog_path, create_index, open_index
from index.text.article import Article

DEFAULT_GOLD = Path(__file__).resolve().parents[1] / "gold"
"""The gold set of the default collection."""

Note = Callable[[str], None]


# Gold cases


def gold_paths(named: Sequence[Path]) -> list[Path]:
    """Return the gold files to read: those named, else `eval/gold` here, else the default collection's."""
    here = Path("eval/gold")
    return list(named) or [here if here.is_dir() else DEFAULT_GOLD]


def index_for(paths: Sequence[Path], settings: Settings, *, meter: Meter = no_meter) -> Path:
    """Find the index for gold files: the one named, else the default collection for its own gold, else the user's."""
    default_gold = all(DEFAULT_GOLD in (path.resolve(), *path.resolve().parents) for path in paths)
    if default_gold and not settings.index:
        ensure_default(note=tell, meter=meter)
        return default_index()
    root = index_to_read(settings, note=tell, meter=meter)
    if default_gold and root.resolve() != default_index().resolve():
        tell(
            f"the gold of the default collection is asked of the index in {root}, which is another; name gold of your "
            "own, or unset --index and ASSISTANT_INDEX"
        )
    return root


def gold_chain(paths: Sequence[Path], *, index: str | None) -> IndexChain:
    """Make the opener of the chain for gold files."""
    settings = load_settings({"index": index})[0]
    return IndexChain(root=index_for(paths, settings), settings=settings, note=tell)


def article_texts(run: Run, settings: Settings, *, note: Note) -> dict[str, str]:
    """Read texts by article id from the index of a run; empty, with a note, if it is not on this machine.

    Args:
        run: has the fingerprint of its index.
        settings: may name an index; otherwise all collections are tried.
        note: takes the message if the index is not found.
    """
    wanted = run.provenance.index.get("fingerprint")
    folders = [root_of(settings.index)] if settings.index else [one.root for one in all_collections()]
    states = []
    for root in folders:
        if not catalog_path(root).exists():
            continue
        try:
            snapshot = open_index(root, note=note)
        except AssistantError:
            continue
        try:
            if snapshot.fingerprint == wanted:
                return {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
            states.append(f"{root} has {snapshot.fingerprint}")
        finally:
            snapshot.close()
    note(
        f"no index is as it was for this run (fingerprint {wanted}; {'; '.join(states) or 'none is here'}), so quotes "
        "are shown without the text around them; run the cases again, or name an index that is, with --index"
    )
    return {}


def tell(message: str) -> None:
    """Write a note to standard error; a function of the module, so that it can be pickled."""
    print(f"assistant: {message}", file=sys.stderr, flush=True)


# Test sets


class Documents(Protocol):
    """The documents of a test set."""

    @property
    def name(self) -> str:
        """Name of the set, part of the name of the index's folder."""

    @property
    def documents(self) -> Mapping[str, tuple[str, str]]:
        """Title and text by id."""

    def articles(self) -> Iterator[Article]:
        """The documents as articles to index."""


def bench_index(bench: Documents, *, note: Note = silent, meter: Meter = no_meter) -> Path:
    """Return the folder of a test set's index, which is cached so that a set is encoded once."""
    encoder = find_encoder(DEFAULT_ENCODER, note=note)
    root = _cached_index(bench.name, repr(sorted(bench.documents.items())).encode(), encoder)
    size = sum(len(text) for _, text in bench.documents.values())
    add_articles(root, bench.articles(), encoder, note=note, meter=meter, total_characters=size)
    return root


@contextmanager
def bench_engine(bench: Documents, *, note: Note = silent, meter: Meter = no_meter) -> Iterator[EmbeddedSearch]:
    """Open the search engine over a test set's documents."""
    with _engine(bench_index(bench, note=note, meter=meter), find_encoder(DEFAULT_ENCODER, note=note)) as engine:
        yield engine


@contextmanager
def default_engine() -> Iterator[EmbeddedSearch]:
    """Open the search engine over the default collection, in a cached index separate from the user's."""
    encoder = find_encoder(DEFAULT_ENCODER, note=silent)
    files = sorted(DEFAULT_ARTICLES.iterdir())
    # The path is part of each article's source, so another copy of the files has another index.
    content = b"\0".join([os.fsencode(DEFAULT_ARTICLES), *(path.read_bytes() for path in files)])
    root = _cached_index("articles", content, encoder)
    add_paths(root, [DEFAULT_ARTICLES], encoder, note=silent, meter=no_meter, prune=True)
    with _engine(root, encoder) as engine:
        yield engine


def _cached_index(name: str, content: bytes, encoder: Encoder) -> Path:
    """Return the folder of a cached index, created empty if missing."""
    root = cache_folder() / "bench" / f"{name}-{hashlib.sha256(content).hexdigest()[:8]}-{encoder.hash[:8]}"
    if not catalog_path(root).exists():
        create_index(root, encoder, max_tokens=encoder.max_tokens)
    return root


@contextmanager
def _engine(root: Path, encoder: Encoder) -> Iterator[EmbeddedSearch]:
    snapshot = open_index(root, note=silent)
    try:
        yield EmbeddedSearch(snapshot, encoder)
    finally:
        snapshot.close()
