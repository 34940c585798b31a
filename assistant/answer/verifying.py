"""Verify a whole answer: its form, its id, all that sealing demands, what the index has of it, and its signature."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.answer.answer import Answer, Citation, IndexReference, Nearest, Status
from assistant.answer.cuts import first_cut
from assistant.answer.given import Given
from assistant.answer.own_words import REFUSALS, is_help
from assistant.answer.receipts import Check, Standing, check_quote
from assistant.answer.sealing import QUOTING, check_composition, identity, page_at, passing, says
from assistant.answer.signing import is_signed
from index.counts import shortened
from index.errors import ReceiptBroken
from index.search.engine import Passage
from index.text.article import IndexedArticle, Page
from index.text.structure import Structure

Span = tuple[int, int]
"""Where a sentence stands in the answer's text."""


class Verdict(StrEnum):
    """What became of an answer."""

    HOLDS = "holds"
    """It is as it was given, which a trusted signature proves, and all that can be compared with the index holds."""
    UNPROVEN = "unproven"
    """Nothing contradicts it, and nothing proves that the question is the one that was asked, or that all is there."""
    FAILS = "fails"
    """It was altered, contradicts itself or the index, or a receipt does not hold any more."""


class Signed(StrEnum):
    """What the signature of an answer proves."""

    TRUSTED = "trusted"
    """It is of a key that is trusted."""
    UNKNOWN_KEY = "unknown key"
    """It fits, and anybody may have made it."""
    BROKEN = "broken"
    """It is not of this answer."""
    UNSIGNED = "unsigned"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Contents:
    """What one state of an index holds, for comparison."""

    reference: IndexReference
    articles: Mapping[str, IndexedArticle]
    text: Callable[[str], str]
    """Text of an article by id."""
    pages: Callable[[str], Sequence[Page]]
    """Pages of an article by id."""
    structure: Callable[[str], Structure]
    """Structure of an article's text by id."""
    passages: Callable[[Citation | Nearest], Sequence[Passage]]
    """Passages of a receipt's article, with the one that holds its quote."""
    unsupported: Callable[[Sequence[tuple[str, Citation]]], Sequence[str | None]]
    """Why the check would not keep each of a model's sentences beside its receipt, in words; None if it would."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedSentence:
    """A piece of the answer's text and whether it stands."""

    text: str
    """Without its marker."""
    number: int
    """Of its receipt; 0 if it has none."""
    standing: Standing
    """Of its receipt; "changed" if it says something else than that, is not supported by it, or needs one."""
    detail: str
    """In words, for a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """An answer and what became of it."""

    id: str
    question: str
    verdict: Verdict
    detail: str
    """The verdict in words, for a person."""
    signed: Signed
    public_key: str | None
    """Of the signature."""
    faults: tuple[str, ...]
    """In words: how the answer was altered, or contradicts itself or the index."""
    other_index: tuple[str, str] | None
    """If it comes from another index, or another state of this one: the fingerprints in the answer and here."""
    receipts: tuple[Check, ...]
    nearest: tuple[Check, ...]
    """A refusal's closest passages."""
    sentences: tuple[VerifiedSentence, ...]
    """The text, in order."""


def verify(given: Given, contents: Contents | None, *, trusted: Collection[str]) -> Verified:
    """Verify an answer.

    Args:
        given: the answer.
        contents: what the index holds; None without an index, which leaves the quotes uncompared.
        trusted: public keys whose signatures prove something.
    """
    answer = given.answer
    signed = _signed(given, trusted)
    other = None
    if contents is not None and contents.reference.fingerprint != answer.index.fingerprint:
        other = answer.index.fingerprint, contents.reference.fingerprint
    foreign = contents is not None and other is not None and not _shares_articles(given, contents)
    receipts = tuple(_check(one.number, one, contents, foreign=foreign) for one in answer.citations)
    nearest = tuple(_check(place, one, contents, foreign=foreign) for place, one in enumerate(answer.nearest, 1))
    faults = _faults(given, signed)
    if contents is not None and other is None:
        faults += _contradictions(given, contents)
    # A signature proves that whole sentences were quoted; a model's are checked beside their receipts below.
    if contents is not None and signed is not Signed.TRUSTED:
        nearest = _uncut(nearest, answer.nearest, contents)
        receipts = _uncut(receipts, answer.citations, contents) if answer.reader == QUOTING else receipts
    broken = [one for one in (*receipts, *nearest) if one.standing not in {Standing.HOLDS, Standing.UNCHECKED}]
    unsupported: Mapping[Span, str] = {}
    # A signature proves that the check was done. Without one, a forger may have put something into the model's mouth.
    if contents is not None and signed is not Signed.TRUSTED and not (faults or broken or other):
        unsupported = _unsupported(answer, contents)
        faults += [
            f"the check does not keep {shortened(answer.text[slice(*span)], 60)!r}: {why}"
            for span, why in unsupported.items()
        ]
    verdict = Verdict.HOLDS if signed is Signed.TRUSTED else Verdict.UNPROVEN
    # A signature proves that an index of that fingerprint gave the answer; without one nothing does.
    if faults or broken or (other is not None and signed is not Signed.TRUSTED):
        verdict = Verdict.FAILS
    quoted = "the quotes were not compared with the articles" if contents is None else "the quotes hold"
    left_open = (
        "question and completeness" if answer.reader == QUOTING else "question, completeness and a model's words"
    )
    words = quoted if receipts or nearest else "it quotes nothing", left_open
    return Verified(
        id=answer.id,
        question=answer.question,
        verdict=verdict,
        detail=_detail(verdict, signed, faults, broken, words),
        signed=signed,
        public_key=answer.signature.public_key if answer.signature else None,
        faults=tuple(faults),
        other_index=other,
        receipts=receipts,
        nearest=nearest,
        sentences=_sentences(given, receipts, contents, unsupported),
    )


def _signed(given: Given, trusted: Collection[str]) -> Signed:
    signature = given.answer.signature
    if signature is None:
        return Signed.UNSIGNED
    if not is_signed(given.data):
        return Signed.BROKEN
    return Signed.TRUSTED if signature.public_key in trusted else Signed.UNKNOWN_KEY


def _faults(given: Given, signed: Signed) -> list[str]:
    """How an answer was altered, or contradicts itself."""
    answer = given.answer
    found = []
    if not answer.id:
        found.append("it has no id, which every answer is given")
    elif identity(given.data) != answer.id:
        found.append(f"altered: the id {shortened(answer.id, 40)!r} does not fit")
    if signed is Signed.BROKEN:
        found.append("altered: the signature does not fit")
    try:
        check_composition(answer)
    except ReceiptBroken as error:
        found.append(error.message)
    return found


def _contradictions(given: Given, contents: Contents) -> list[str]:
    """What an answer says of the very state of the index that is here, and that is not so."""
    answer, here = given.answer, contents.reference
    found = []
    if (answer.index.articles, answer.index.chunks) != (here.articles, here.chunks):
        found.append(f"the index has {here.articles} articles in {here.chunks} chunks, not what the answer says")
    left_out = answer.writing.left_out if answer.writing else ()
    for passage in (*answer.passages, *left_out):
        there = passage.article_id in contents.articles
        if not there or not 0 <= passage.start < passage.end <= len(contents.text(passage.article_id)):
            found.append(
                f"there is no passage {passage.start} to {passage.end} of {shortened(passage.article_id, 100)!r}"
            )
    supporting = {one.article_id for one in answer.writing.sentences} - {None} if answer.writing else set()
    if absent := sorted(str(id_) for id_ in supporting - contents.articles.keys()):
        found.append(f"a sentence of the model is supported by {shortened(absent[0], 100)!r}, which is not here")
    if answer.status is Status.HELP and not is_help(answer.scope, answer.text, contents.articles.values()):
        found.append("the text is not what the program says of itself or of its articles")
    return found


def _shares_articles(given: Given, contents: Contents) -> bool:
    """Whether an article of the answer is here with the same text: then it comes from another state of this index."""
    answer = given.answer
    hashes = {one.article_id: one.sha256 for one in answer.citations}
    hashes |= {one.article_id: one.sha256 for one in answer.nearest}
    named = {*hashes, *(passage.article_id for passage in answer.passages)}
    here = {id_: row.sha256 for id_, row in contents.articles.items() if id_ in named}
    return not named or any(hashes.get(id_, sha256) == sha256 for id_, sha256 in here.items())


def _check(number: int, receipt: Citation | Nearest, contents: Contents | None, *, foreign: bool) -> Check:
    if contents is None:
        detail = "not compared with the article: no index was given"
        return Check(number=number, article_id=receipt.article_id, standing=Standing.UNCHECKED, detail=detail)
    row = contents.articles.get(receipt.article_id)
    check = check_quote(number, receipt, lambda id_: contents.text(id_) if id_ in contents.articles else None)
    if foreign and check.standing is not Standing.HOLDS:
        return replace(check, standing=Standing.ELSEWHERE, detail="not here: the answer comes from another index")
    if row is None or check.standing is not Standing.HOLDS:
        return check
    catalog = {"title": row.title, "published": row.published.isoformat() if row.published else None}
    if isinstance(receipt, Citation):
        page = page_at(contents.pages(receipt.article_id), receipt.start)
        catalog |= {"publisher": row.publisher, "url": row.url, "page": page}  # type: ignore[dict-item]
    for name, value in catalog.items():
        if (said := getattr(receipt, name)) != value:
            detail = f"changed: {name} is {_told(said)} in the receipt, and {_told(value)} in the index"
            return replace(check, standing=Standing.CHANGED, detail=detail)
    return check


def _uncut(checks: Sequence[Check], receipts: Sequence[Citation | Nearest], contents: Contents) -> tuple[Check, ...]:
    """The checks, but that the first quote which is cut out of a sentence does not hold."""
    held = [place for place, check in enumerate(checks) if check.standing is Standing.HOLDS]
    cut = first_cut([receipts[place] for place in held], contents.structure, contents.passages)
    if cut is None:
        return tuple(checks)
    detail = "changed: the quote is cut out of a sentence"
    bad = replace(checks[held[cut]], standing=Standing.CHANGED, detail=detail)
    return (*checks[: held[cut]], bad, *checks[held[cut] + 1 :])


def _told(value: object) -> str:
    return "not given" if value is None else repr(value if isinstance(value, int) else shortened(str(value), 100))


def _unsupported(answer: Answer, contents: Contents) -> dict[Span, str]:
    """Why the check would not keep sentences of a model, by their spans."""
    if answer.status is not Status.ANSWERED or answer.reader == QUOTING:
        return {}
    spans = sorted(
        ((span, citation) for citation in answer.citations for span in citation.answer_spans), key=lambda one: one[0]
    )
    reasons = contents.unsupported([(answer.text[slice(*span)], citation) for span, citation in spans])
    return {span: why for (span, _), why in zip(spans, reasons, strict=True) if why is not None}


def _sentences(
    given: Given, receipts: Sequence[Check], contents: Contents | None, unsupported: Mapping[Span, str]
) -> tuple[VerifiedSentence, ...]:
    """The pieces of the text in order; one that stands beside the receipts' spans has no receipt."""
    answer = given.answer
    if answer.status is not Status.ANSWERED:
        return (_own_words(given, contents),)
    found: list[VerifiedSentence] = []
    at = 0

    def without_receipt(end: int) -> None:
        if text := answer.text[at:end].strip():
            detail = "changed: it has no receipt"
            found.append(VerifiedSentence(text=text, number=0, standing=Standing.CHANGED, detail=detail))

    pairs = [(span, one) for one in zip(answer.citations, receipts, strict=True) for span in one[0].answer_spans]
    markers: defaultdict[str, list[int]] = defaultdict(list)
    for found_ in re.finditer(r" \[(\d+)\]", answer.text):
        markers[found_[1]].append(found_.start())
    passed = passing(answer)
    moved = 0
    for span, (citation, check) in sorted(pairs, key=lambda pair: pair[0]):
        start = span[0] + moved
        end = _end(markers[str(check.number)], span[1] + moved, after=max(at, start))
        moved = end - span[1]
        without_receipt(start)
        text, standing, detail = answer.text[start:end], check.standing, check.detail
        if not says(answer, citation, span, shown=text, passed=passed):
            standing, detail = Standing.CHANGED, "changed: the sentence says something else than its receipt"
        elif span in unsupported:
            standing, detail = Standing.CHANGED, f"changed: its receipt does not support it: {unsupported[span]}"
        found.append(VerifiedSentence(text=text, number=check.number, standing=standing, detail=detail))
        marker = f" [{check.number}]"
        at = max(at, end + len(marker) if answer.text.startswith(marker, end) else end)
    without_receipt(len(answer.text))
    return tuple(found)


def _end(markers: Sequence[int], end: int, *, after: int) -> int:
    """Where a sentence ends: at its marker, which in an edited text may stand elsewhere than its receipt says."""
    first = bisect_right(markers, after)
    near = bisect_left(markers, end, lo=first)
    return min(markers[max(first, near - 1) : near + 1], key=lambda place: abs(place - end), default=end)


def _own_words(given: Given, contents: Contents | None) -> VerifiedSentence:
    answer = given.answer
    own = answer.text == REFUSALS.get(answer.reason) if answer.reason else False
    if answer.status is Status.HELP:
        own = contents is None or is_help(answer.scope, answer.text, contents.articles.values())
    detail = "in the program's own words: it quotes nothing" if own else "changed: these are not the program's words"
    standing = Standing.HOLDS if own else Standing.CHANGED
    return VerifiedSentence(text=answer.text, number=0, standing=standing, detail=detail)


def _detail(
    verdict: Verdict, signed: Signed, faults: Sequence[str], broken: Sequence[Check], words: tuple[str, str]
) -> str:
    """The verdict in words; `words` tell what became of the quotes, and what only a signature proves."""
    if verdict is Verdict.FAILS:
        here = any(one.standing is not Standing.ELSEWHERE for one in broken)
        why = "not every receipt holds" if here else "the answer comes from another index"
        return "it was altered, or contradicts itself or the index" if faults else why
    quoted, left_open = words
    if verdict is Verdict.HOLDS:
        return f"holds: it is as it was given (signed with a trusted key); {quoted}"
    why = "unsigned" if signed is Signed.UNSIGNED else "signed with a key that is not trusted here"
    return f"{quoted}; {left_open} are not proven ({why})"
