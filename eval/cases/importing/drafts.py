"""Turn importers' drafts into gold cases: give ids, gather notes, drop what cannot be a case."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from eval.cases.case import Evidence, GoldCase, to_row
from eval.cases.case_file import GoldInvalid, Problem
from eval.cases.importing.checking import checked
from eval.cases.importing.contexts import Library
from eval.cases.importing.references import facts_of
from eval.cases.importing.rows import Row

ID_CHARACTERS = 60
"""Limit on the length of an id, which people read in tables."""

QUESTION_WORDS = 6
"""Words of a question that make its id, stop words not counted."""

_SMALL = frozenset(
    "a an the is are was were be been do does did has have had of in on at to for by with and or that this it its "
    "what which who whom whose when where why how".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A remark on an import, and the cases that it concerns."""

    what: str
    cases: tuple[str, ...]
    """Ids of cases; file and line of rows that became none."""

    def __str__(self) -> str:
        """For a person, on one line."""
        more = len(self.cases) - 3
        named = ", ".join(self.cases[:3]) + (f" and {more:,} more" if more > 0 else "")
        return f"{self.what}: {named}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """The cases of a file, and notes on what could not be imported."""

    cases: tuple[GoldCase, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A case without its final id."""

    place: str
    question: str
    id: str | None = None
    """The id that the tool gives it."""
    turns: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    reference: str | None = None
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()
    note: str | None = None
    remarks: tuple[str, ...] = ()
    """Remarks for a person, each worded so that equal ones of several cases can be merged."""


def drafted(rows: Iterable[Row], draft: Callable[[Row], Sequence[Draft]]) -> list[Draft]:
    """Draft all rows.

    Raises:
        GoldInvalid: rows are malformed; all are listed.
    """
    found: list[Draft] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            found += draft(row)
        except GoldInvalid as error:
            problems += error.problems
    if problems:
        raise GoldInvalid(problems)
    return found


def with_reference(draft: Draft, reference: str | None, *, field: str) -> Draft:
    """Add the facts of a reference answer to a draft; one that is a sentence is kept for a judge too."""
    if reference is None:
        return draft
    found = facts_of(reference, draft.question)
    if not found.derived:
        return replace(draft, facts=(*draft.facts, *found.facts))
    told = " ".join(reference.split())
    remark = (
        f"the fact is the figure, date or name in the sentence of {field}; look it over"
        if found.facts
        else f"{field} is a sentence without one figure, date or name that is asked for; only a judge can compare it"
    )
    return replace(
        draft,
        facts=(*draft.facts, *found.facts),
        reference=f"{draft.reference} {told}" if draft.reference else told,
        remarks=(*draft.remarks, remark),
    )


def with_contexts(draft: Draft, contexts: Sequence[str], library: Library | None, *, field: str) -> Draft:
    """Add contexts to a draft as evidence, each a part of its own, as far as they occur in the articles."""
    evidence: list[Evidence] = []
    remarks = list(draft.remarks)
    for number, context in enumerate(contexts, 1):
        if library is None:
            remarks.append(f"{field} became no evidence, since no articles were given to find it in")
            continue
        located = library.locate(context, part=str(number))
        evidence += located.evidence
        if not located.evidence:
            remarks.append(f"{field} stands in no article, so that it became no evidence")
        elif located.found < located.sentences:
            remarks.append(f"{field} stands in the articles only in part; its sentences found there became evidence")
    return replace(draft, evidence=(*draft.evidence, *evidence), remarks=tuple(dict.fromkeys(remarks)))


def finish(drafts: Sequence[Draft], told: Sequence[Note] = ()) -> Imported:
    """Make gold cases of drafts, with unique, readable ids that do not depend on their order.

    Args:
        drafts: of one file.
        told: notes on the whole file, placed before those on cases.

    Raises:
        GoldInvalid: a question cannot be asked, or a text is not valid Unicode.
    """
    cases: list[GoldCase] = []
    notes: dict[str, list[str]] = {}
    for draft, id_ in zip(drafts, _ids(drafts), strict=True):
        empty = draft.answerable and not (draft.facts or draft.evidence or draft.reference)
        if empty:
            notes.setdefault("left out: no facts, evidence or reference could be made of it", []).append(draft.place)
        else:
            cases.append(_case(draft, id_))
        if draft.never and not draft.facts:
            notes.setdefault("what must not be stated was left out: nothing is to be stated", []).append(draft.place)
        for remark in draft.remarks:
            notes.setdefault(remark, []).append(draft.place if empty else id_)
    of_cases = [Note(what=what, cases=tuple(about)) for what, about in notes.items()]
    rows = [(case.place, to_row(case)) for case in cases]
    return Imported(cases=checked(rows), notes=(*told, *of_cases))


def _case(draft: Draft, id_: str) -> GoldCase:
    facts = tuple(dict.fromkeys(draft.facts))
    return GoldCase(
        id=id_,
        question=draft.question,
        turns=draft.turns,
        facts=facts if draft.answerable else (),
        never=draft.never if draft.answerable and facts else (),
        short=draft.short if draft.answerable else (),
        reference=draft.reference if draft.answerable else None,
        evidence=draft.evidence if draft.answerable else (),
        answerable=draft.answerable,
        tags=tuple(dict.fromkeys(draft.tags)),
        note=draft.note,
        place=draft.place,
    )


def _ids(drafts: Sequence[Draft]) -> list[str]:
    """Make ids of the tool's ids or the questions' words; a hash of the question is added to ids that collide."""
    wanted = [_readable(draft.id) or _words(draft.question) or "case" for draft in drafts]
    often = Counter(wanted)
    taken: set[str] = {id_ for id_, times in often.items() if times == 1}
    found = []
    for id_, draft in zip(wanted, drafts, strict=True):
        if often[id_] > 1:
            content = "\0".join((*draft.turns, draft.question))
            stem = f"{id_}-{hashlib.sha256(content.encode(errors='replace')).hexdigest()[:6]}"
            id_ = stem
            number = 2
            while id_ in taken:
                id_ = f"{stem}-{number}"
                number += 1
            taken.add(id_)
        found.append(id_)
    return found


def _readable(id_: str | None) -> str | None:
    if id_ is None:
        return None
    if len(id_) <= ID_CHARACTERS and re.fullmatch(r"[^\s\x00-\x1f]+", id_):
        return id_
    return _joined(re.findall(r"\w+", unicodedata.normalize("NFKC", id_).casefold()))


def _words(question: str) -> str | None:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", question).casefold())
    return _joined([word for word in words if word not in _SMALL][:QUESTION_WORDS] or words[:QUESTION_WORDS])


def _joined(words: Sequence[str]) -> str | None:
    id_ = ""
    for word in words:
        if len(id_) + 1 + len(word) > ID_CHARACTERS:
            return id_ or word[:ID_CHARACTERS]
        id_ = f"{id_}-{word}" if id_ else word
    return id_ or None
