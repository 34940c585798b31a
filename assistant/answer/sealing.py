"""Seal an answer: prove that every receipt holds, then give it its id."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.answer.answer import Answer, Status
from index.errors import ReceiptBroken
from index.text.article import Page, sha256_of

MARKER = re.compile(r"\[(\d+)\]")


def sealed(answer: Answer, text_of: Callable[[str], str]) -> Answer:
    """The answer with its id, after proof that all of its receipts hold; the only way out.

    Args:
        answer: as a reader made it.
        text_of: the text of an article, by id.

    Raises:
        ReceiptBroken: a quote, or a refusal's closest passage, does not stand in its article to the letter, a marker
            has no receipt, a receipt supports nothing, a sentence has none, or an answer in the program's own words
            has some.
    """
    for citation in answer.citations:
        text = text_of(citation.article_id)
        if text[citation.start : citation.end] != citation.quote or not citation.quote.strip():
            raise ReceiptBroken(
                f"citation [{citation.number}] does not stand in {citation.article_id} at {citation.start}"
            )
        if sha256_of(text) != citation.sha256:
            raise ReceiptBroken(f"citation [{citation.number}] has another hash than {citation.article_id}")
        if not citation.answer_spans or any(not 0 <= a < b <= len(answer.text) for a, b in citation.answer_spans):
            raise ReceiptBroken(f"citation [{citation.number}] supports nothing of the answer")
    for near in answer.nearest:
        text = text_of(near.article_id)
        if text[near.start : near.end] != near.quote or sha256_of(text) != near.sha256:
            raise ReceiptBroken(f"the closest passage does not stand in {near.article_id} at {near.start}")
    _check_markers(answer)
    return replace(answer, id=identity(answer.to_json()))


def paged(answer: Answer, pages_of: Callable[[str], Sequence[Page]]) -> Answer:
    """The answer, each of its citations with the page on which its quote begins, if its article has pages.

    Args:
        answer: before it is sealed.
        pages_of: the pages of an article, by id, in order.
    """
    citations = []
    for citation in answer.citations:
        before = [page.number for page in pages_of(citation.article_id) if page.start <= citation.start]
        citations.append(replace(citation, page=before[-1] if before else None))
    return replace(answer, citations=tuple(citations))


def identity(data: Mapping[str, Any]) -> str:
    """The id of an answer's JSON: a hash of all of it but the id itself, the seconds and where a server keeps it."""
    beside = {"id", "seconds", "conversation_id", "message_id", "collection"}
    content = {key: value for key, value in data.items() if key not in beside}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _check_markers(answer: Answer) -> None:
    numbers = [citation.number for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ReceiptBroken(f"citations are numbered {numbers}")
    if answer.status is not Status.ANSWERED:
        if numbers:
            kind = "a refusal" if answer.status is Status.REFUSED else "an answer in the program's own words"
            raise ReceiptBroken(f"{kind} carries citations")
        return
    # Quotes may hold "[1]" themselves, so markers are looked for only between the supported spans.
    spans = sorted(span for citation in answer.citations for span in citation.answer_spans)
    bare, at = "", 0
    for start, end in spans:
        bare += answer.text[at:start] + " "
        at = max(at, end)
    bare += answer.text[at:]
    marked = {int(number) for number in MARKER.findall(bare)}
    if marked != set(numbers):
        raise ReceiptBroken(f"the text has markers {sorted(marked)} and receipts {numbers}")
    left = MARKER.sub("", bare)
    if any(map(str.isalnum, left)):
        raise ReceiptBroken(f"a part of the answer has no receipt: {' '.join(left.split())[:60]!r}")
