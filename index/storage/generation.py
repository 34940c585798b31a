"""Files derived from one state of the catalog: vectors for FAISS, a tantivy index, and a manifest.

Each generation has a folder of its own that is complete before the catalog's transaction names it,
so a change appears in one step and a reader never sees half of it. Segments that a change does not
touch are hard links to the files of the generation before.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.folder import file_sha256
from index.errors import IndexDamaged, reason_of
from index.storage.bm25 import TantivyText, TextEntry, TextPart, list_parts, write_part
from index.storage.catalog import Catalog
from index.storage.rows import StoredChunk
from index.storage.segments import Segment, divide, read_vectors, write_vectors
from index.storage.trouble import flush, written
from index.storage.vectors import FaissVectors
from index.text.chunking import encoded_text

MANIFEST = "manifest.json"
VECTORS_NAME = "vectors"
TEXT_NAME = "text"
WORK_NAME = "work"

File = Mapping[str, object]
"""What the manifest states of a file: `bytes` and `sha256`."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The opened derived data of one generation."""

    number: int
    vectors: FaissVectors
    text: TantivyText
    ids: NDArray[np.int64]
    """(chunks,) ascending."""
    articles: NDArray[np.int64]
    """(chunks,) the number of each chunk's article."""

    def chunks_of(self, articles: Collection[int]) -> list[int]:
        """Ids of the chunks of articles, given by number."""
        chosen = np.isin(self.articles, np.asarray(sorted(articles), dtype=np.int64))
        found: list[int] = self.ids[chosen].tolist()
        return found


def generation_folder(root: Path, number: int) -> Path:
    """Folder of a generation's files."""
    return root / "generations" / f"{number:08d}"


def build(
    root: Path,
    number: int,
    catalog: Catalog,
    *,
    versions: Mapping[str, str],
    base: int | None = None,
    changed: Collection[int] = (),
) -> None:
    """Write the folder of generation `number` from the catalog, inside its open transaction.

    Args:
        root: the index's folder.
        number: of the generation to write; a stray folder of that number is replaced.
        catalog: as it will be.
        versions: of what wrote it, for the manifest.
        base: an earlier generation, to share the files of what has not changed since; None builds anew.
        changed: ids of the chunks that were added or removed since `base`.

    Raises:
        DiskFull: there is no room for it.
        IndexDamaged: a row of the catalog is not what was written.
    """
    folder = generation_folder(root, number)
    try:
        with written(folder):
            shutil.rmtree(folder, ignore_errors=True)
            for name in (VECTORS_NAME, TEXT_NAME):
                (folder / name).mkdir(parents=True)
            try:
                _write(folder, number, catalog, versions, _earlier(root, base), changed)
            except ValueError as error:  # Tantivy's word for what the system did not take.
                _told(error)
                raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # A full disk has no room for what is of no use.
        raise


def _told(error: ValueError) -> None:
    """Raise tantivy's error as the system's, where it is one."""
    import re

    if found := re.search(r"os error (\d+)|code: (\d+)", str(error)):
        raise OSError(int(found[1] or found[2]), os.strerror(int(found[1] or found[2]))) from error


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The generation before, whose files can be shared."""

    folder: Path
    segments: Mapping[int, Mapping[str, Any]]
    files: Mapping[str, File]


def _earlier(root: Path, base: int | None) -> _Earlier | None:
    if base is None:
        return None
    folder = generation_folder(root, base)
    try:
        manifest = read_manifest(folder)
        segments = {segment["first"]: segment for segment in manifest["segments"]}
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return _Earlier(folder, segments, manifest["files"])


def _write(
    folder: Path,
    number: int,
    catalog: Catalog,
    versions: Mapping[str, str],
    earlier: _Earlier | None,
    changed: Collection[int],
) -> None:
    ids = catalog.chunk_ids()
    stated, files, linked = [], dict[str, File](), set[str]()
    entries = _Entries(catalog)
    for segment in divide(ids, sorted(earlier.segments) if earlier else [], changed):
        old = earlier.segments[segment.first] if earlier and segment.old else None
        if earlier is not None and old is not None:
            for name in old["files"]:
                os.link(earlier.folder / name, folder / name)
                files[name] = earlier.files[name]
                linked.add(name)
            stated.append(old)
            continue
        new = _write_segment(folder, segment, entries, int(catalog.meta("dimension")))
        files |= {name: _stated(folder / name) for name in new["files"]}
        stated.append(new)
    parts = [TextPart(segments=one["text"], names=tuple(_own(one["files"]))) for one in stated]
    list_parts(folder / TEXT_NAME, parts, work=folder / WORK_NAME / "list")
    shutil.rmtree(folder / WORK_NAME, ignore_errors=True)
    files |= {_name(folder, path): _stated(path) for path in sorted((folder / TEXT_NAME).glob("*.json"))}
    files |= {_name(folder, path): _stated(path) for path in sorted((folder / TEXT_NAME).glob(".*.json"))}
    manifest = {
        "format": int(catalog.meta("format")),
        "generation": number,
        "encoder": {"name": catalog.meta("encoder_name"), "sha256": catalog.meta("encoder_hash")},
        "dimension": int(catalog.meta("dimension")),
        "chunks": len(ids),
        "versions": dict(versions),
        "segments": stated,
        "files": files,
    }
    text = json.dumps(manifest | {"sha256": _manifest_hash(manifest)}, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    _sync(folder, [MANIFEST, *files.keys() - linked])


def _write_segment(folder: Path, segment: Segment, entries: "_Entries", dimension: int) -> dict[str, Any]:
    chunks = list(entries.catalog.chunks(segment.ids))
    path = folder / VECTORS_NAME / f"{segment.first:010d}"
    write_vectors(path, chunks, dimension)
    part = write_part(folder / TEXT_NAME, entries.of(chunks), work=folder / WORK_NAME / path.name)
    names = [_name(folder, path), *(f"{TEXT_NAME}/{name}" for name in part.names)]
    mode = folder.stat().st_mode & 0o666
    for name in names:
        (folder / name).chmod(mode)  # Tantivy lets nobody but the owner read some of them.
    return {"first": segment.first, "chunks": len(chunks), "text": list(part.segments), "files": names}


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _own(names: Iterable[str]) -> Iterator[str]:
    """Names of a segment's files within the folder of tantivy's."""
    return (name.removeprefix(f"{TEXT_NAME}/") for name in names if name.startswith(f"{TEXT_NAME}/"))


def _stated(path: Path) -> File:
    return {"bytes": path.stat().st_size, "sha256": file_sha256(path)}


def _manifest_hash(manifest: Mapping[str, object]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a generation's manifest, whose own hash holds.

    Raises:
        OSError: it is not there.
        ValueError: it is not what was written.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(manifest, dict) or manifest.get("sha256") != _manifest_hash(manifest):
        raise ValueError("it was changed after it was written")
    return manifest


def open_generation(root: Path, number: int) -> Generation:
    """Open a generation's files, every byte checked against the manifest.

    Raises:
        IndexDamaged: files are missing, or not as they were written.
    """
    folder = generation_folder(root, number)
    try:
        manifest = read_manifest(folder)
        files: dict[str, File] = manifest["files"]
        dimension = int(manifest["dimension"])
        vectors = FaissVectors(dimension)
        ids, articles = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        matrices = [np.zeros((0, dimension), dtype=np.float32)]
        for name, stated in files.items():
            data = _checked(folder, name, stated)
            if name.startswith(f"{VECTORS_NAME}/"):
                own, numbers, rows = read_vectors(data, dimension)
                ids.append(own)
                articles.append(numbers)
                matrices.append(rows)
        vectors.add(np.concatenate(ids), np.concatenate(matrices))
        text = TantivyText(folder / TEXT_NAME)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise IndexDamaged(f"generation {number} of the index in {root} is damaged: {reason_of(error)}") from error
    return Generation(number, vectors, text, np.concatenate(ids), np.concatenate(articles))


def _checked(folder: Path, name: str, stated: File) -> bytes:
    """The content of a file, which is what the manifest states.

    Raises:
        ValueError: it is not, in words.
    """
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError:
        raise ValueError(f"{name} is missing") from None
    except OSError as error:
        raise ValueError(f"{name} cannot be read ({error.strerror})") from error
    if len(data) != stated["bytes"]:
        raise ValueError(f"{name} has {len(data)} bytes instead of {stated['bytes']}")
    if hashlib.sha256(data).hexdigest() != stated["sha256"]:
        raise ValueError(f"{name} was changed after it was written")
    return data


def differences(folder: Path) -> list[str]:
    """Compare the files in `folder` with its manifest, every byte; problems in words."""
    try:
        expected: dict[str, File] = read_manifest(folder)["files"]
    except (OSError, ValueError, LookupError) as error:
        return [f"{MANIFEST} cannot be read ({reason_of(error)})"]
    wrong = []
    for name, stated in expected.items():
        try:
            _checked(folder, name, stated)
        except ValueError as error:
            wrong.append(str(error))
    return wrong


def contradictions(generation: Generation, catalog: Catalog) -> list[str]:
    """Compare a generation's content with the catalog; contradictions in words."""
    ids = catalog.chunk_ids()
    wrong = []
    if generation.ids.tolist() != ids or sorted(generation.vectors.ids().tolist()) != ids:
        wrong.append("FAISS does not hold the chunks of the catalog")
    elif not all(
        np.array_equal(generation.vectors.get([chunk.id])[0], chunk.vector)
        and generation.articles[place] == chunk.article
        for place, chunk in enumerate(catalog.chunks())
    ):
        wrong.append("FAISS holds other vectors than the catalog")
    if sorted(generation.text.chunk_ids()) != ids:
        wrong.append("the BM25 index does not hold the chunks of the catalog")
    return wrong


def remove_strays(root: Path, keep: int) -> list[int]:
    """Remove the folders of all generations but `keep`; returns their numbers, ascending."""
    strays = []
    for folder in sorted((root / "generations").glob("*")):
        if folder != generation_folder(root, keep):
            shutil.rmtree(folder, ignore_errors=True)
            strays.append(int(folder.name) if folder.name.isdigit() else -1)
    return strays


class _Entries:
    """Makes entries of the BM25 index from chunks, each article's text read once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def of(self, chunks: Sequence[StoredChunk]) -> Iterator[TextEntry]:
        title, text, number = "", "", -1
        for row in (chunk.row for chunk in chunks):
            if row.article != number:
                (title, text), number = self.catalog.titled(row.article), row.article
            body = encoded_text(title, row.context, text[row.start : row.end])
            yield TextEntry(chunk_id=row.id, article_number=number, text=body)


def _sync(folder: Path, names: Iterable[str]) -> None:
    """Flush files and folders to disk, so that they are there before the commit that names them."""
    for path in [*(folder / name for name in names), folder / TEXT_NAME, folder / VECTORS_NAME, folder, folder.parent]:
        flush(path)
