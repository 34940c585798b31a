"""Locates the index that is meant; builds the default collection the first time it is asked."""

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from assistant.answer.answer import Answer
from assistant.settings.collections import DEFAULT, default_index, own_index, root_of, root_of_existing, used
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder, open_encoder
from index.errors import AssistantError, IndexBusy, IndexDamaged, IndexOutdated, IndexUnavailable
from index.storage.catalog import Catalog
from index.storage.changes import add_articles
from index.storage.lock import writing
from index.storage.preparing import Meter
from index.storage.store import Snapshot, catalog_path, create_index, open_index
from index.text.finding import GLOSSARY_NAME
from index.text.formats.table import FORMATS
from index.text.loading import load_text

DEFAULT_ARTICLES = Path(__file__).resolve().parents[2] / "index" / "articles"
WAIT_SECONDS = 300
"""Seconds to wait while another process builds the default collection."""

Note = Callable[[str], None]


def root_to_ask(settings: Settings) -> Path:
    """The index that is asked: the one named, else the collection in use, else the user's own, else the default."""
    if settings.index:
        return root_of(settings.index)
    chosen = used()
    if chosen is not None:
        return chosen.root
    return own_index() if _holds_articles(own_index()) else default_index()


def index_to_read(settings: Settings, *, note: Note, meter: Meter) -> Path:
    """The index that is asked; the default collection's is built, or brought up to date, if it is that one."""
    root = root_of_existing(settings.index) if settings.index else root_to_ask(settings)
    if root.resolve() == default_index().resolve():
        ensure_default(note=note, meter=meter)
    return root


def _holds_articles(root: Path) -> bool:
    """Whether there is an index with at least one article; an empty one is skipped."""
    if not catalog_path(root).exists():
        return False
    catalog = Catalog.open(catalog_path(root), writable=False)
    try:
        return bool(catalog.articles())
    finally:
        catalog.close()


def index_to_change(settings: Settings) -> Path:
    """The index to change: the one named, else the collection in use if it can be changed, else the user's own."""
    if settings.index:
        return root_of(settings.index)
    chosen = used()
    return own_index() if chosen is None or chosen.name == DEFAULT else chosen.root


def collection_of(answer: Answer, among: Mapping[str, Path], *, but: str = "") -> str | None:
    """The collection that gave an answer: its index has the same fingerprint, else the articles that are quoted.

    Args:
        answer: given anywhere.
        among: the folders of indexes by their collections' names; those that cannot be read are passed over.
        but: fingerprint of an index that is none.
    """
    hashes = {one.article_id: one.sha256 for one in answer.citations}
    hashes |= {one.article_id: one.sha256 for one in answer.nearest}
    near = None
    for name, root in among.items():
        try:
            with closing(Catalog.open(catalog_path(root), writable=False)) as catalog:
                fingerprint = catalog.meta("fingerprint")
                if fingerprint == answer.index.fingerprint:
                    return name
                if fingerprint == but:
                    continue
                held = {row.article_id: row.sha256 for row in catalog.articles()} if hashes else {}
        except AssistantError:
            continue
        if near is None and hashes and hashes.items() <= held.items():
            near = name
    return near


def encoder_of(snapshot: Snapshot, note: Note, *, threads: int = 0) -> Encoder:
    """Open the encoder that an index names; `threads` for one run of it, 0 for one a core."""
    return open_encoder(snapshot.encoder_hash, snapshot.encoder_name, note=note, threads=threads)


def default_files() -> list[Path]:
    """The files of the default collection's articles."""
    return sorted(path for path in DEFAULT_ARTICLES.iterdir() if path.suffix in FORMATS)


def _default_source(path: Path) -> str:
    return f"default:{path.name}"


def ensure_default(*, note: Note, meter: Meter) -> None:
    """Build the default collection's index, or update it to the articles of this version.

    Raises:
        IndexUnavailable: the data folder cannot be written to.
        IndexBusy: another process builds it for longer than `WAIT_SECONDS`.
    """
    root = default_index()
    files = {path: path.read_bytes() for path in default_files()}
    wanted = {_default_source(path): hashlib.sha256(data).hexdigest() for path, data in files.items()}
    glossary = DEFAULT_ARTICLES / GLOSSARY_NAME
    if snapshot := _usable(root, note=note):
        there = {row.source: row.source_sha256 for row in snapshot.articles.values()}
        texts = list(snapshot.catalog.glossaries().values())
        snapshot.close()
        if there == wanted and texts == [glossary.read_text(encoding="utf-8")]:
            return
    note(f"building the default collection in {root} (once, about ten seconds)")
    articles = [replace(load_text(data, path), source=_default_source(path)) for path, data in files.items()]
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            encoder = find_encoder(DEFAULT_ENCODER, note=note)
            if not catalog_path(root).exists():
                create_index(root, encoder, max_tokens=encoder.max_tokens)
            _bring_up(root, encoder, articles, glossary, note=note, meter=meter)
            return
        except IndexBusy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        except OSError as error:
            raise IndexUnavailable(
                f"the default collection cannot be built in {root} ({error.strerror})",
                "set ASSISTANT_DATA to a folder that can be written to",
            ) from error


def _usable(root: Path, *, note: Note) -> Snapshot | None:
    """Open the default collection's index; discard it if it cannot be used, since it can be made anew."""
    if not catalog_path(root).is_file():
        return None
    try:
        return open_index(root, note=note)
    except (IndexDamaged, IndexUnavailable):
        pass
    try:
        with writing(root):
            try:
                return open_index(root, note=note)
            except (IndexDamaged, IndexUnavailable) as error:
                how = "has an older format" if isinstance(error, IndexOutdated) else "is damaged"
                note(f"the default collection in {root} {how}")
                catalog_path(root).unlink()
                shutil.rmtree(root / "generations", ignore_errors=True)
    except IndexBusy:
        pass  # Another process is making it; whoever waits for that is told.
    return None


def _bring_up(root: Path, encoder: Encoder, articles: list, glossary: Path, *, note: Note, meter: Meter) -> None:  # type: ignore[type-arg]
    snapshot = open_index(root, note=note)
    wanted = {article.source for article in articles}
    old = [row for row in snapshot.articles.values() if row.source not in wanted]
    foreign = [source for source in snapshot.catalog.glossaries() if source != str(glossary)]
    snapshot.close()
    add_articles(
        root,
        articles,
        encoder,
        note=note,
        meter=meter,
        glossaries=[glossary],
        remove=old,
        remove_glossaries=foreign,
        total_characters=sum(len(article.text) for article in articles),
    )
