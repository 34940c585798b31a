"""Read SQuAD 1.1 and 2.0, and import their questions as gold.

A document has "data": articles with a title and paragraphs, each a context with "qas". An answer is a text and its
start in the context, in characters; "is_impossible" marks unanswerable questions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.language.values import read
from eval.cases.case import Evidence
from eval.cases.case_file import GoldInvalid, Problem
from eval.cases.importing.contexts import Library
from eval.cases.importing.drafts import Draft
from eval.cases.importing.rows import Row, shown
from index.text.article import Sentence
from index.text.sentences import split_sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class SquadQuestion:
    """A question about a paragraph."""

    place: str
    id: str
    text: str
    answers: tuple[tuple[str, int], ...]
    """Distinct answers with their start in the paragraph; empty if unanswerable."""
    answerable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A paragraph of an article, with the questions about it."""

    id: str
    """Title of the article, "#", and number of the paragraph in it, from 0."""
    title: str
    text: str
    questions: tuple[SquadQuestion, ...]


def is_squad(document: object) -> bool:
    """Whether a JSON document is in SQuAD's format."""
    return isinstance(document, dict) and isinstance(document.get("data"), list)


def read_squad(path: Path, document: object) -> Iterator[Paragraph]:
    """Yield the paragraphs of a document, in order.

    Raises:
        GoldInvalid: it is malformed.
    """
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise GoldInvalid([Problem(place=str(path), field="data", what="is missing; it must be a list of articles")])
    numbered: Counter[str] = Counter()
    for article in _objects(f"{path}, article", document["data"]):
        title = article.text("title") or "untitled"
        paragraphs = article.fields.get("paragraphs")
        if not isinstance(paragraphs, list):
            raise article.wrong("paragraphs", f"is {shown(paragraphs)}; it must be a list")
        for paragraph in _objects(f"{article.place}, paragraph", paragraphs):
            questions = paragraph.fields.get("qas")
            if not isinstance(questions, list):
                raise paragraph.wrong("qas", f"is {shown(questions)}; it must be a list")
            yield Paragraph(
                id=f"{title}#{numbered[title]}",
                title=title.replace("_", " "),
                text=paragraph.required("context"),
                questions=tuple(_question(one) for one in _objects(f"{paragraph.place}, question", questions)),
            )
            numbered[title] += 1


def squad_drafts(path: Path, document: object, library: Library | None) -> list[Draft]:
    """Draft the questions of a document; evidence is in its paragraphs, or in the library's articles if given."""
    return [
        _draft(question, paragraph, library)
        for paragraph in read_squad(path, document)
        for question in paragraph.questions
    ]


def _objects(place: str, values: Sequence[object]) -> Iterator[Row]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            what = f"is {shown(value)}; it must be an object"
            raise GoldInvalid([Problem(place=f"{place} {number}", field="row", what=what)])
        yield Row(place=f"{place} {number}", fields=value)


def _question(row: Row) -> SquadQuestion:
    impossible = row.fields.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise row.wrong("is_impossible", f"is {shown(impossible)}; it must be true or false")
    answers = row.fields.get("answers") or []
    if not isinstance(answers, list):
        raise row.wrong("answers", f"is {shown(answers)}; it must be a list")
    found: dict[str, int] = {}
    for answer in answers:
        text, start = (answer.get("text"), answer.get("answer_start")) if isinstance(answer, dict) else (None, None)
        if not isinstance(text, str) or not isinstance(start, int):
            raise row.wrong("answers", f"has {shown(answer)}; each must be an object with text and answer_start")
        found.setdefault(text, start)
    if not impossible and not found:
        raise row.wrong("answers", "are missing; only a question with is_impossible has none")
    return SquadQuestion(
        place=row.place,
        id=row.required("id"),
        text=row.required("question"),
        answers=() if impossible else tuple(found.items()),
        answerable=not impossible,
    )


def _draft(question: SquadQuestion, paragraph: Paragraph, library: Library | None) -> Draft:
    wordings = tuple(text.strip() for text, _ in question.answers if read(text))
    evidence: list[Evidence] = []
    remarks = []
    if len(wordings) < len(question.answers):
        remarks.append("an answer is nothing but articles and punctuation; left out")
    quotes = dict.fromkeys(_quote(paragraph.text, text, start) for text, start in question.answers)
    for quote in quotes:
        if library is None:
            evidence.append(Evidence(article_id=paragraph.id, quote=quote, part="answer"))
        else:
            evidence += library.locate(quote, part="answer").evidence
    if quotes and not evidence:
        remarks.append("the sentence with the answer stands in no article, so that it became no evidence")
    return Draft(
        place=question.place,
        id=question.id,
        question=question.text.strip(),
        facts=(wordings,) if wordings else (),
        short=wordings,
        evidence=tuple(dict.fromkeys(evidence)),
        answerable=question.answerable,
        tags=("squad",),
        remarks=tuple(remarks),
    )


def _quote(text: str, answer: str, start: int) -> str:
    """Return the sentences with an answer; the whole paragraph if the answer does not start where it should."""
    if text[start : start + len(answer)] != answer:
        return text.strip()
    held = [s for s in split_sentences(text) if _overlaps(s, start, start + len(answer))]
    return text[held[0].start : held[-1].end] if held else text.strip()


def _overlaps(sentence: Sentence, start: int, end: int) -> bool:
    return sentence.start < end and start < sentence.end
