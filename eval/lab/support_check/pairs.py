"""Read claims labelled by whether a text supports them, from WiCE's JSON Lines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.sets import BenchSet
from index.errors import UserError, reason_of

_TITLE_MARK = "(meta data) TITLE: "
"""Prefix of WiCE's texts of pages with a known title."""
LABELS = ("supported", "partially_supported", "not_supported")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A claim, and the text that should support it."""

    id: str
    claim: str
    label: str
    """One of `LABELS`."""
    title: str
    text: str

    @property
    def supported(self) -> bool:
        """Whether the text supports the whole claim."""
        return self.label == LABELS[0]


def load_pairs(path: Path) -> list[Pair]:
    """Read pairs.

    Raises:
        UserError: the file is unreadable or malformed.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return [_pair(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} holds no labelled claims ({type(error).__name__}: {reason_of(error)})",
            'it needs lines with "id", "context", "claim" and "label"',
        ) from error


def pairs_set(name: str, pairs: Sequence[Pair]) -> BenchSet:
    """Make a set of the pairs' texts, with the pairs' ids."""
    return BenchSet(name=name, documents={pair.id: (pair.title, pair.text) for pair in pairs}, questions=())


def _pair(row: dict[str, str]) -> Pair:
    if row["label"] not in LABELS:
        raise ValueError(f"label {row['label']!r}")
    text, title = row["context"], ""
    if text.startswith(_TITLE_MARK):
        title, _, text = text.removeprefix(_TITLE_MARK).partition("\n")
    return Pair(id=str(row["id"]), claim=row["claim"], label=row["label"], title=title.strip(), text=text or title)
