"""Let a language model write the answer in place of the quotes, each of its sentences checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answer.answer import Answer, Citation, ModelUse, Reason, Status, Writing, references
from assistant.chain.compose import TextOf, distinct_passages, refused
from assistant.chain.open_index import OpenIndex
from assistant.chain.part_labels import label, part_of
from assistant.chain.steps import Asked, ReadPart
from assistant.models.seam import Usage
from assistant.question.pieces import says_what_is_asked
from assistant.question.question import analyse

if TYPE_CHECKING:
    from assistant.answer.kept import Kept
    from assistant.settings.model import ModelSettings
    from assistant.writing.writer import Writer, Written


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of an answer as it is shown, streamed or at once."""

    start: int
    """First character in the answer's text."""
    text: str
    """With its marker, as in "The dam held [1]"."""
    citation: Citation
    """What it rests on; its spans are of this piece alone."""


OnPiece = Callable[[Piece], None]
"""Told of each piece as soon as it has passed the check."""


class Composition:
    """An answer out of sentences that passed the check, one after another, each with what it rests on."""

    def __init__(
        self, text_of: TextOf, *, parts: Sequence[str] = (), part_of: "Callable[[Kept], int] | None" = None
    ) -> None:
        """Make an empty answer to a question with these parts, if it has several; `part_of` numbers a sentence's."""
        self._text_of = text_of
        self._parts = parts
        self._part_of = part_of
        self._spans: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        self._answered: dict[tuple[int, int], int] = {}
        """The part that each span answers."""
        self._citations: list[Citation] = []
        self.text = ""

    def add(self, sentence: "Kept") -> "Piece":
        """Take a sentence in; what is shown of it."""
        receipt = sentence.receipt
        article = receipt.passage.article
        key = (article.number, receipt.start, receipt.end)
        if key not in self._spans:
            number = len(self._citations) + 1
            text = self._text_of(article.article_id)
            self._citations.append(Citation.of(article, receipt.start, receipt.end, text, number=number))
        place = list(self._spans).index(key) if key in self._spans else len(self._spans)
        self.text += " " if self.text else ""
        start = len(self.text)
        span = (start, start + len(sentence.text))
        self._spans.setdefault(key, []).append(span)
        self.text += f"{sentence.text} [{place + 1}]"
        if self._part_of is not None:
            self._answered[span] = self._part_of(sentence)
        return Piece(start=start, text=self.text[start:], citation=self._with_spans(self._citations[place], [span]))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """With the spans of all sentences taken in so far."""
        spans = self._spans.values()
        return tuple(self._with_spans(one, own) for one, own in zip(self._citations, spans, strict=True))

    def _with_spans(self, citation: Citation, spans: Sequence[tuple[int, int]]) -> Citation:
        by_part: dict[int, list[tuple[int, int]]] = {}
        for span in spans:
            if span in self._answered:
                by_part.setdefault(self._answered[span], []).append(span)
        return label(replace(citation, answer_spans=tuple(spans)), self._parts, by_part)


def write(
    index: OpenIndex,
    writer: "Writer",
    quoted: Answer,
    asked: Asked,
    parts: Sequence[ReadPart],
    on_piece: OnPiece | None,
) -> tuple[Answer, Usage]:
    """The answer as a model writes it, and what that took.

    Where the model fails, the answer is the quoted one, marked as degraded.
    """
    passages = distinct_passages(parts)
    found = [one.found.retrieved for one in parts]
    several = len(asked.parts) > 1
    composition = Composition(
        index.engine.text,
        parts=asked.parts,
        part_of=(lambda kept: part_of(kept, asked.parts, found, index.engine.idf)) if several else None,
    )

    def on_kept(kept: "Kept") -> None:
        piece = composition.add(kept)
        if on_piece is not None:
            on_piece(piece)

    written = writer.write(quoted.searched, passages, index.engine, on_kept=on_kept)
    failure = _failure(written, quoted.searched)
    marked = replace(
        quoted,
        prompt=written.prompt,
        writing=Writing(
            sentences=written.verdicts,
            left_out=references(written.left_out),
            degraded_reason=failure,
        ),
    )
    if failure is not None:
        return replace(marked, degraded=True), written.usage
    if written.refused:
        marked = replace(marked, reader=writer.name)
        return refused(marked, Reason.INSUFFICIENT, parts, index.engine.text), written.usage
    composed = replace(
        marked,
        status=Status.ANSWERED,
        reason=None,
        text=composition.text,
        citations=composition.citations,
        parts=asked.parts if several else (),
        nearest=(),
        unanswered=(),
        note="",
        reader=writer.name,
    )
    return composed, written.usage


def _failure(written: "Written", searched: str) -> str | None:
    if written.kept and not says_what_is_asked(analyse(searched), [kept.text for kept in written.kept]):
        return "what is left of its answer does not say what is asked"
    return written.failure


def priced(usage: Usage, model: "ModelSettings") -> ModelUse:
    """What a model was used for, with its cost where the settings give prices."""
    from assistant.models.limits import Prices

    prices = Prices(prompt=model.prompt_price, reply=model.reply_price)
    cost = prices.of(usage.prompt_tokens, usage.completion_tokens) if prices.prompt or prices.reply else None
    return ModelUse(
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        estimated=usage.estimated,
        cost=cost,
    )
