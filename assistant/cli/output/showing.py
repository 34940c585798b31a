"""Prints answers for a person: the text, as it comes if possible, then the receipts, or where else to look."""

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.cli.output.progress import note
from assistant.cli.output.terminal import print_faint
from assistant.language.markdown import plain

if TYPE_CHECKING:
    from assistant.answer.answer import Answer, Citation
    from assistant.chain.assistant import Assistant
    from assistant.chain.write import Piece
    from assistant.question.followups import Turn
    from index.search.engine import Filters

CUT_OFF = "(This is not the whole answer.)"
ANEW = "(The articles changed meanwhile, so the answer begins anew.)"
WITHDRAWN = "(What stands above is withdrawn. The answer is:)"
"""On standard output, since the sentences that they speak of are there."""


def ask_and_show(
    assistant: "Assistant", question: str, *, filters: "Filters | None" = None, previous: "Sequence[Turn]" = ()
) -> "Answer":
    """Ask, and print the answer: on a terminal each sentence of a model as soon as it has passed the check.

    Elsewhere the answer is printed whole, so that what reads it gets nothing that is withdrawn later.
    """
    if not sys.stdout.isatty():
        answer = assistant.ask(question, filters=filters, previous=previous)
        show(answer)
        return answer
    with AsItComes() as coming:
        answer = assistant.trace(question, filters=filters, previous=previous, on_piece=coming.add).answer
    coming.end(answer)
    return answer


class AsItComes:
    """Prints the pieces of an answer as they come, and says so if they are withdrawn later."""

    def __init__(self) -> None:
        self._shown = ""
        """What was printed of the line that is not ended yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the line after an interruption or an error, and say that the answer is incomplete."""
        if error is not None and self._shown:
            self._write(f"\n{CUT_OFF}\n")

    def add(self, piece: "Piece") -> None:
        """Print a piece."""
        if piece.start == 0 and self._shown:  # The index changed meanwhile.
            self._write(f"\n{ANEW}\n")
            self._shown = ""
        self._show((" " if self._shown else "") + piece.text)

    def end(self, answer: "Answer") -> None:
        """Print what is still missing, once the whole answer is there."""
        if not self._shown:
            show(answer)
            return
        self._write("\n")
        if answer.text == self._shown:
            show_beside(answer)
            show_receipts(answer)
            return
        print(WITHDRAWN)
        show(answer)

    def _show(self, text: str) -> None:
        self._shown += text
        self._write(text)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def show(answer: "Answer") -> None:
    """Print an answer: the text, then the receipts, or where else to look."""
    show_beside(answer)
    if answer.note:
        print(f"{answer.note}\n")
    print(answer.text)
    show_receipts(answer)


def show_beside(answer: "Answer") -> None:
    """Note on standard error how the question was searched, and why an answer is degraded."""
    if answer.searched.lower() != answer.question.lower():
        note(f"searched for: {answer.searched}")
    if answer.writing is not None and answer.writing.degraded_reason:
        note(f"quoted, not written by the model: {answer.writing.degraded_reason}")


def show_receipts(answer: "Answer") -> None:
    """Print what follows the text: unanswered parts, receipts, nearest articles."""
    for part in answer.unanswered:
        print(f"\nThe articles do not answer: {part}")
    if answer.citations:
        print()
    for heading, citations in _by_part(answer):
        if heading:
            print(heading)
        for citation in citations:
            page = f"page {citation.page}, " if citation.page else ""
            where = f"{page}characters {citation.start}-{citation.end}, sha256 {citation.sha256[:12]}"
            print(f"[{citation.number}] {_named(citation)}\n    {citation.article_id}, {where}")
    if answer.nearest and answer.status == "refused":
        print(f"\n{answer.nearest_heading}")
        for near in answer.nearest:
            print(f"  {near.title or near.article_id} ({near.article_id})")
            print_faint(f"    {near.percent}: {plain(near.quote)}")


def _by_part(answer: "Answer") -> "list[tuple[str, list[Citation]]]":
    """Group receipts under the part of the question that they answer; a receipt of two parts stands in both."""
    if not answer.parts:
        return [("", list(answer.citations))]
    groups: list[tuple[str, list[Citation]]] = []
    for place, question in enumerate(answer.parts):
        own = [citation for citation in answer.citations if any(part.index == place for part in citation.parts)]
        if own:
            heading = question[:1].upper() + question[1:]
            groups.append((f"\n{heading}" if groups else heading, own))
    return groups


def explain_answer(answer: "Answer") -> None:
    """Print the check's verdict on every sentence that a model wrote, and the passages it was not shown."""
    print()
    if answer.writing is None:
        print("No model wrote this: it is quoted.")
        return
    for verdict in answer.writing.sentences:
        cited = "".join(f"[{number}]" for number in verdict.cited) or "nothing cited"
        print(f"{verdict.fate}: {verdict.text} ({cited}; {verdict.score:.2f} for {verdict.article_id or 'no passage'})")
        if verdict.reason:
            print(f"    {verdict.reason}")
    for passage in answer.writing.left_out:
        print(f"left out, for want of room: {passage.article_id}, characters {passage.start}-{passage.end}")
    print(f"prompt {answer.prompt}")


def _named(citation: "Citation") -> str:
    facts = [fact for fact in (citation.publisher, citation.published) if fact]
    return (citation.title or citation.article_id) + (f" ({', '.join(facts)})" if facts else "")
