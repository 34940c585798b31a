"""Prints answers for a person: the text, as it comes if possible, then the receipts, or where else to look."""

import re
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.cli.output.links import address
from assistant.cli.output.progress import note
from assistant.cli.output.screen import Flow, Screen, Style, flowing, paged
from assistant.cli.output.tables import Row, laid_out, row_of, told
from assistant.language.markdown import plain

if TYPE_CHECKING:
    from assistant.answer.answer import Answer, Citation, Nearest
    from assistant.chain.assistant import Assistant
    from assistant.chain.write import Piece
    from assistant.question.followups import Turn
    from index.search.engine import Filters, SearchEngine

_BETWEEN_ITEMS = re.compile(r"\n(?=\s*(?:[-*+•]|\d{1,9}[.)])\s)")
SPARE = 4
"""Columns that stay free at the right while an answer comes, for the dots that say that more will."""
CUT_OFF = "(This is not the whole answer.)"
ANEW = "(The articles changed meanwhile, so the answer begins anew.)"
WITHDRAWN = "(What stands above is withdrawn. The answer is:)"
"""On standard output, since the sentences that they speak of are there."""


def ask_and_show(
    assistant: "Assistant",
    question: str,
    screen: Screen,
    *,
    filters: "Filters | None" = None,
    previous: "Sequence[Turn]" = (),
) -> "Answer":
    """Ask, and print the answer: on a terminal each sentence of a model as soon as it has passed the check.

    Elsewhere the answer is printed whole, so that what reads it gets nothing that is withdrawn later.
    """
    if not sys.stdout.isatty():
        answer = assistant.ask(question, filters=filters, previous=previous)
        show(answer, flowing(screen), assistant.engine)
        return answer
    with AsItComes(screen) as coming:
        answer = assistant.trace(question, filters=filters, previous=previous, on_piece=coming.add).answer
    coming.end(answer, assistant.engine)
    return answer


class AsItComes:
    """Prints the pieces of an answer as they come, and says so if they are withdrawn later."""

    def __init__(self, screen: Screen) -> None:
        """Begin with nothing shown."""
        self._screen = screen
        self._flow = flowing(screen, spare=SPARE)
        self._shown = ""
        """What was printed of the answer so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the line after an interruption or an error, and say that the answer is incomplete."""
        if error is not None and self._shown:
            self._flow.add(f"\n{CUT_OFF}\n")

    def add(self, piece: "Piece") -> None:
        """Print a piece."""
        if piece.start == 0 and self._shown:  # The index changed meanwhile.
            self._flow.add(f"\n{ANEW}\n")
            self._shown = ""
        text = (" " if self._shown else "") + piece.text
        self._shown += text
        self._flow.add(text)

    def end(self, answer: "Answer", engine: "SearchEngine") -> None:
        """Print what is still missing, once the whole answer is there."""
        if self._shown:
            self._flow.add("\n")
            if answer.text == self._shown:
                show_beside(answer)
                show_receipts(answer, self._flow, engine)
                return
            self._flow.line(WITHDRAWN)
        with paged(self._screen) as flow:
            show(answer, flow, engine)


def show(answer: "Answer", flow: Flow, engine: "SearchEngine", *, beside: bool = True) -> None:
    """Print an answer: the text, then the receipts, or where else to look.

    Args:
        answer: sealed.
        flow: where it goes.
        engine: has the articles, for links to them and headers of tables.
        beside: whether to note on standard error what is to be known beside it.
    """
    if beside:
        show_beside(answer)
    if answer.note:
        flow.line(f"{answer.note}\n")
    _show_text(answer, flow, engine)
    show_receipts(answer, flow, engine)


def _show_text(answer: "Answer", flow: Flow, engine: "SearchEngine") -> None:
    """Print the text line by line: short answers in bold, rows of one table that follow each other together."""
    leads = set(_leads(answer))
    quoted = {span: citation for citation in answer.citations for span in citation.answer_spans}
    ends = {start: end for start, end in quoted}
    rows: list[tuple[Row, str]] = []

    def end_table() -> None:
        for line in laid_out(rows, flow.screen.columns) if rows else []:
            flow.line(line)
        rows.clear()

    start = 0
    for line in answer.text.split("\n"):
        end = ends.get(start, start)
        citation, is_lead = quoted.get((start, end)), (start, end) in leads
        row = row_of(citation, engine) if citation and not is_lead else None
        said, marker = answer.text[start:end], answer.text[end : start + len(line)].strip()
        start += len(line) + 1
        if rows and (row is None or row.table != rows[-1][0].table):
            end_table()
        if row is None:
            *items, last = _items(said, citation) if citation and not is_lead else [said]
            for item in items:
                flow.line(item)
            flow.add(last, Style.BOLD if is_lead else Style.PLAIN)
            flow.line(line[len(said) :])
        elif said.startswith("|"):
            rows.append((row, marker))
        else:  # Behind the day of its article.
            flow.line(f"{said[: said.index('|')]}{told(row)} {marker}")
    end_table()


def _items(said: str, citation: "Citation") -> list[str]:
    """What is said, cut into the items of the list that it quotes; the whole where it quotes none."""
    items = [plain(item) for item in _BETWEEN_ITEMS.split(citation.quote)]
    whole = " ".join(items)
    return [said.removesuffix(whole) + items[0], *items[1:]] if said.endswith(whole) else [said]


def _leads(answer: "Answer") -> list[tuple[int, int]]:
    """Where in the text the short answers stand that are put in front of their sentences."""
    from assistant.answer.sealing import leads

    spans = [citation.answer_spans[:2] for citation in answer.citations if len(citation.answer_spans) > 1]
    return sorted(
        (start, end)
        for (start, end), (after, last) in spans
        if "\n" in answer.text[end:after] and leads(answer.text[start:end], answer.text[after:last])
    )


def show_beside(answer: "Answer") -> None:
    """Note on standard error how the question was searched, and why an answer is degraded."""
    if answer.searched.lower() != answer.question.lower():
        note(f"searched for: {answer.searched}")
    if answer.writing is not None and answer.writing.degraded_reason:
        from assistant.models.seam import Failure

        whole = answer.writing.degraded_reason
        code, _, failure = whole.partition(": ")  # The code is for programs; what follows it names the model.
        note(f"quoted: {failure}" if code in list(Failure) else f"quoted, not written by the model: {whole}")


def show_receipts(answer: "Answer", flow: Flow, engine: "SearchEngine", *, quotes: bool = False) -> None:
    """Print what follows the text: unanswered parts, receipts (with `quotes` their quotes too), nearest articles."""
    for part in answer.unanswered:
        flow.line(f"\nThe articles do not answer: {part}")
    if answer.citations:
        flow.line()
    for heading, citations in _by_part(answer):
        if heading:
            flow.line(heading)
        for citation in citations:
            _show_receipt(citation, flow, engine)
            if quotes:
                flow.line(f"    {_readable(citation, engine)}", indent=4)
    if answer.nearest and answer.status == "refused":
        flow.line(f"\n{answer.nearest_heading}")
        for near in answer.nearest:
            article = engine.articles.get(near.article_id)
            flow.add("  ")
            flow.add(near.title or near.article_id, indent=2, link=address(article) if article else None)
            flow.line(f" ({near.article_id})", indent=2)
            flow.line(f"    {near.percent}: {_readable(near, engine)}", Style.FAINT, indent=4)


def _readable(quoted: "Citation | Nearest", engine: "SearchEngine") -> str:
    """A quote on one line, a row of a table with the names of its columns."""
    row = row_of(quoted, engine)
    return plain(quoted.quote) if row is None else told(row)


def _show_receipt(citation: "Citation", flow: Flow, engine: "SearchEngine") -> None:
    page = f"page {citation.page}, " if citation.page else ""
    where = f"{page}characters {citation.start}-{citation.end}, sha256 {citation.sha256[:12]}"
    article = engine.articles.get(citation.article_id)
    link = address(article, page=citation.page, passage=citation.quote) if article else None
    flow.add(f"[{citation.number}] ", Style.FAINT)
    flow.add(_named(citation), Style.FAINT, indent=4, link=link)
    flow.line(f"\n    {citation.article_id}, {where}", Style.FAINT, indent=4)


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


def explain_answer(answer: "Answer", flow: Flow) -> None:
    """Print the check's verdict on every sentence that a model wrote, and the passages it was not shown."""
    flow.line()
    if answer.writing is None:
        flow.line("No model wrote this: it is quoted.")
        return
    for verdict in answer.writing.sentences:
        cited = "".join(f"[{number}]" for number in verdict.cited) or "nothing cited"
        flow.line(
            f"{verdict.fate}: {verdict.text} ({cited}; {verdict.score:.2f} for {verdict.article_id or 'no passage'})"
        )
        if verdict.reason:
            flow.line(f"    {verdict.reason}")
    for passage in answer.writing.left_out:
        flow.line(f"left out, for want of room: {passage.article_id}, characters {passage.start}-{passage.end}")
    flow.line(f"prompt {answer.prompt}")


def _named(citation: "Citation") -> str:
    facts = [fact for fact in (citation.publisher, citation.published) if fact]
    return (citation.title or citation.article_id) + (f" ({', '.join(facts)})" if facts else "")
