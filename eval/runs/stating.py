"""What an answer states: the pieces that its receipts support, and whether a wording stands in one of them."""

from collections.abc import Iterable, Sequence

from assistant.answer.answer import Answer
from assistant.language.denial import states
from eval.runs.results import CaseResult


def answer_pieces(answer: Answer | CaseResult) -> list[str]:
    """What an answer says, piece by piece as its receipts support it, in reading order; nothing for a refusal."""
    spans = sorted({span for citation in answer.citations for span in citation.answer_spans})
    return [answer.text[start:end] for start, end in spans]


def stated(pieces: Sequence[str], wordings: Iterable[str]) -> bool:
    """Whether one of the pieces states one of the wordings."""
    return any(states(piece, wording) for wording in wordings for piece in pieces)
