"""Check the sentences of a given answer again, each against the very receipt that it came with."""

from collections.abc import Iterator, Sequence

from assistant.answer.answer import Citation, Nearest
from assistant.answer.kept import Receipt
from assistant.checking.injected import planted
from assistant.checking.support import SupportCheck, SupportScorer
from assistant.language.clauses import clauses
from index.search.engine import Filters, Passage, SearchEngine

NEAREST = 20
"""Passages of a receipt's article among which the one that holds it is looked for by its quote; it is the first."""


def unsupported(
    sentences: Sequence[tuple[str, Citation]], engine: SearchEngine, *, scorer: SupportScorer | None = None
) -> list[str | None]:
    """Say of each sentence why the check would not keep it beside its receipt; None where it would.

    Args:
        sentences: of a model, in the order of the answer, each with its receipt, whose quote stands in its article.
        engine: over the index that gave the answer.
        scorer: judges by meaning; None for the network that ships.
    """
    check = SupportCheck(engine, scorer=scorer)
    texts = [text for text, _ in sentences]
    return [
        _unsupported(check, list(_stated(texts, place)), list(_receipts(citation, engine)))
        for place, (_, citation) in enumerate(sentences)
    ]


def _unsupported(check: SupportCheck, claims: Sequence[str], receipts: Sequence[Receipt]) -> str | None:
    """Why no receipt bears out the first claim, nor another."""
    found = "its receipt is no run of whole sentences of a passage"
    for claim in reversed(claims):
        for receipt in receipts:
            reason = planted(receipt, claim) or check.check_receipt(check.engine.encode(claim), receipt).reason
            if reason is None:
                return None
            found = reason
    return found


def _stated(texts: Sequence[str], place: int) -> Iterator[str]:
    """What may have been checked for a sentence: itself or, if it is a clause of a parted one, what that states."""
    yield texts[place]
    for first in range(max(0, place - 1), min(place, len(texts) - 2) + 1):
        whole = f"{texts[first]} {texts[first + 1]}"
        yield from (clause.stated for clause in clauses(whole) if clause.text == texts[place])


def passages_of(receipt: Citation | Nearest, engine: SearchEngine) -> Sequence[Passage]:
    """Passages of a receipt's article, with the one that holds its quote."""
    return engine.search(receipt.quote, k=NEAREST, filters=Filters(articles=(receipt.article_id,))).passages


def _receipts(citation: Citation, engine: SearchEngine) -> Iterator[Receipt]:
    """The receipt in each passage that holds it."""
    for passage in passages_of(citation, engine):
        own = [one for one in passage.sentences if citation.start <= one.start and one.end <= citation.end]
        if own and (own[0].start, own[-1].end) == (citation.start, citation.end):
            yield Receipt(passage=passage, sentences=tuple(own))
