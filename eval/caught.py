"""What the support check makes of planted errors: `python -m eval.caught`, or `… FOLDER` with a test set in FOLDER.

Every plain sentence of a collection is held against the passage that it stands in: as written and
lightly paraphrased it should be supported; with an error planted in it, or held against another
article's passage, it should not. Articles in even places of their sorted ids are for development.
"""

import hashlib
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.locations import DEFAULT_ARTICLES
from assistant.support import SupportCheck, Verdict
from eval.collections import bench_engine, no_meter, silent
from eval.planted import Planted, errors, names_in, paraphrases
from eval.sets import article_of, load_set
from index.changes import add_paths
from index.encoders import DEFAULT_ENCODER, cache_folder, find_encoder
from index.search import EmbeddedSearch, Filters, Passage
from index.sentences import is_heading
from index.store import catalog_path, create_index, open_index

SEED = 5
LEAST_CHARACTERS = 30
MOVED = "moved to another article"
PARAGRAPHS = 150
"""So many articles of a test set, drawn by chance, are enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantedClaim:
    """A sentence, true or with an error, and the passages that it is held against."""

    article: str
    source: str
    """The sentence that it was made from."""
    made: Planted
    passages: tuple[Passage, ...]


@contextmanager
def planted_engine() -> Iterator[EmbeddedSearch]:
    """The search engine over the default collection, in an index of its own in the user's cache."""
    encoder = find_encoder(DEFAULT_ENCODER, note=silent)
    files = sorted(DEFAULT_ARTICLES.iterdir())
    # With the folder's path, which is part of an article's source: another copy of the files is another collection.
    content = hashlib.sha256(b"\0".join([os.fsencode(DEFAULT_ARTICLES), *(path.read_bytes() for path in files)]))
    root = cache_folder() / "bench" / f"articles-{content.hexdigest()[:8]}-{encoder.hash[:8]}"
    if not catalog_path(root).exists():
        create_index(root, encoder, max_tokens=encoder.max_tokens)
    add_paths(root, [DEFAULT_ARTICLES], encoder, note=silent, meter=no_meter, prune=True)
    snapshot = open_index(root, note=silent)
    try:
        yield EmbeddedSearch(snapshot, encoder)
    finally:
        snapshot.close()


def own_claims(engine: EmbeddedSearch, *, development: bool, most: int | None = None) -> Iterator[PlantedClaim]:
    """What is made of the sentences of one half of a collection's articles, the same at every call.

    Args:
        engine: over the collection.
        development: which half.
        most: of its articles so many at most, drawn by chance.
    """
    chance = random.Random(SEED)
    ids = sorted(row.article_id for row in engine.snapshot.articles.values())
    groups = sorted({article_of(id_) or id_ for id_ in ids})
    even = set(groups[::2])
    half = [id_ for id_ in ids if ((article_of(id_) or id_) in even) is development]
    if most is not None and len(half) > most:
        half = sorted(chance.sample(half, most))
    held = [(id_, passage, text) for id_ in half for passage in _passages(engine, id_) for text in _plain(passage)]
    names = names_in([text for _, _, text in held])
    glossary = engine.snapshot.glossary
    for id_, passage, text in held:
        for made in (*paraphrases(text, glossary, chance), *errors(text, names, glossary, chance)):
            yield PlantedClaim(article=id_, source=text, made=made, passages=(passage,))
        elsewhere = [
            one for one in engine.search(text, k=10, filters=Filters()).passages if one.article.article_id != id_
        ]
        if elsewhere:
            moved = Planted(kind=MOVED, text=text, true=False)
            yield PlantedClaim(article=id_, source=text, made=moved, passages=(elsewhere[0],))


def judged(
    engine: EmbeddedSearch, claims: Iterator[PlantedClaim], *, retrieved: int
) -> Iterator[tuple[PlantedClaim, Verdict]]:
    """The check's verdict on each claim.

    Args:
        engine: over the collection.
        claims: to be judged.
        retrieved: so many passages that a search for the claim finds are added to its own; with 0, its own alone.
    """
    check = SupportCheck(engine, engine.snapshot.glossary)
    for claim in claims:
        passages = claim.passages
        if retrieved and claim.made.kind != MOVED:
            known = {passage.chunk_id for passage in passages}
            found = engine.search(claim.made.text, k=retrieved, filters=Filters()).passages
            passages = (*passages, *(one for one in found if one.chunk_id not in known))
        yield claim, check.check(engine.encode(claim.made.text), passages)


def report(engine: EmbeddedSearch, *, development: bool, retrieved: int = 0, most: int | None = None) -> Iterator[str]:
    """A line for each kind: how many there were, and the share of them that the check refused."""
    seen: Counter[tuple[bool, str]] = Counter()
    refused: Counter[tuple[bool, str]] = Counter()
    for claim, verdict in judged(engine, own_claims(engine, development=development, most=most), retrieved=retrieved):
        for key in ((claim.made.true, claim.made.kind), (claim.made.true, "all")):
            seen[key] += 1
            refused[key] += not verdict.supported
    for true in (True, False):
        yield "true sentences, lost" if true else "planted errors, caught"
        for (_, kind), count in sorted((key, n) for key, n in seen.items() if key[0] is true):
            yield f"  {kind:26} {refused[true, kind]:5} of {count:5}  {refused[true, kind] / count:6.1%}"


def _passages(engine: EmbeddedSearch, article: str) -> Sequence[Passage]:
    """All passages of an article that a search can bring up, in reading order."""
    rows = [row for row in engine.snapshot.articles.values() if row.article_id == article]
    found = engine.search(rows[0].title or article, k=50, filters=Filters(articles=(article,))).passages
    return sorted(found, key=lambda passage: passage.start)


def _plain(passage: Passage) -> Iterator[str]:
    """Its sentences that end in a full stop, headings left out."""
    for sentence in passage.sentences:
        text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
        if text.endswith(".") and len(text) >= LEAST_CHARACTERS and not is_heading(text):
            yield text


def main(folder: Path | None) -> None:
    """Report on the held-out half of the default collection, or of a test set."""
    if folder is None:
        with planted_engine() as engine:
            for retrieved in (0, 6):
                print(f"held-out articles, {'own passage alone' if not retrieved else f'and {retrieved} retrieved'}")
                for line in report(engine, development=False, retrieved=retrieved):
                    print(line)
        return
    with bench_engine(load_set(folder)) as engine:
        for line in report(engine, development=False, most=PARAGRAPHS):
            print(line)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
