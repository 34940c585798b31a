"""Draft a gold case from a question and evidence that a person chose."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.chain.assistant import Assistant, Trace
from assistant.language.markdown import plain
from assistant.reading.reader import Quote
from eval.cases.case import Evidence, GoldCase, to_line
from eval.cases.case_file import read_gold, read_lines
from index.errors import UsageError, UserError
from index.search.engine import Passage
from index.text.sentences import split_sentences
from index.text.terms import STOP_WORDS

OFFERED = 12
"""Most sentences offered as evidence."""
ID_WORDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A candidate sentence for the evidence of a case."""

    article_id: str
    start: int
    end: int
    quote: str
    cited: bool
    """Whether the answer cites it."""


def candidates(trace: Trace, assistant: Assistant) -> list[Candidate]:
    """List sentences to choose evidence from: cited or withheld ones, then those of the best passages."""
    quotes: list[Quote] = [quote for _, reading in trace.parts for quote in [*reading.quotes, *reading.withheld]]
    found: dict[tuple[str, int], Candidate] = {}
    for quote in quotes:
        text = assistant.engine.text(quote.article.article_id)
        for sentence in quote.sentences:
            key = (quote.article.article_id, sentence.start)
            found[key] = _candidate(key[0], text, sentence.start, sentence.end, cited=trace.answer.citations != ())
    passages: list[Passage] = [passage for retrieved, _ in trace.parts for passage in retrieved.passages]
    for passage in passages:
        text = assistant.engine.text(passage.article.article_id)
        for sentence in passage.sentences:
            key = (passage.article.article_id, sentence.start)
            found.setdefault(key, _candidate(key[0], text, sentence.start, sentence.end, cited=False))
    return list(found.values())[:OFFERED]


def quoted(words: str, assistant: Assistant) -> Candidate:
    """Find the sentences of an article with words that a person typed or pasted.

    Raises:
        UsageError: the words occur nowhere, or in several places.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
    texts = [(article_id, assistant.engine.text(article_id)) for article_id in assistant.engine.articles]
    found = [(id_, text, match) for id_, text in texts for match in pattern.finditer(text)]
    if not found:
        raise UsageError(f"no article has the words {words!r}", "give them as they stand there")
    if len(found) > 1:
        where = ", ".join(dict.fromkeys(id_ for id_, _, _ in found))
        raise UsageError(f"the words {words!r} stand in {len(found)} places ({where})", "give more of the sentence")
    ((id_, text, match),) = found
    touched = [s for s in split_sentences(text) if s.start < match.end() and match.start() < s.end]
    return _candidate(id_, text, touched[0].start, touched[-1].end, cited=False)


def draft(
    question: str,
    *,
    turns: Sequence[str],
    facts: Sequence[Sequence[str]],
    never: Sequence[str] = (),
    evidence: Sequence[Candidate],
    tags: Sequence[str],
    note: str | None,
    id_: str | None,
    taken: Collection[str],
    today: date,
) -> GoldCase:
    """Make a case of a person's choices; without evidence and facts it is unanswerable."""
    return GoldCase(
        id=id_ or new_id(question, taken),
        question=" ".join(question.split()),
        turns=tuple(turns),
        facts=tuple(tuple(fact) for fact in facts),
        never=tuple(never),
        evidence=tuple(
            Evidence(article_id=one.article_id, quote=one.quote, part=str(number))
            for number, one in enumerate(evidence, 1)
        ),
        answerable=bool(facts or evidence),
        tags=tuple(tags),
        as_of=today,
        note=note,
    )


def append_case(case: GoldCase, path: Path) -> None:
    """Append a case to a gold file, which is created if missing.

    Raises:
        UserError: the case is not valid gold; or the file cannot be written, has a problem, or has a case of that id.
    """
    _, wrong = read_lines([(case.id, to_line(case))])
    if wrong:
        raise UserError(f"no case of a gold file: {wrong[0].field}: {wrong[0].what}")
    cases, problems = read_gold([path]) if path.exists() else ((), ())
    if problems:
        raise UserError(f"{problems[0]}", "correct the file first")
    if any(case.id == other.id for other in cases):
        raise UserError(f"{path} has a case {case.id!r} already", "give another --id")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        with path.open("a", encoding="utf-8") as file:
            file.write(("\n" if text and not text.endswith("\n") else "") + to_line(case) + "\n")
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another file with --gold") from error


def new_id(question: str, taken: Collection[str]) -> str:
    """Make a readable id of a question's words, with a number only if it is taken."""
    words = [word for word in re.findall(r"\w+", question.lower()) if word not in STOP_WORDS]
    stem = "-".join(words[:ID_WORDS]) or "case"
    return next(id_ for id_ in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if id_ not in taken)


def wordings(text: str) -> tuple[str, ...]:
    """Split the wordings of a fact as typed, separated by "|"."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _candidate(article_id: str, text: str, start: int, end: int, *, cited: bool) -> Candidate:
    return Candidate(article_id=article_id, start=start, end=end, quote=text[start:end], cited=cited)


def shown(candidate: Candidate) -> str:
    """Format a candidate on one line."""
    return f"{plain(candidate.quote)}  ({candidate.article_id}{', cited' if candidate.cited else ''})"
