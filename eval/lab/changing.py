"""Measure what changing one article among many costs: `python -m eval.lab.changing [ARTICLES]`.

Makes a folder of made-up articles (10,000 if no number is given) and an index of it with the default
encoder, in a temporary folder, and prints the median seconds of each kind of change and reading.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from eval.files import silent
from index.encoding.encoder import Encoder
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder
from index.encoding.folder import SAMPLE
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters
from index.storage.changes import add_paths, remove_articles
from index.storage.store import create_index, open_index
from index.storage.verify import verify_index

ARTICLES = 10_000
REPEATS = 5
SENTENCES = 3
"""Sentences of an article; one chunk."""
WORDS = 12
"""Words of a sentence, drawn from those of the encoders' sample."""


def texts(count: int, seed: int = 1) -> Iterator[str]:
    """Make articles up, the same ones for each seed; a few words are frequent, as in any language."""
    dice = random.Random(seed)
    found = Counter(SAMPLE.read_text(encoding="utf-8").split())
    words, weights = list(found), list(found.values())
    for number in range(count):
        sentences = [" ".join(dice.choices(words, weights, k=WORDS)).capitalize() + "." for _ in range(SENTENCES)]
        yield f"# Article {number}\n\n{' '.join(sentences)}\n"


class Changing:
    """An index of a folder of made-up articles, for the measurements."""

    def __init__(self, home: Path, count: int, encoder: Encoder) -> None:
        """Write the articles and make the empty index."""
        self.folder, self.root, self.count, self.encoder = home / "articles", home / "index", count, encoder
        self.folder.mkdir()
        for number, text in enumerate(texts(count)):
            (self.folder / f"a{number}.md").write_text(text, encoding="utf-8")
        create_index(self.root, encoder, max_tokens=encoder.max_tokens)
        self._changes = texts(1_000, seed=2)
        self._left = iter(random.Random(3).sample(range(count), min(count, 100)))

    def add(self, path: Path, *, prune: bool = False) -> None:
        """Bring a file or folder in; with `prune`, as `assistant index sync` does."""
        add_paths(self.root, [path], self.encoder, note=silent, meter=lambda *_: None, prune=prune, only_these=prune)

    def change(self) -> Path:
        """Rewrite one article's file."""
        path = self.folder / f"a{next(self._left)}.md"
        path.write_text(next(self._changes), encoding="utf-8")
        return path

    def remove(self) -> None:
        """Remove one article; its file is left out of the folder too, so that it does not come back."""
        path = self.folder / f"a{next(self._left)}.md"
        path.unlink()
        remove_articles(self.root, [str(path)], note=silent)

    def ask(self) -> None:
        """Open the index and search for the first time."""
        engine = EmbeddedSearch(open_index(self.root, note=silent), self.encoder)
        engine.search("What does article 7 tell of?", k=8, filters=Filters())
        engine.close()

    def verify(self) -> None:
        """Verify the index, which must hold."""
        if problems := verify_index(self.root).problems:
            raise AssertionError(problems[0])


def timed(work: Callable[[], object], *, before: Callable[[], object] = lambda: None, repeats: int = REPEATS) -> float:
    """Median seconds of `work`, each time after `before`, which is not measured."""
    seconds = []
    for _ in range(repeats):
        before()
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def measured(changing: Changing) -> Iterator[tuple[str, float]]:
    """What was done, and its median seconds, one after the other."""
    changed: list[Path] = []
    yield "index all of them", timed(lambda: changing.add(changing.folder), repeats=1)
    yield (
        "change one file and add it",
        timed(lambda: changing.add(changed[-1]), before=lambda: changed.append(changing.change())),
    )
    yield (
        "change one file and sync the folder",
        timed(lambda: changing.add(changing.folder, prune=True), before=changing.change),
    )
    yield "sync the folder, nothing changed", timed(lambda: changing.add(changing.folder, prune=True))
    yield "remove one", timed(changing.remove)
    yield "open", timed(lambda: open_index(changing.root, note=silent).close())
    yield "open and search once", timed(changing.ask)
    yield "verify", timed(changing.verify, repeats=1)


def main() -> None:
    """Measure for the number of articles on the command line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    encoder = find_encoder(DEFAULT_ENCODER, note=silent)
    with tempfile.TemporaryDirectory(prefix="assistant-changing-", ignore_cleanup_errors=True) as home:
        changing = Changing(Path(home), count, encoder)
        for what, seconds in measured(changing):
            print(f"{what.ljust(38)}{seconds:9.2f} s", flush=True)
        size = sum(path.stat().st_size for path in changing.root.rglob("*") if path.is_file())
        print(f"{'size of the index'.ljust(38)}{size / 1e6:9.0f} MB")


if __name__ == "__main__":
    main()
