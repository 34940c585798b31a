"""Gold cases: questions with the facts of a right answer, and the evidence in the articles.

Evidence is anchored by article and exact quote, never by a chunk, so that it survives another chunk
size, another encoder and another engine.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

UNSCORED = frozenset(("group", "tags", "note", "as_of"))
"""Fields that say nothing of what is right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Characters of an article that support a right answer."""

    article_id: str
    quote: str | None
    """Exact quote; None for the whole article, if a public set says no more."""
    part: str
    """Label; pieces of evidence with the same one are alternatives, of which any is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldCase:
    """A question with its right answer."""

    id: str
    question: str
    turns: tuple[str, ...] = ()
    """Earlier questions of the same conversation, oldest first."""
    facts: tuple[tuple[str, ...], ...] = ()
    """Facts of a right answer, each a list of accepted wordings."""
    never: tuple[str, ...] = ()
    """Wordings that a right answer must not state."""
    short: tuple[str, ...] = ()
    """Accepted short answers, if the question has one."""
    reference: str | None = None
    """A right answer in prose, which only a judge compares."""
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    group: str | None = None
    """Label of cases that are no independent evidence, such as paraphrases of one question."""
    tags: tuple[str, ...] = ()
    as_of: date | None = None
    """Date on which the case was last checked."""
    note: str | None = None
    place: str = field(default="", compare=False)
    """File and line, for messages."""

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over question and expectations, without group, tags, note and date."""
        content = {key: value for key, value in to_row(self).items() if key not in UNSCORED}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]

    @property
    def parts(self) -> dict[str, tuple[Evidence, ...]]:
        """Alternatives by label, in the order of the case."""
        found: dict[str, tuple[Evidence, ...]] = {}
        for one in self.evidence:
            found[one.part] = (*found.get(one.part, ()), one)
        return found


def clusters_of(cases: Sequence[GoldCase]) -> dict[str, str]:
    """Find the clusters of cases that depend on each other: of one group, or on one article.

    A case's article is that of its first piece of evidence; a case that names neither is a cluster of its own. Cases
    on several articles would else join all of them to one.

    Returns:
        The name of each case's cluster, by the case's id.
    """
    joined: dict[str, str] = {}

    def root(name: str) -> str:
        while joined.setdefault(name, name) != name:
            name = joined[name]
        return name

    names: dict[str, list[str]] = {}
    for case in cases:
        labels = [f"group {case.group}"] if case.group else []
        labels += [f"article {case.evidence[0].article_id}"] if case.evidence else []
        names[case.id] = labels or [f"case {case.id}"]
        for label in names[case.id]:
            joined[root(label)] = root(names[case.id][0])
    return {id_: root(labels[0]) for id_, labels in names.items()}


def spread(cases: Sequence[GoldCase], limit: int | None) -> tuple[GoldCase, ...]:
    """Select at most `limit` cases at equal distances, since a file's first cases are all of one kind."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    return tuple(cases[place * len(cases) // limit] for place in range(limit))


def gold_digest(cases: Iterable[GoldCase]) -> str:
    """Compute twelve hexadecimal digits over a set of cases, independent of their order."""
    lines = sorted(f"{case.id} {case.digest}" for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def to_row(case: GoldCase) -> dict[str, object]:
    """Convert a case to the JSON object of its line, without empty fields."""
    row = {
        "id": case.id,
        "question": case.question,
        "turns": list(case.turns),
        "facts": [list(fact) for fact in case.facts],
        "never": list(case.never),
        "short": list(case.short),
        "reference": case.reference,
        "evidence": [_evidence_row(one, number) for number, one in enumerate(case.evidence, 1)],
        "answerable": case.answerable,
        "group": case.group,
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
