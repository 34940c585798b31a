"""Damages a copy of an index and looks what becomes of it: the same answers, or one line, or a note."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from index.encoding.encoder import HashEncoder
from index.errors import IndexDamaged, IndexUnavailable
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters
from index.storage.store import open_index
from index.storage.verify import verify_index

KINDS = (
    "catalog.sqlite",
    "/manifest.json",
    "/vectors/0000000001",
    "/meta.json",
    "/.managed.json",
    ".fast",
    ".fieldnorm",
    ".idx",
    ".pos",
    ".store",
    ".term",
    "writer.lock",
)
"""Ends of the names of all files of an index of one segment."""
FINE = {"an error", "repaired", "the same answers"}
"""What may become of a damaged index."""
QUESTIONS = (
    ("How many metres did the river rise?", Filters()),
    ("Who resigned on Tuesday?", Filters()),
    ("What does the tramm cost?", Filters(publishers=("Valley Post",))),
)
ENCODER = HashEncoder()


def answers(root: Path, notes: list[str]) -> list[object]:
    """All that an answer is made of, for every question."""
    engine = EmbeddedSearch(open_index(root, note=notes.append), ENCODER)
    try:
        found: list[object] = [
            sorted(map(repr, engine.articles.values())),
            repr(engine.glossary.groups),
            engine.threshold,
        ]
        for question, filters in QUESTIONS:
            retrieved = engine.search(question, k=3, filters=filters)
            found += [retrieved.question, repr(retrieved.passages), engine.idf("river")]
            for passage in retrieved.passages:
                found += [
                    engine.text(passage.article.article_id),
                    repr(engine.structure(passage.article.article_id).blocks),
                ]
                found += [engine.sentence_vectors(passage).tobytes(), engine.token_vectors(passage)[0].tobytes()]
        return found
    finally:
        engine.close()


def flips(size: int, count: int, seed: str) -> Iterator[Callable[[bytearray], None]]:
    """Changes of single bytes at random places, and truncations."""
    dice = random.Random(seed)
    for _ in range(count if size else 0):
        yield _flip(dice.randrange(size), dice.randrange(1, 256))
    for length in {0, size // 2, max(size - 1, 0), dice.randrange(size) if size else 0} - {size}:
        yield _cut(length)


def _flip(place: int, by: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[place] ^= by

    return change


def _cut(length: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        del data[length:]

    return change


def outcomes(sound: Path, work: Path, kind: str, count: int) -> list[str]:
    """What becomes of an index of which the file whose name ends with `kind` is damaged in many ways, each time."""
    expected = answers(sound, [])
    (name,) = (name for name in files(sound) if name.endswith(kind))
    found = []
    for number, change in enumerate(flips((sound / name).stat().st_size, count, kind)):
        copy = shutil.copytree(sound, work / str(number))
        data = bytearray((copy / name).read_bytes())
        change(data)
        (copy / name).write_bytes(data)
        found.append(outcome(copy, expected))
        shutil.rmtree(copy, ignore_errors=True)  # A thread of tantivy's may still put its lock there.
    return found


def files(root: Path) -> list[str]:
    """Names of all files of an index."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def outcome(root: Path, expected: list[object]) -> str:
    """What becomes of a damaged index that is verified, opened and asked; an exception of another kind passes."""
    notes: list[str] = []
    try:
        problems = verify_index(root).problems
    except (IndexDamaged, IndexUnavailable) as error:
        problems = (str(error),)
    try:
        found = answers(root, notes)
    except (IndexDamaged, IndexUnavailable) as error:
        if not error.remedy or "\n" in str(error):
            return "an error that is not one line with a remedy"
        return "an error" if problems else "an error that verify does not find"
    if found != expected:
        return "another answer"
    if notes:
        return "repaired" if problems and not verify_index(root).problems else "repaired, and verify differs"
    return "the same answers"
