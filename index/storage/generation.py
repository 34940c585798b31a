"""Files derived from one state of the catalog: FAISS, tantivy, sentence vectors and a manifest.

Each generation has a folder of its own that is complete before the catalog's transaction names it,
so a change appears in one step and a reader never sees half of it.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.encoding.folder import file_sha256
from index.errors import IndexDamaged
from index.storage.bm25 import TantivyText, TextEntry
from index.storage.catalog import Catalog
from index.storage.vectors import ChunkCodes, EvidenceVectors, FaissVectors
from index.text.article import Matrix
from index.text.chunking import encoded_text

MANIFEST = "manifest.json"
VECTORS_NAME = "vectors.faiss"
TEXT_NAME = "text"


@dataclass(frozen=True, slots=True)
class Generation:
    """The opened derived data of one generation."""

    number: int
    vectors: FaissVectors
    text: TantivyText
    evidence: EvidenceVectors


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
    added: Collection[int] = (),
) -> None:
    """Write the folder of generation `number` from the catalog, inside its open transaction.

    Args:
        root: the index's folder.
        number: of the generation to write; a stray folder of that number is replaced.
        catalog: as it will be.
        versions: of what wrote it, for the manifest.
        base: an earlier generation that lacks nothing but the chunks `added`; None builds anew,
            which also leaves no trace of what was removed.
        added: chunk ids.
    """
    folder = generation_folder(root, number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    earlier = generation_folder(root, base) if base is not None else None

    dimension = int(catalog.meta("dimension"))
    vectors = FaissVectors.read(earlier / VECTORS_NAME) if earlier else FaissVectors(dimension)
    ids, rows = catalog.vectors(added if earlier else None)
    vectors.add(ids, rows)
    vectors.write(folder / VECTORS_NAME)

    EvidenceVectors.write(folder, catalog.codes(), dimension, catalog.projection().dimension)
    TantivyText.build(
        folder / TEXT_NAME,
        _entries(catalog, added if earlier else None),
        base=earlier / TEXT_NAME if earlier else None,
    )
    manifest = {
        "format": int(catalog.meta("format")),
        "generation": number,
        "encoder": {"name": catalog.meta("encoder_name"), "sha256": catalog.meta("encoder_hash")},
        "chunks": len(vectors),
        "versions": dict(versions),
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
            for path in sorted(_files(folder))
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    _sync(folder)


def open_generation(root: Path, number: int) -> Generation:
    """Open a generation's files, their sizes checked against the manifest.

    Raises:
        IndexDamaged: files are missing, or not as they were written.
    """
    folder = generation_folder(root, number)
    wrong = differences(folder, hashes=False)
    if wrong:
        raise IndexDamaged(f"generation {number} of the index in {root} is damaged: {wrong[0]}")
    try:
        return Generation(
            number=number,
            vectors=FaissVectors.read(folder / VECTORS_NAME),
            text=TantivyText(folder / TEXT_NAME),
            evidence=EvidenceVectors(folder),
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise IndexDamaged(f"generation {number} of the index in {root} is damaged: {error}") from error


def differences(folder: Path, *, hashes: bool) -> list[str]:
    """Compare the files in `folder` with its manifest: sizes, or with `hashes` every byte; problems in words."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected: dict[str, dict[str, object]] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{MANIFEST} cannot be read ({error})"]
    wrong = []
    for name, stated in expected.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != stated["bytes"]:
            wrong.append(f"{name} has {path.stat().st_size} bytes instead of {stated['bytes']}")
        elif hashes and file_sha256(path) != stated["sha256"]:
            wrong.append(f"{name} was changed after it was written")
    return wrong


def contradictions(generation: Generation, catalog: Catalog) -> list[str]:
    """Compare a generation's content with the catalog; contradictions in words."""
    ids, rows = catalog.vectors()
    wrong = []
    if sorted(generation.vectors.ids().tolist()) != ids:
        wrong.append("FAISS does not hold the chunks of the catalog")
    elif ids and not _same(generation.vectors.get(ids), rows):
        wrong.append("FAISS holds other vectors than the catalog")
    if sorted(generation.text.chunk_ids()) != ids:
        wrong.append("the BM25 index does not hold the chunks of the catalog")
    stored = list(catalog.codes())
    if len(generation.evidence) != len(stored):
        wrong.append("the sentence vectors are not those of the chunks of the catalog")
    elif not all(_same_codes(generation.evidence.codes(codes.chunk_id), codes) for codes in stored):
        wrong.append("the sentence or token vectors differ from the catalog's")
    return wrong


def remove_strays(root: Path, keep: int) -> list[int]:
    """Remove the folders of all generations but `keep`; returns their numbers, ascending."""
    strays = []
    for folder in sorted((root / "generations").glob("*")):
        if folder != generation_folder(root, keep):
            shutil.rmtree(folder, ignore_errors=True)
            strays.append(int(folder.name) if folder.name.isdigit() else -1)
    return strays


def _entries(catalog: Catalog, ids: Collection[int] | None) -> Iterator[TextEntry]:
    titles = {row.number: row.title for row in catalog.articles()}
    text, number = "", -1
    for chunk in catalog.chunks(ids):
        if chunk.article != number:
            text, number = catalog.text(chunk.article), chunk.article
        body = encoded_text(titles[number] or "", chunk.context, text[chunk.start : chunk.end])
        yield TextEntry(chunk_id=chunk.id, article_number=number, text=body)


def _same(a: Matrix, b: Matrix) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _same_codes(a: ChunkCodes, b: ChunkCodes) -> bool:
    pairs = ((a.sentences, b.sentences), (a.token_counts, b.token_counts), (a.tokens, b.tokens))
    return all(np.array_equal(x, y) or x.size == y.size == 0 for x, y in pairs)


def _files(folder: Path) -> Sequence[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock")]


def _sync(folder: Path) -> None:
    """Flush files and folders to disk, so that they are there before the commit that names them."""
    for path in [*_files(folder), folder / TEXT_NAME, folder, folder.parent]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
