"""Finds gold whose evidence is gone, duplicates, contradictions, and slices too small to conclude from."""

import difflib
import math
import unicodedata
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
from index.errors import did_you_mean

NEAR_QUOTE = 0.6
"""Least share of a quote's words, in order, that its likely successor has."""
NEAR_QUESTION = 0.9
"""Least share of common words of two questions that are taken for equal."""
SLICE_EFFECT = 0.1
"""Drop that a slice must be able to show, else it is too small."""
FLIPS = 0.05
"""Share of cases assumed to change each way by chance between two versions."""

_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏвкмнтαορνιυτκγ01|‐‑‒–—―−",
    "aeopcyxijsdhlbkmhtaopviutkyoll-------",
)
"""Letters of other scripts, digits and dashes, in lower case, and what they look like."""


class Finding(StrEnum):
    """Kinds of problems of gold."""

    MALFORMED = "malformed"
    """A line is not valid gold."""
    GONE = "article gone"
    """The article of a quote is not in the index."""
    CHANGED = "quote changed"
    """The article has a sentence like the quote."""
    MOVED = "quote moved"
    """The quote is in another article now."""
    VANISHED = "quote vanished"
    UNSTATED = "fact not in the evidence"
    FORBIDDEN = "fact also forbidden"
    """A wording of a fact states what `never` forbids."""
    ALIKE = "ids alike"
    """Two ids that a person takes for one."""
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    SMALL_SLICE = "small slice"


WARNINGS = frozenset({Finding.SMALL_SLICE, Finding.UNSTATED})
"""Findings that are only remarks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """One finding, with what to do."""

    finding: Finding
    where: str
    """The case's id, or the tag."""
    place: str
    """File and line; empty for a slice."""
    detail: str
    """What is wrong, and what to do."""

    @property
    def serious(self) -> bool:
        """Whether it is more than a remark."""
        return self.finding not in WARNINGS


def examine_gold(cases: Sequence[GoldCase], texts: Mapping[str, str]) -> list[Diagnosis]:
    """Find everything that is wrong with a gold set, in the order of its cases, slices last.

    Args:
        cases: of the gold set.
        texts: the articles' texts by id.
    """
    found = [diagnosis for case in cases for diagnosis in _evidence(case, texts)]
    found += [diagnosis for case in cases for diagnosis in (*_facts(case, texts), *_forbidden(case))]
    return [*found, *_alike(cases), *_pairs(cases), *_slices(cases)]


def _forbidden(case: GoldCase) -> Iterable[Diagnosis]:
    """Yield facts that an answer cannot state without stating what it must not."""
    for fact in case.facts:
        barred = [never for never in case.never if any(states(wording, never) for wording in fact)]
        if barred:
            detail = f"{fact[0]!r} is a fact, and {barred[0]!r} under never forbids it; take one of them out"
            yield Diagnosis(finding=Finding.FORBIDDEN, where=case.id, place=case.place, detail=detail)


def _alike(cases: Sequence[GoldCase]) -> Iterable[Diagnosis]:
    """Yield ids that differ from an earlier one by white space, case, or a letter that looks the same."""
    seen: dict[str, GoldCase] = {}
    for case in cases:
        key = unicodedata.normalize("NFKD", "".join(case.id.split())).casefold().translate(_LOOK_ALIKE)
        key = "".join(c for c in key if unicodedata.category(c) not in {"Cf", "Mn"})
        other = seen.setdefault(key, case)
        if other is not case:
            detail = f"{case.id!r} looks like {other.id!r} ({other.place}); give one of them another id"
            yield Diagnosis(finding=Finding.ALIKE, where=case.id, place=case.place, detail=detail)


def _evidence(case: GoldCase, texts: Mapping[str, str]) -> Iterable[Diagnosis]:
    for one in case.evidence:
        text = texts.get(one.article_id)
        if text is not None and (one.quote is None or occurrences(one.quote, text)):
            continue
        finding, detail = _became(one, texts)
        yield Diagnosis(finding=finding, where=case.id, place=case.place, detail=detail)


def _became(one: Evidence, texts: Mapping[str, str]) -> tuple[Finding, str]:
    """Find out what became of a quote that is no longer in its article."""
    elsewhere = [id_ for id_, text in texts.items() if one.quote and occurrences(one.quote, text)]
    if elsewhere:
        return (
            Finding.MOVED,
            f"{_short(one.quote)} stands in {elsewhere[0]} now; name that article",
        )
    if one.article_id not in texts:
        remedy = f"{did_you_mean(one.article_id, texts)} Add it, or take the evidence out".lstrip()
        return Finding.GONE, f"{one.article_id} is not in the index; {remedy}"
    nearest = _nearest(one.quote or "", texts[one.article_id])
    if nearest:
        return Finding.CHANGED, f"{_short(one.quote)} reads now: {nearest!r}; is the case still right? Quote it anew"
    return Finding.VANISHED, f"{_short(one.quote)} is gone from {one.article_id}; correct the case, or remove it"


def _nearest(quote: str, text: str) -> str | None:
    """Find the sentence most like a quote; None if none is similar."""
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
    """Yield facts that no quote of the case states, so that a right answer from them would be marked wrong."""
    quotes = [one.quote if one.quote is not None else texts.get(one.article_id, "") for one in case.evidence]
    if not quotes:
        return
    for fact in case.facts:
        if not any(states(quote, wording) for quote in quotes for wording in fact):
            detail = f"no quote of the case states {' or '.join(map(repr, fact))}; add a wording, or evidence"
            yield Diagnosis(finding=Finding.UNSTATED, where=case.id, place=case.place, detail=detail)


def _pairs(cases: Sequence[GoldCase]) -> Iterable[Diagnosis]:
    """Yield cases with equal questions: duplicates if they expect the same, else contradictions."""
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
    """Find pairs that share a rare word, or all words."""
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
