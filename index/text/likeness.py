"""Notices articles that are nearly the same: republished, or lightly edited.

The share of common hashes in two sketches estimates the share of common sequences of words (Broder, 1997).
"""

import re
from collections import Counter
from collections.abc import Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORDS = re.compile("[\u3040-\u30ff\u3400-\u9fff]|\\w+")
SHINGLE_WORDS = 5
MAX_WORDS = 20_000
"""Of an article, of which so many tell enough."""
SKETCH = 32
LEAST = 0.6
"""Share of a sketch from which on two articles are nearly the same."""
MOST_SHARING = 100
"""A sequence that more articles share, such as a standing remark, tells nothing."""

Sketch = NDArray[np.uint32]
"""(SKETCH,) smallest hashes of an article's sequences of five words, ascending; (0,) of a text too short to tell."""


def sketch_of(text: str) -> Sketch:
    """The sketch of an article's text."""
    words = WORDS.findall(text.lower())[:MAX_WORDS]
    sequences = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    hashes = sorted({crc32(" ".join(one).encode("utf-8", "replace")) for one in sequences})[:SKETCH]
    return np.asarray(hashes if len(hashes) == SKETCH else [], dtype=np.uint32)


class Sketches:
    """Sketches by the sources of their articles: those that an index holds, and those of one run."""

    def __init__(self, known: Mapping[str, Sketch]) -> None:
        """Begin with the articles that the index holds."""
        self._known = [source for source, sketch in known.items() if len(sketch)]
        hashes = np.concatenate([known[source] for source in self._known] or [np.empty(0, dtype=np.uint32)])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owners = hashes[order], order // SKETCH
        self._added: dict[int, list[str]] = {}

    def nearest(self, source: str, text: str) -> str | None:
        """Add an article; returns the source of another one that is nearly the same, None if there is none."""
        sketch = sketch_of(text)
        common = Counter(other for one in sketch.tolist() for other in self._sharing(one) if other != source)
        for one in sketch.tolist():
            self._added.setdefault(one, []).append(source)
        found = max(common.items(), key=lambda item: item[1], default=("", 0))
        return found[0] if found[1] >= LEAST * SKETCH else None

    def _sharing(self, one: int) -> list[str]:
        """Sources of the articles whose sketches have a hash; none if those are too many to tell anything."""
        start, end = np.searchsorted(self._hashes, [one, one + 1]).tolist()
        added = self._added.get(one, [])
        if end - start + len(added) > MOST_SHARING:
            return []
        return [*(self._known[owner] for owner in self._owners[start:end].tolist()), *added]
