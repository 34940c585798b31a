"""Gold cases: questions with what a right answer must state and where the articles state it.

Evidence is anchored by article and exact quote, never by a chunk, so that it survives another chunk
size, another encoder and another engine.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Characters of an article that support a right answer."""

    article_id: str
    quote: str | None
    """To the letter; None for the article as a whole, where a public set says no more."""
    part: str
    """Pieces of evidence with one label are alternatives: any of them is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldCase:
    """A question with its right answer."""

    id: str
    question: str
    turns: tuple[str, ...] = ()
    """Earlier questions of the same conversation, oldest first."""
    facts: tuple[tuple[str, ...], ...] = ()
    """What a right answer states, each as accepted wordings."""
    never: tuple[str, ...] = ()
    """What an answer that states all facts must not state beside them."""
    short: tuple[str, ...] = ()
    """Accepted short answers, where the question has one."""
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()
    as_of: date | None = None
    """The day on which the case was last known to be right."""
    note: str | None = None
    place: str = field(default="", compare=False)
    """File and line, for messages."""

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change when what is asked or expected changes; tags and notes apart."""
        content = {key: value for key, value in to_row(self).items() if key not in {"tags", "note", "as_of"}}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]

    @property
    def parts(self) -> dict[str, tuple[Evidence, ...]]:
        """Alternatives by the label of the part that they support, in the order of the case."""
        found: dict[str, tuple[Evidence, ...]] = {}
        for one in self.evidence:
            found[one.part] = (*found.get(one.part, ()), one)
        return found


def spread(cases: Sequence[GoldCase], limit: int | None) -> tuple[GoldCase, ...]:
    """Select at most `limit` cases at equal distances, since a file's first cases are all of one kind."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    return tuple(cases[place * len(cases) // limit] for place in range(limit))


def gold_digest(cases: Iterable[GoldCase]) -> str:
    """Twelve hexadecimal digits for a set of cases, whatever their order."""
    lines = sorted(f"{case.id} {case.digest}" for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def to_row(case: GoldCase) -> dict[str, object]:
    """Convert a case to the JSON object of its line; what is empty is left out."""
    row = {
        "id": case.id,
        "question": case.question,
        "turns": list(case.turns),
        "facts": [list(fact) for fact in case.facts],
        "never": list(case.never),
        "short": list(case.short),
        "evidence": [_evidence_row(one, number) for number, one in enumerate(case.evidence, 1)],
        "answerable": case.answerable,
        "tags": list(case.tags),
        "as_of": case.as_of.isoformat() if case.as_of else None,
        "note": case.note,
    }
    return {key: value for key, value in row.items() if value not in ([], None, "")}


def to_line(case: GoldCase) -> str:
    """Convert a case to a line of a gold file, without the line feed."""
    return json.dumps(to_row(case), ensure_ascii=False)


def _evidence_row(one: Evidence, number: int) -> dict[str, object]:
    row = {"article": one.article_id, "quote": one.quote, "part": None if one.part == str(number) else one.part}
    return {key: value for key, value in row.items() if value is not None}
