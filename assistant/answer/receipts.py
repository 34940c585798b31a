"""Check receipts against the articles as they are today."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.errors import UsageError
from index.text.article import sha256_of

GIVE = "give what `assistant ask --json` printed"
"""Remedy for JSON that is not an answer."""


class Standing(StrEnum):
    """Result of checking a receipt again."""

    HOLDS = "holds"
    """The quote stands where the receipt says."""
    MOVED = "moved"
    """It stands elsewhere in the article now."""
    CHANGED = "changed"
    """The article is there, the quote is not."""
    GONE = "gone"
    """The article is not in the index."""


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


def check_answer(data: object, text_of: Callable[[str], str | None]) -> list[Check]:
    """Re-check every receipt of an answer's JSON.

    Args:
        data: an answer as `assistant ask --json` printed it.
        text_of: the text of an article today, by id; None if there is none.

    Raises:
        UsageError: `data` is no such answer.

    An answer in the program's own words has no receipts, so that there is nothing to check.
    """
    if not isinstance(data, dict) or not isinstance(data.get("citations"), (list, tuple)):
        raise UsageError('no answer: it has no "citations"', GIVE)
    if data.get("status") == "answered" and not data["citations"]:
        raise UsageError("no answer: it says that it is answered, and has no receipt", GIVE)
    return [_check(citation, f"citation {place}", text_of) for place, citation in enumerate(data["citations"], 1)]


def check_nearest(data: object, text_of: Callable[[str], str | None]) -> list[Check]:
    """Re-check the closest passages of a refusal's JSON, numbered from 1 on; older refusals quote none.

    Raises:
        UsageError: one of them has not the form of a quote.
    """
    nearest = data.get("nearest") if isinstance(data, dict) else None
    if not isinstance(nearest, (list, tuple)):
        return []
    return [
        _check({**near, "number": place}, f"closest passage {place}", text_of)
        for place, near in enumerate(nearest, 1)
        if isinstance(near, dict) and "quote" in near
    ]


def _check(receipt: Any, named: str, text_of: Callable[[str], str | None]) -> Check:  # noqa: ANN401 - JSON
    try:
        number, article_id, quote = int(receipt["number"]), str(receipt["article_id"]), receipt["quote"]
        start, end, sha256 = receipt["start"], receipt["end"], str(receipt["sha256"])
        if not (isinstance(quote, str) and isinstance(start, int) and isinstance(end, int)):
            raise TypeError("quote, start or end")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{named} is not of the form of a receipt ({error})", GIVE) from error
    text = text_of(article_id)

    def found(standing: Standing, detail: str, at: int | None = None) -> Check:
        return Check(number=number, article_id=article_id, standing=standing, detail=detail, start=at)

    if text is None:
        return found(Standing.GONE, "gone: the article is not in the index")
    if not quote.strip():
        return found(Standing.CHANGED, "changed: the receipt has no quote")
    if start >= 0 and text[start:end] == quote:
        same = sha256_of(text) == sha256
        return found(Standing.HOLDS, "holds" if same else "holds; the article changed elsewhere", start)
    places = _places(text, quote)
    if places:
        nearest = min(places, key=lambda at: abs(at - start))
        return found(Standing.MOVED, f"moved from {start} to {nearest}", nearest)
    return found(Standing.CHANGED, "changed: the quote does not stand in the article any more")


def _places(text: str, quote: str) -> list[int]:
    places, at = [], text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places
