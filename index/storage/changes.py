"""Adds articles to an index and removes them."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.encoding.encoder import Encoder
from index.errors import ArticleUnreadable, AssistantError, UserError, did_you_mean
from index.storage.catalog import Catalog
from index.storage.generation import build, remove_strays
from index.storage.incoming import Incoming
from index.storage.lock import writing
from index.storage.originals import (
    known_originals,
    name_originals,
    named_originals,
    remove_stray_originals,
    write_original,
)
from index.storage.places import keep_places
from index.storage.preparing import Meter, Prepared, Preparing, store
from index.storage.sketches import keep_sketches, known_sketches
from index.storage.store import Note, catalog_path, fingerprint, now, repair_locked, versions
from index.text.article import Article, IndexedArticle
from index.text.finding import Found, find_files, find_glossaries, read_bytes
from index.text.formats.table import PAGED, is_current, listed
from index.text.glossary import load_glossary
from index.text.loading import article_slug, file_of, free_id

PUBLISH_SECONDS = 10.0
"""Seconds of encoding after which a generation is published, so that an interruption loses little."""


@dataclass(kw_only=True, slots=True)
class Outcome:
    """Result of adding, article by article."""

    added: list[str] = field(default_factory=list)
    """Ids of new articles."""
    changed: list[str] = field(default_factory=list)
    """Ids of articles whose old version was replaced."""
    unchanged: list[str] = field(default_factory=list)
    """Ids of articles that were left as they are."""
    removed: list[str] = field(default_factory=list)
    """Ids of articles that were removed."""
    missing: list[str] = field(default_factory=list)
    """Ids of articles whose files were under the paths and are gone; they stay in the index."""
    duplicates: list[str] = field(default_factory=list)
    """Files whose article is in the index from another place, and is not put in again, a line each."""
    problems: list[str] = field(default_factory=list)
    """What was not understood of articles that were taken, a line each."""
    failed: list[str] = field(default_factory=list)
    """Why a file could not be taken, a line each."""
    passed_over: list[Path] = field(default_factory=list)
    """Files of types that cannot be read."""
    set_aside: list[Path] = field(default_factory=list)
    """Files that are no articles by their names, such as a folder's README."""


def add_articles(
    root: Path,
    articles: Iterable[Article],
    encoder: Encoder,
    *,
    note: Note,
    meter: Meter,
    glossaries: Sequence[Path] = (),
    remove: Sequence[IndexedArticle] = (),
    remove_glossaries: Sequence[str] = (),
    total_characters: int = 0,
) -> Outcome:
    """Bring articles into the index in `root`, each replacing the version of the same source.

    Args:
        root: an index.
        articles: read one by one; only a few are in memory at a time.
        encoder: the index's own.
        note: told what was repaired.
        meter: told how far it is.
        glossaries: files of aliases to store with the index.
        remove: articles to remove in the first transaction.
        remove_glossaries: sources of glossaries to remove.
        total_characters: about how much text there is, for `meter`.

    Raises:
        IndexBusy: another process is changing the index.
    """
    with writing(root):
        catalog = Catalog.open(catalog_path(root), writable=True)
        try:
            repair_locked(root, catalog, note=note)
            writer = _Writer(root, catalog, encoder, meter, total_characters)
            return writer.run(articles, glossaries, remove, remove_glossaries)
        except BaseException:
            with suppress(AssistantError):  # Those of articles that were not committed.
                _remove_stray_originals(root, catalog)
            raise
        finally:
            catalog.close()


def add_paths(
    root: Path,
    paths: Sequence[Path],
    encoder: Encoder,
    *,
    note: Note,
    meter: Meter,
    prune: bool = False,
    only_these: bool = False,
    follow_links: bool = False,
) -> Outcome:
    """Bring files and folders into the index in `root`; what has not changed costs no encoding.

    Args:
        root: an index.
        paths: files, or folders searched recursively.
        encoder: the index's own.
        note: told what was repaired.
        meter: told how far it is.
        prune: remove articles whose files were under `paths` and are gone.
        only_these: remove, besides, articles under `paths` whose files would not be taken today.
        follow_links: take what symbolic links in the folders lead to, wherever that is.

    Raises:
        UserError: a path does not exist or holds no article.
        IndexBusy: another process is changing the index.
    """
    found = find_articles(paths, follow_links=follow_links)
    known = known_articles(root)
    originals = known_originals(catalog_path(root))
    failed = list(found.refused)
    pending: list[Path] = []
    unchanged: list[str] = []
    size = 0
    for file in found.files:
        try:
            data = read_bytes(file)
            row = known.get(str(file))
            same = row is not None and row.source_sha256 == hashlib.sha256(data).hexdigest()
            kept = row is not None and (row.number in originals or file.suffix.lower() not in PAGED)
            if row is not None and same and kept and is_current(row.extractor):
                unchanged.append(row.article_id)
            else:
                pending.append(file)
                size += len(data)
        except ArticleUnreadable as error:
            failed.append(str(error))
    there = {str(file_of(source)) for source in known}
    pending.sort(key=lambda file: str(file) not in there)  # What leaves one is then no duplicate.
    missing = _missing(known.values(), paths)
    leaving = _not_among(known.values(), paths, found) if only_these else missing if prune else []
    sketches = known_sketches(root) if pending else {}
    incoming = Incoming.beside(known.values(), sketches=sketches, leaving=leaving)
    outcome = add_articles(
        root,
        incoming.files(pending),
        encoder,
        note=note,
        meter=meter,
        glossaries=find_glossaries(paths),
        remove=leaving,
        total_characters=size,
    )
    if stale := [row for row in known.values() if _is_stale(row, incoming)]:
        outcome.removed += add_articles(root, [], encoder, note=note, meter=meter, remove=stale).removed
    keep_places(root, incoming, under=_tells_under(paths))
    outcome.unchanged[:0] = unchanged
    outcome.failed[:0] = [*failed, *incoming.failed]
    outcome.duplicates, outcome.problems = incoming.duplicates, incoming.problems
    outcome.passed_over, outcome.set_aside = found.unsupported, found.set_aside
    gone = {row.article_id for row in missing} - set(outcome.removed) - set(outcome.unchanged)
    outcome.missing = sorted(gone)
    return outcome


def find_articles(paths: Sequence[Path], *, follow_links: bool = False) -> Found:
    """Find article files under `paths`, at least one, and the files passed over.

    Raises:
        UserError: a path does not exist or holds no article.
    """
    found = find_files(paths, follow_links=follow_links)
    if not found.files:
        where = ", ".join(map(str, paths))
        refused = f" ({found.refused[0]})" if found.refused else ""
        raise UserError(f"no articles in {where}{refused}", f"files ending in {listed()} are read")
    return found


def remove_articles(root: Path, names: Sequence[str], *, note: Note) -> list[str]:
    """Remove articles, given by id or path, from the index in `root`; returns their ids.

    Nothing of their text or vectors stays in any file of the index.

    Raises:
        UserError: one of them is not in the index; then none is removed.
        IndexBusy: another process is changing the index.
    """
    with writing(root):
        catalog = Catalog.open(catalog_path(root), writable=True)
        try:
            repair_locked(root, catalog, note=note)
            rows = catalog.articles()
            chosen = {row.number: row for name in names for row in [named_article(rows, name)]}
            _publish(root, catalog, remove=list(chosen.values()), add=[], glossaries={})
            return [row.article_id for row in chosen.values()]
        finally:
            catalog.close()


class _Writer:
    """One run of adding; it publishes a generation every `PUBLISH_SECONDS`."""

    def __init__(self, root: Path, catalog: Catalog, encoder: Encoder, meter: Meter, total: int) -> None:
        self.root = root
        self.catalog = catalog
        self.preparing = Preparing(
            encoder, catalog.projection(), max_tokens=int(catalog.meta("max_tokens")), meter=meter, total=total
        )
        self._replaced: list[IndexedArticle] = []
        self._moved_to: dict[int, str] = {}
        self._with_original = named_originals(catalog)
        self._regained: list[int] = []
        """Articles that are in the index without their files, which were met now."""

    def run(
        self,
        articles: Iterable[Article],
        glossaries: Sequence[Path],
        remove: Sequence[IndexedArticle],
        remove_glossaries: Sequence[str],
    ) -> Outcome:
        outcome = Outcome()
        known = {row.source: row for row in self.catalog.articles()}
        remove = [row for row in remove if row.source in known]
        texts: dict[str, str | None] = dict.fromkeys(remove_glossaries)
        for path in glossaries:
            text = load_glossary(path)
            if self.catalog.glossaries().get(str(path)) != text:
                texts[str(path)] = text
        self._replaced = list(remove)
        moved: set[int] = set()
        seen: set[str] = set()
        started = time.monotonic()
        for article in articles:
            if article.source in seen:
                outcome.failed.append(
                    f"{article.source}: a second article of the same source; give each a source of its own"
                )
                continue
            seen.add(article.source)
            row = known.get(article.source) or self._moved(article, known)
            if row is not None and _is_same(row, article) and self._has_its_pages(row, article):
                if row.source != article.source:
                    self._moved_to[row.number] = article.source
                    known[article.source] = replace(known.pop(row.source), source=article.source)
                    moved.add(row.number)
                    self._replaced = [old for old in self._replaced if old.number not in moved]
                if article.original and row.number not in self._with_original:
                    write_original(self.root, article.original)
                    self._regained.append(row.number)
                outcome.unchanged.append(row.article_id)
                continue
            if article.original:
                write_original(self.root, article.original)
            if reason := self.preparing.take(replace(article, original=b"")):  # Many may wait for the encoder.
                outcome.failed.append(reason)
                continue
            if row is not None:
                self._replaced.append(row)
            if time.monotonic() - started > PUBLISH_SECONDS:
                gone = {old.number for old in self._replaced}
                known = {source: old for source, old in known.items() if old.number not in gone}
                self._publish(texts, outcome)
                texts = {}
                started = time.monotonic()
        self._publish(texts, outcome)
        outcome.removed = [row.article_id for row in remove if row.number not in moved]
        return outcome

    def _moved(self, article: Article, known: dict[str, IndexedArticle]) -> IndexedArticle | None:
        """Find the row of a moved file: same content, at a path that is gone."""
        return next(
            (
                row
                for row in known.values()
                if row.source_sha256 == article.source_sha256
                and row.article_id == article_slug(article.name)
                and not file_of(row.source).exists()
            ),
            None,
        )

    def _has_its_pages(self, row: IndexedArticle, article: Article) -> bool:
        """Whether the index knows an article's pages, which one that was upgraded may not."""
        return row.number in self._with_original or self.catalog.pages(row.number) == article.pages

    def _publish(self, texts: dict[str, str | None], outcome: Outcome) -> None:
        """Publish what was encoded so far as a new generation."""
        waiting = self.preparing.finished()
        if self._moved_to:
            self.catalog.move_articles(self._moved_to)
            self._moved_to = {}
        if self._regained:
            with self.catalog.changing():
                name_originals(self.catalog, self._regained)
            self._regained = []
        if not (waiting or self._replaced or texts):
            return
        ids = _publish(self.root, self.catalog, remove=self._replaced, add=waiting, glossaries=texts)
        old = {row.source for row in self._replaced}
        for prepared, article_id in zip(waiting, ids, strict=True):
            (outcome.changed if prepared.article.source in old else outcome.added).append(article_id)
        self._replaced = []


def _publish(
    root: Path,
    catalog: Catalog,
    *,
    remove: Sequence[IndexedArticle],
    add: Sequence[Prepared],
    glossaries: dict[str, str | None],
) -> list[str]:
    """Commit one change of the index, all or nothing; returns the ids of the articles added."""
    try:
        with catalog.changing():
            current = catalog.generation
            changed = [chunk_id for row in remove for chunk_id in catalog.remove_article(row.number)]
            for source, text in glossaries.items():
                if text is None:
                    catalog.remove_glossary(source)
                else:
                    catalog.set_glossary(source, text)
            again = {prepared.article.source for prepared in add}
            kept = {row.source: row.article_id for row in remove if row.source in again}
            taken = catalog.article_ids() | set(kept.values())
            ids = []
            for prepared in add:
                article_id = kept.get(prepared.article.source) or free_id(article_slug(prepared.article.name), taken)
                taken.add(article_id)
                ids.append(article_id)
                changed += store(catalog, prepared, article_id)
            keep_sketches(catalog)
            catalog.set_meta({"generation": str(current + 1), "changed": now()})
            catalog.set_meta({"fingerprint": fingerprint(catalog)})
            catalog.seal_listing()
            build(root, current + 1, catalog, versions=versions(), base=current, changed=changed)
    except BaseException:
        with suppress(AssistantError):  # A full disk has no room for files of no use.
            remove_strays(root, catalog.generation)
        raise
    _remove_stray_originals(root, catalog)
    remove_strays(root, current + 1)  # Last, since a stray folder tells the next opening to remove what is left.
    return ids


def _remove_stray_originals(root: Path, catalog: Catalog) -> None:
    remove_stray_originals(root, {row.source_sha256 for row in catalog.articles_unsealed()})


def known_articles(root: Path) -> dict[str, IndexedArticle]:
    """List the articles of the index in `root` by their sources."""
    catalog = Catalog.open(catalog_path(root), writable=False)
    try:
        return {row.source: row for row in catalog.articles()}
    finally:
        catalog.close()


def _missing(rows: Iterable[IndexedArticle], paths: Sequence[Path]) -> list[IndexedArticle]:
    """Articles whose files were under `paths` and are gone."""
    return [row for row in _under(rows, paths) if not file_of(row.source).exists()]


def _not_among(rows: Iterable[IndexedArticle], paths: Sequence[Path], found: Found) -> list[IndexedArticle]:
    """Articles under `paths` that are of no file that was found there."""
    there = {str(file) for file in found.files}
    return [row for row in _under(rows, paths) if str(file_of(row.source)) not in there]


def _under(rows: Iterable[IndexedArticle], paths: Sequence[Path]) -> list[IndexedArticle]:
    is_under = _tells_under(paths)
    return [row for row in rows if is_under(row.source)]


def _tells_under(paths: Sequence[Path]) -> Callable[[str], bool]:
    """A function that tells whether a source is under one of `paths`."""
    tops = [os.path.abspath(path.expanduser()) for path in paths]
    folders = tuple(top.rstrip("/") + "/" for top in tops)
    return lambda source: str(file_of(source)) in tops or source.startswith(folders)


def _is_same(row: IndexedArticle, article: Article) -> bool:
    """Whether an article is in the index as it is, extracted by the same version of its library."""
    return (row.source_sha256, row.sha256, row.extractor) == (article.source_sha256, article.sha256, article.extractor)


def _is_stale(row: IndexedArticle, incoming: Incoming) -> bool:
    """Whether an article is no longer in its file, which holds several and was loaded."""
    loaded = incoming.loaded.get(str(file_of(row.source)))
    return loaded is not None and row.source not in loaded


def named_article(rows: Iterable[IndexedArticle], name: str) -> IndexedArticle:
    """The article with this id, or from this path.

    Raises:
        UserError: there is none.
    """
    rows = list(rows)
    path = os.path.abspath(Path(name).expanduser())
    for row in rows:
        if name == row.article_id or path == row.source:
            return row
    hint = did_you_mean(name, [row.article_id for row in rows], "`assistant index list` shows them")
    raise UserError(f"no article {name!r} in the index", hint)
