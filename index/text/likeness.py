"""Notices articles that are nearly the same: republished, or lightly edited."""

import re
from collections import Counter
from zlib import crc32

WORDS = re.compile("[\u3040-\u30ff\u3400-\u9fff]|\\w+")
SHINGLE_WORDS = 5
MAX_WORDS = 20_000
"""Of an article, of which so many tell enough."""
SKETCH = 32
LEAST = 0.6
"""Share of a sketch from which on two articles are nearly the same."""


class Sketches:
    """Sketches of articles: the smallest hashes of their sequences of five words.

    The share of common hashes in two sketches estimates the share of common sequences (Broder, 1997).
    """

    def __init__(self) -> None:
        self._sources: dict[int, list[str]] = {}

    def nearest(self, source: str, text: str) -> str | None:
        """Add an article; returns the source of an earlier one that is nearly the same, None if there is none."""
        words = WORDS.findall(text.lower())[:MAX_WORDS]
        sequences = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
        sketch = sorted({crc32(" ".join(one).encode("utf-8", "replace")) for one in sequences})[:SKETCH]
        if len(sketch) < SKETCH:  # Too short to be told from others of its kind.
            return None
        common = Counter(other for one in sketch for other in self._sources.get(one, ()))
        for one in sketch:
            # A sequence that many articles share, such as a standing remark, tells nothing more.
            if len(sources := self._sources.setdefault(one, [])) < 100:
                sources.append(source)
        found = max(common.items(), key=lambda item: item[1], default=("", 0))
        return found[0] if found[1] >= LEAST * SKETCH else None
