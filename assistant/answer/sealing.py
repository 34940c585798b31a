"""Seal an answer: prove that every receipt holds and every sentence is borne out by one, then give it its id."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.answer.answer import Answer, Citation, SentenceVerdict, Status
from assistant.answer.own_words import CHOSEN, HELP, REFUSALS, dated, is_note
from assistant.language.markdown import plain
from assistant.language.values import read
from index.counts import shortened
from index.errors import ReceiptBroken
from index.text.article import Page, sha256_of

QUOTING = "extractive"
"""The `reader` of answers that quote."""
DROPPED = "dropped"
"""Fate of a model's sentence that is not shown."""
FATES = frozenset({"kept", "marked", "corrected", DROPPED})
"""All fates of a model's sentences."""
BESIDE = frozenset({"id", "signature", "seconds", "conversation_id", "message_id", "collection"})
"""Keys that the id does not cover: itself, the signature, the time taken, and where a server keeps the answer."""
NUMBERS = frozenset({"score", "probability", "confidence", "cost"})
"""Keys of numbers that are written with a decimal point, though other programs may write 1.0 as 1."""


def sealed(answer: Answer, text_of: Callable[[str], str]) -> Answer:
    """The answer with its id, after proof that all of its receipts hold; the only way out.

    Args:
        answer: as a reader made it.
        text_of: the text of an article, by id.

    Raises:
        ReceiptBroken: a quote, or a refusal's closest passage, does not stand in its article to the letter, or the
            answer contradicts itself (`check_composition`).
    """
    for citation in answer.citations:
        text = text_of(citation.article_id)
        if text[citation.start : citation.end] != citation.quote:
            raise ReceiptBroken(
                f"citation [{citation.number}] does not stand in {citation.article_id} at {citation.start}"
            )
        if sha256_of(text) != citation.sha256:
            raise ReceiptBroken(f"citation [{citation.number}] has another hash than {citation.article_id}")
    for near in answer.nearest:
        text = text_of(near.article_id)
        if text[near.start : near.end] != near.quote or sha256_of(text) != near.sha256:
            raise ReceiptBroken(f"the closest passage does not stand in {near.article_id} at {near.start}")
    check_composition(answer)
    return replace(answer, id=identity(answer.to_json()))


def check_composition(answer: Answer) -> None:
    """Prove what can be proven of an answer without the articles; `assistant verify` demands it of any answer.

    Each receipt has a quote and supports part of the text; each sentence of the text is followed by the marker of its
    receipt, and nothing else stands there; a sentence of a quoting answer is its quote, or the short answer out of it;
    one of a model passed the check; a refusal, and what is said of a question about the assistant, is in the program's
    own words and has no receipt.

    Raises:
        ReceiptBroken: the first of these that does not hold.
    """
    _check_numbers(answer)
    for citation in answer.citations:
        if not citation.quote.strip() or not 0 <= citation.start < citation.end:
            raise ReceiptBroken(
                f"citation [{citation.number}] does not stand in {citation.article_id}: it has no quote"
            )
        spans = citation.answer_spans
        if not spans or list(spans) != sorted(spans) or any(not 0 <= a < b <= len(answer.text) for a, b in spans):
            raise ReceiptBroken(f"citation [{citation.number}] supports nothing of the answer")
    quoting = answer.reader == QUOTING
    if quoting != (answer.writing is None or answer.degraded) or answer.degraded != (
        answer.writing is not None and answer.writing.degraded_reason is not None
    ):
        raise ReceiptBroken(f"the reader is {answer.reader!r}, and what is said of a model does not go with that")
    if answer.writing and not all(one.fate in FATES for one in answer.writing.sentences):
        raise ReceiptBroken("the verdict on a sentence of the model is none")
    if answer.status is not Status.ANSWERED:
        _check_own_words(answer)
        return
    if not answer.citations:
        raise ReceiptBroken("an answer has no receipt")
    if answer.reason is not None or answer.nearest or answer.scope in HELP:
        raise ReceiptBroken("an answer has what only refusals have, or the scope of words that are the program's own")
    _check_text(answer, between="\n" if quoting else " ")
    _check_parts(answer)
    if quoting:
        _check_quotes(answer)
    elif answer.writing is not None:
        _check_written(answer, answer.writing.sentences)
    cited = {citation.article_id: citation.title or citation.article_id for citation in answer.citations}
    if not is_note(answer.scope if quoting else "", answer.note, answer.searched, cited.values()):
        raise ReceiptBroken(f"the note is not in the program's own words: {shortened(answer.note, 60)!r}")


def paged(answer: Answer, pages_of: Callable[[str], Sequence[Page]]) -> Answer:
    """The answer, each of its citations with the page on which its quote begins, if its article has pages.

    Args:
        answer: before it is sealed.
        pages_of: the pages of an article, by id, in order.
    """
    return replace(
        answer,
        citations=tuple(replace(one, page=page_at(pages_of(one.article_id), one.start)) for one in answer.citations),
    )


def page_at(pages: Sequence[Page], start: int) -> int | None:
    """The number of the page on which a character stands; None without pages."""
    before = [page.number for page in pages if page.start <= start]
    return before[-1] if before else None


def identity(data: Mapping[str, Any]) -> str:
    """The id of an answer's JSON: a hash of all of it but the keys in `BESIDE`."""
    content = {key: _as_written(value, key) for key, value in data.items() if key not in BESIDE}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _as_written(value: Any, key: str) -> Any:  # noqa: ANN401 - JSON
    """A value with numbers as this program writes them."""
    if isinstance(value, Mapping):
        return {name: _as_written(one, name) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_written(one, key) for one in value]
    return float(value) if key in NUMBERS and type(value) is int and abs(value) < 2**53 else value


def _check_numbers(answer: Answer) -> None:
    numbers = [citation.number for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ReceiptBroken(f"citations are numbered {numbers}")
    chances = [answer.confidence, *(near.probability for near in answer.nearest)]
    if not all(0 <= chance <= 1 for chance in chances) or answer.seconds < 0:
        raise ReceiptBroken(f"a probability is not in 0 to 1, or the seconds are negative: {chances}")


def _check_own_words(answer: Answer) -> None:
    """A refusal has the text of its reason, and nothing that an answer has; help names no reason."""
    refusal = answer.status is Status.REFUSED
    if answer.citations or answer.parts or answer.unanswered:
        kind = "a refusal" if refusal else "an answer in the program's own words"
        raise ReceiptBroken(f"{kind} carries citations, or parts of a question")
    if answer.note or (answer.scope in HELP) == refusal or (answer.scope and answer.scope not in {*CHOSEN, *HELP}):
        raise ReceiptBroken(f"the scope {answer.scope!r} or the note does not go with the status {answer.status}")
    if refusal and (answer.reason is None or answer.text != REFUSALS[answer.reason]):
        raise ReceiptBroken(f"a refusal says something: {shortened(answer.text, 60)!r}")
    if not refusal and (answer.reason is not None or answer.nearest or answer.passages or answer.writing):
        raise ReceiptBroken("an answer in the program's own words has passages, or a reason for a refusal")
    articles = [near.article_id for near in answer.nearest]
    if len(set(articles)) < len(articles):
        raise ReceiptBroken("two of the closest passages are of one article")
    if refusal and answer.reader != QUOTING and answer.writing and _shown(answer.writing.sentences):
        raise ReceiptBroken("a refusal has sentences of a model that passed the check")


def _check_text(answer: Answer, *, between: str) -> None:
    """The text is its supported spans in order, each with the marker of its receipt, and nothing else."""
    spans = sorted((*span, citation.number) for citation in answer.citations for span in citation.answer_spans)
    at = 0
    for place, (start, end, number) in enumerate(spans):
        lead = between if place else ""
        tail = f" [{number}]"
        if start != at + len(lead) or answer.text[at:start] != lead or not answer.text.startswith(tail, end):
            raise ReceiptBroken(f"the marker [{number}] and the sentence at {start} do not stand side by side")
        at = end + len(tail)
    if at != len(answer.text):
        raise ReceiptBroken(f"a part of the answer has no receipt: {shortened(answer.text[at:], 60)!r}")
    first = list(dict.fromkeys(number for _, _, number in spans))
    if first != sorted(first):
        raise ReceiptBroken(f"citations are first used in the order {first}")


def _check_quotes(answer: Answer) -> None:
    """Each citation is shown as its quote, which the article's date or the short answer out of it may precede."""
    for citation in answer.citations:
        if not all(says(answer, citation, span) for span in citation.answer_spans):
            start, end = citation.answer_spans[-1]
            said = shortened(answer.text[start:end], 60)
            raise ReceiptBroken(f"the sentence of citation [{citation.number}] is not its quote: {said!r}")


def says(
    answer: Answer,
    citation: Citation,
    span: tuple[int, int],
    *,
    shown: str | None = None,
    passed: Collection[tuple[str, str | None]] = (),
) -> bool:
    """Whether a sentence of an answer is what its citation lets it be.

    In a quoting answer that is the quote, or before it the short answer out of it; else a sentence of the model that
    passed the check (`passing`), with a receipt of this article. `shown` is the sentence, if it does not stand at its
    span.
    """
    shown = answer.text[slice(*span)] if shown is None else shown
    if not shown:
        return False
    if answer.reader != QUOTING:
        return (shown, citation.article_id) in passed
    if len(citation.answer_spans) > 2:
        return False
    whole = plain(citation.quote)
    if span != citation.answer_spans[-1]:
        return leads(shown, whole)
    if citation.published is None or len(citation.answer_spans) > 1:
        return shown == whole
    # The last one is how answers of earlier versions have it.
    return shown in {whole, dated(citation.published, whole), f"{citation.published}: {whole}"}


def passing(answer: Answer) -> frozenset[tuple[str, str | None]]:
    """The sentences of a model that passed the check, each with the article that supports it."""
    return frozenset((one.text, one.article_id) for one in (_shown(answer.writing.sentences) if answer.writing else ()))


def leads(lead: str, whole: str) -> bool:
    """Whether a short answer is part of the sentence, but for a capital at its beginning, and cuts no word or value."""
    if lead == whole:
        return False
    starts = [
        start
        for first in {sign for sign in whole if lead[:1] in {sign, sign.upper()}}
        for start in _starts(first + lead[1:], whole)
    ]
    inside = {edge for token in read(whole) for edge in range(token.start + 1, token.end)} if starts else set()
    return any(start not in inside and start + len(lead) not in inside for start in starts)


def _starts(part: str, whole: str) -> Iterator[int]:
    """Where a part stands, without overlap."""
    start = whole.find(part)
    while start >= 0:
        yield start
        start = whole.find(part, start + len(part))


def _check_written(answer: Answer, sentences: Sequence[SentenceVerdict]) -> None:
    """The sentences of the text are those of the model that passed, each with a receipt of its article."""
    spans = sorted(
        ((span, citation) for citation in answer.citations for span in citation.answer_spans), key=lambda one: one[0]
    )
    told = [(answer.text[start:end], citation.article_id) for (start, end), citation in spans]
    if told != [(one.text, one.article_id) for one in _shown(sentences)]:
        raise ReceiptBroken("the sentences of the text are not those of the model that passed the check")


def _shown(sentences: Sequence[SentenceVerdict]) -> list[SentenceVerdict]:
    return [one for one in sentences if one.fate != DROPPED]


def _check_parts(answer: Answer) -> None:
    """Receipts name parts of the question with spans of their own; no part is answered and unanswered."""
    answered: set[str] = set()
    for citation in answer.citations:
        spans = set(citation.answer_spans)
        for part in citation.parts:
            own = 0 <= part.index < len(answer.parts) and answer.parts[part.index] == part.question
            if not own or not part.answer_spans or not spans.issuperset(part.answer_spans):
                raise ReceiptBroken(f"citation [{citation.number}] answers no part of the question: {part.question!r}")
            answered.add(part.question)
        if answer.parts and not citation.parts:
            raise ReceiptBroken(f"citation [{citation.number}] names no part of the question")
    if answered & set(answer.unanswered) or (answer.parts and not {*answer.unanswered} <= set(answer.parts)):
        raise ReceiptBroken(f"the unanswered parts are others than those of the question: {answer.unanswered}")
