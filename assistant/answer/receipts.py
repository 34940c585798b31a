"""Check receipts against the articles as they are today."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from assistant.answer.answer import Citation, Nearest
from index.text.article import sha256_of


class Standing(StrEnum):
    """Result of checking a receipt again."""

    HOLDS = "holds"
    """The quote stands where the receipt says, in the same article."""
    MOVED = "moved"
    """It stands elsewhere in the article now."""
    CHANGED = "changed"
    """The article is there, and its text, the quote, or what the receipt says of it is another."""
    GONE = "gone"
    """The article is not in the index any more."""
    ELSEWHERE = "elsewhere"
    """The article is not in this index, and the answer comes from another one."""
    UNCHECKED = "unchecked"
    """It was not compared with the article, since there was no index to do so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A receipt, or a refusal's closest passage, with the result of its check."""

    number: int
    article_id: str
    standing: Standing
    detail: str
    """In words, for a person."""
    start: int | None = None
    """Where the quote stands now."""


def check_quote(number: int, receipt: Citation | Nearest, text_of: Callable[[str], str | None]) -> Check:
    """Check whether a quote stands in its article, and whether that has the text that it had.

    Args:
        number: of the receipt.
        receipt: with the quote.
        text_of: the text of an article today, by id; None if there is none.
    """
    text = text_of(receipt.article_id)
    start, quote = receipt.start, receipt.quote

    def found(standing: Standing, detail: str, at: int | None = None) -> Check:
        return Check(number=number, article_id=receipt.article_id, standing=standing, detail=detail, start=at)

    if text is None:
        return found(Standing.GONE, "gone: the article is not in the index")
    if not quote.strip():
        return found(Standing.CHANGED, "changed: the receipt has no quote")
    if start >= 0 and text[start : receipt.end] == quote:
        if sha256_of(text) == receipt.sha256:
            return found(Standing.HOLDS, "holds", start)
        return found(Standing.CHANGED, "changed: the quote stands there, in an article with another text (hash)", start)
    before, after = text.rfind(quote, 0, max(start, 0) + len(quote)), text.find(quote, max(start, 0))
    if places := [at for at in (before, after) if at >= 0]:
        nearest = min(places, key=lambda at: abs(at - start))
        return found(Standing.MOVED, f"moved from {start} to {nearest}", nearest)
    if sha256_of(text) == receipt.sha256:  # The article is what it was: so the receipt is not.
        return found(Standing.CHANGED, "changed: the quote does not stand in the article at these characters")
    return found(Standing.CHANGED, "changed: the quote does not stand in the article any more")
