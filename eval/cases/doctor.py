"""Finds gold whose evidence is gone, duplicates, contradictions, and slices too small to conclude from."""

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from assistant.language.denial import states
from assistant.language.values import read
from eval.cases.anchors import occurrences
from eval.cases.case import Evidence, GoldCase
from eval.measures.planning import detectable_effect, flip_deviation
from index.counts import counted

NEAR_QUOTE = 0.6
"""Share of a quote's words that a sentence must share, in order, to be offered as what became of it."""
NEAR_QUESTION = 0.9
"""Share of words from which on two questions are taken for one."""
SLICE_EFFECT = 0.1
"""A slice in which not even a drop of ten points can be told is too small to conclude from."""
FLIPS = 0.05
"""Share of cases assumed to change each way between two versions, for telling how small a slice is too small."""


class Finding(StrEnum):
    """What can be wrong with a case."""

    MALFORMED = "malformed"
    """A line is not of the form."""
    GONE = "article gone"
    """The article of a quote is not in the index."""
    CHANGED = "quote changed"
    """The article is there, the quote is not, and something near it is."""
    MOVED = "quote moved"
    """The quote stands in another article now."""
    VANISHED = "quote vanished"
    UNSTATED = "fact not in the evidence"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    SMALL_SLICE = "small slice"


WARNINGS = frozenset({Finding.SMALL_SLICE, Finding.UNSTATED})
"""Worth knowing, and no reason to stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """One thing that is wrong, and what to do."""

    finding: Finding
    where: str
    """The case's id, or the tag."""
    place: str
    """File and line; empty for a slice."""
    detail: str
    """What is wrong, and what to do."""

    @property
    def serious(self) -> bool:
        """Whether scores of the case are not to be trusted."""
        return self.finding not in WARNINGS


def examine_gold(cases: Sequence[GoldCase], texts: Mapping[str, str]) -> list[Diagnosis]:
    """Find everything that is wrong with a gold set, in the order of its cases, slices last.

    Args:
        cases: of the gold set.
        texts: the articles' texts by id.
    """
    found = [diagnosis for case in cases for diagnosis in _evidence(case, texts)]
    found += [diagnosis for case in cases for diagnosis in _facts(case, texts)]
    return [*found, *_pairs(cases), *_slices(cases)]


def _evidence(case: GoldCase, texts: Mapping[str, str]) -> Iterable[Diagnosis]:
    for one in case.evidence:
        text = texts.get(one.article_id)
        if text is not None and (one.quote is None or occurrences(one.quote, text)):
            continue
        finding, detail = _became(one, texts)
        yield Diagnosis(finding=finding, where=case.id, place=case.place, detail=detail)


def _became(one: Evidence, texts: Mapping[str, str]) -> tuple[Finding, str]:
    """What became of a quote that does not stand in its article any more."""
    elsewhere = [id_ for id_, text in texts.items() if one.quote and occurrences(one.quote, text)]
    if elsewhere:
        return (
            Finding.MOVED,
            f"{_short(one.quote)} stands in {elsewhere[0]} now; name that article",
        )
    if one.article_id not in texts:
        near = difflib.get_close_matches(one.article_id, texts, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return Finding.GONE, f"{one.article_id} is not in the index; {hint}Add it, or take the evidence out"
    nearest = _nearest(one.quote or "", texts[one.article_id])
    if nearest:
        return Finding.CHANGED, f"{_short(one.quote)} reads now: {nearest!r}; is the case still right? Quote it anew"
    return Finding.VANISHED, f"{_short(one.quote)} is gone from {one.article_id}; correct the case, or remove it"


def _nearest(quote: str, text: str) -> str | None:
    """The sentence most like a quote, if one is like it at all."""
    from index.text.sentences import split_sentences

    words = quote.lower().split()
    best, ratio = None, NEAR_QUOTE
    for sentence in split_sentences(text):
        candidate = text[sentence.start : sentence.end]
        matcher = difflib.SequenceMatcher(a=candidate.lower().split(), b=words, autojunk=False)
        if matcher.real_quick_ratio() >= ratio and matcher.ratio() >= ratio:
            best, ratio = candidate, matcher.ratio()
    return best


def _facts(case: GoldCase, texts: Mapping[str, str]) -> Iterable[Diagnosis]:
    """Facts that none of the case's quotes states: a right answer out of them would be marked wrong."""
    quotes = [one.quote if one.quote is not None else texts.get(one.article_id, "") for one in case.evidence]
    if not quotes:
        return
    for fact in case.facts:
        if not any(states(quote, wording) for quote in quotes for wording in fact):
            detail = f"no quote of the case states {' or '.join(map(repr, fact))}; add a wording, or evidence"
            yield Diagnosis(finding=Finding.UNSTATED, where=case.id, place=case.place, detail=detail)


def _pairs(cases: Sequence[GoldCase]) -> Iterable[Diagnosis]:
    """Cases that ask the same: duplicates if they expect the same, contradictions if they do not."""
    asked = [(case, _words(case)) for case in cases]
    by_word: dict[str, list[int]] = {}
    for place, (_, words) in enumerate(asked):
        for word in set(words):
            by_word.setdefault(word, []).append(place)
    for i, j in sorted(_likely(asked, by_word)):
        (one, words), (other, others) = asked[i], asked[j]
        if one.turns != other.turns or difflib.SequenceMatcher(a=words, b=others).ratio() < NEAR_QUESTION:
            continue
        if _values(one) != _values(other):
            continue  # "in 2021" and "in 2022" are two questions.
        same = words == others
        if _agree(one, other):
            if same:
                detail = f"asks and expects what {one.id} does; remove one of them"
                yield Diagnosis(finding=Finding.DUPLICATE, where=other.id, place=other.place, detail=detail)
        else:
            detail = f"asks what {one.id} ({one.place}) asks and expects something else; correct one of them"
            if same or one.answerable is not other.answerable:
                yield Diagnosis(finding=Finding.CONTRADICTION, where=other.id, place=other.place, detail=detail)


def _likely(
    asked: Sequence[tuple[GoldCase, tuple[str, ...]]], by_word: Mapping[str, Sequence[int]]
) -> set[tuple[int, int]]:
    """Pairs that share a word that few questions have, or all words."""
    rare = {word: places for word, places in by_word.items() if 1 < len(places) <= max(20, math.isqrt(len(asked)))}
    pairs = {pair for places in rare.values() for pair in combinations(places, 2)}
    same: dict[tuple[str, ...], list[int]] = {}
    for place, (_, words) in enumerate(asked):
        same.setdefault(words, []).append(place)
    return pairs | {pair for places in same.values() for pair in combinations(places, 2)}


def _words(case: GoldCase) -> tuple[str, ...]:
    return tuple(case.question[token.start : token.end].lower() for token in read(case.question))


def _values(case: GoldCase) -> list[object]:
    return [token.figure or token.date for token in read(case.question) if token.figure or token.date]


def _agree(one: GoldCase, other: GoldCase) -> bool:
    """Whether each fact of either is stated by some wording of the other's facts."""
    if one.answerable is not other.answerable:
        return False
    return _within(one, other) and _within(other, one)


def _within(one: GoldCase, other: GoldCase) -> bool:
    wordings = [wording for fact in other.facts for wording in fact]
    return all(
        any(states(wording, mine) or states(mine, wording) for mine in fact for wording in wordings)
        for fact in one.facts
    )


def _slices(cases: Sequence[GoldCase]) -> Iterable[Diagnosis]:
    counts = Counter(tag for case in cases for tag in case.tags)
    deviation = flip_deviation(FLIPS, FLIPS)
    for tag, count in sorted(counts.items()):
        effect = detectable_effect(count, deviation)
        if effect > SLICE_EFFECT:
            needed = math.ceil(count * (effect / SLICE_EFFECT) ** 2)
            detail = (
                f"{counted(count, 'case')}: with {FLIPS:.0%} of cases changing each way by chance, only a drop of "
                f"{effect:.0%} would be told; about {needed} cases would tell one of {SLICE_EFFECT:.0%}"
            )
            yield Diagnosis(finding=Finding.SMALL_SLICE, where=tag, place="", detail=detail)


def _short(quote: str | None) -> str:
    text = " ".join((quote or "").split())
    return repr(text if len(text) <= 80 else text[:77] + "…")
