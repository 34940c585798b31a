"""Splits an answer into the pieces that its receipts support, and looks for wordings in them."""

import re
from collections.abc import Iterable, Sequence

from assistant.answer.answer import Answer, Status
from assistant.language.denial import states
from eval.runs.results import CaseResult, Outcome

MARKER = re.compile(r"\s*\[\d+\]")


def answer_pieces(answer: Answer | CaseResult) -> list[str]:
    """Split an answer into the pieces that its receipts support, in reading order; empty for a refusal.

    Another system does not tell which receipt supports what, so its answer is one piece.
    """
    spans = sorted({span for citation in answer.citations for span in citation.answer_spans})
    given = answer.status is Status.ANSWERED if isinstance(answer, Answer) else answer.outcome is Outcome.ANSWERED
    if given and not spans:
        return [MARKER.sub("", answer.text)] if MARKER.sub("", answer.text).strip() else []
    return [answer.text[start:end] for start, end in spans]


def lead_of(answer: Answer | CaseResult) -> tuple[str, str] | None:
    """The short answer in front and the quote behind it, which it is a part of; None where there is none."""
    if not answer.citations or len(spans := sorted(answer.citations[0].answer_spans)) < 2:
        return None
    lead, quote = (answer.text[start:end] for start, end in spans[:2])
    found = re.search(re.escape(lead), quote, re.IGNORECASE)
    # As the quote spells it: a capital "A" in front would be a letter, and no article.
    return (found.group(), quote) if found and spans[0][0] == 0 and lead != quote else None


def stated(pieces: Sequence[str], wordings: Iterable[str]) -> bool:
    """Whether any piece states any of the wordings."""
    return any(states(piece, wording) for wording in wordings for piece in pieces)
