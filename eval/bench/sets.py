"""Load public test sets from a folder, each split into two fixed halves.

A folder has one of three formats:

- ours: `corpus.jsonl` (id, title, text), `queries.jsonl` (id, question, answers, answerable) and
  `qrels.tsv` (question, document, grade; 0 for the document an unanswerable question was written about);
- BEIR as it is published: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`, `dev.tsv`, `train.tsv`;
- SQuAD 1.1 or 2.0 as it is published: one `.json` with "data"; paragraphs are documents `Title#n`.

The halves are fixed, by article, so that what is tuned on one is reported on the other:

- ids like `article#paragraph` (SQuAD) or `article-paragraph` (XQuAD, two digits): the distinct
  articles are sorted, even positions are development, odd ones held out;
- `queries_dev.jsonl` and `qrels_dev.tsv` beside the others (NFCorpus): those are development;
- BEIR's dev split is development and its test split held out; train is development where there is
  no dev; a question in both is held out;
- otherwise, as in BEIR with one split: development if the first byte of the SHA-256 of a question's id is even.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.cases.importing.beir import Grades, is_beir, read_beir
from eval.cases.importing.files import read_document
from eval.cases.importing.squad import SquadQuestion, is_squad, read_squad
from index.errors import UserError, reason_of
from index.text.article import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchQuestion:
    """A question of a test set."""

    id: str
    text: str
    answers: tuple[str, ...]
    """Accepted short answers; empty if the set has none, or the question is unanswerable."""
    answerable: bool
    relevant: Mapping[str, int]
    """Grades of documents by id; an unanswerable question has those it was written about, with grade 0."""
    development: bool
    """Whether it is in the development half, on which tuning is allowed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchSet:
    """A test set."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    """Title and text by id."""
    questions: tuple[BenchQuestion, ...]

    def articles(self) -> Iterator[Article]:
        """Yield the documents as articles, without empty ones."""
        for id_, (title, text) in self.documents.items():
            if text.strip():
                digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()
                yield Article(source=f"bench:{id_}", name=id_, text=text, title=title or None, source_sha256=digest)

    def part(self, articles: Collection[str]) -> "BenchSet":
        """Restrict the set to some articles and the questions about them."""
        documents = {id_: row for id_, row in self.documents.items() if article_of(id_) in articles}
        asked = tuple(q for q in self.questions if any(document in documents for document in q.relevant))
        return BenchSet(name=f"{self.name}-part", documents=documents, questions=asked)

    def half(self, *, development: bool) -> list[BenchQuestion]:
        """Return the questions of one half."""
        return [question for question in self.questions if question.development is development]


def load_set(folder: Path) -> BenchSet:
    """Read the test set in `folder`.

    Raises:
        UserError: a file is missing or malformed.
    """
    if not (folder / "qrels.tsv").exists():
        if is_beir(folder):
            return _from_beir(folder)
        squad = _squad_file(folder)
        if squad is not None:
            return _from_squad(folder.name, *squad)
    try:
        documents = {str(row["id"]): (row.get("title") or "", row["text"]) for row in _rows(folder / "corpus.jsonl")}
        held = _questions(folder, "", documents, development=None)
        if (folder / "queries_dev.jsonl").exists():
            held = [replace(question, development=False) for question in held]
            held += _questions(folder, "_dev", documents, development=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder} is no test set ({type(error).__name__}: {reason_of(error)})",
            "it needs corpus.jsonl, queries.jsonl and qrels.tsv, or BEIR's qrels/test.tsv, or one SQuAD .json",
        ) from error
    return BenchSet(name=folder.name, documents=documents, questions=tuple(held))


def article_of(document_id: str) -> str | None:
    """Return the article of a paragraph; None if the id does not say."""
    if "#" in document_id:
        return document_id.split("#")[0]
    match = re.fullmatch(r"(.+-\d\d)-\d\d", document_id)
    return match[1] if match else None


def _questions(
    folder: Path, suffix: str, documents: Collection[str], *, development: bool | None
) -> list[BenchQuestion]:
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / f"qrels{suffix}.tsv").read_text(encoding="utf-8").split("\n"):
        if line.strip():
            question, document, grade = line.split("\t") if "\t" in line else line.split()
            relevant.setdefault(question, {})[document] = int(grade)
    even = _even_articles(documents)
    found = []
    for row in _rows(folder / f"queries{suffix}.jsonl"):
        id_ = str(row["id"])
        grades = relevant.get(id_, {})
        half = development if development is not None else _is_development(id_, grades, even)
        found.append(
            BenchQuestion(
                id=id_,
                text=row["question"],
                answers=tuple(row.get("answers") or ()),
                answerable=bool(row["answerable"]),
                relevant=grades,
                development=half,
            )
        )
    return found


def _from_beir(folder: Path) -> BenchSet:
    beir = read_beir(folder)
    even = _even_articles(beir.documents)
    questions: dict[str, BenchQuestion] = {}
    for grades, development in _beir_halves(beir.splits):
        for id_, (_, text) in beir.queries.items():
            if id_ in grades and id_ not in questions:
                half = development if development is not None else _is_development(id_, grades[id_], even)
                questions[id_] = BenchQuestion(
                    id=id_, text=text, answers=(), answerable=True, relevant=grades[id_], development=half
                )
    return BenchSet(name=folder.name, documents=beir.documents, questions=tuple(questions.values()))


def _beir_halves(splits: Mapping[str, Grades]) -> list[tuple[Grades, bool | None]]:
    """Map splits to halves (True for development); None if the only split must be halved by question."""
    tuned = splits.get("dev", splits.get("train"))
    if "test" in splits and tuned is not None:
        return [(splits["test"], False), (tuned, True)]
    return [(next(grades for split in ("test", "dev", "train") if (grades := splits.get(split)) is not None), None)]


def _squad_file(folder: Path) -> tuple[Path, object] | None:
    """Find the one SQuAD file in a folder, with its content; None if there is none."""
    if not folder.is_dir() or (folder / "corpus.jsonl").exists():
        return None
    documents = ((path, read_document(path)) for path in sorted(folder.glob("*.json")))
    found = [(path, document) for path, document in documents if is_squad(document)]
    if len(found) > 1:
        raise UserError(
            f"{folder} is no test set: {', '.join(path.name for path, _ in found)} are each one in SQuAD's form",
            "put each in a folder of its own",
        )
    return found[0] if found else None


def _from_squad(name: str, path: Path, document: object) -> BenchSet:
    paragraphs = list(read_squad(path, document))
    documents = {paragraph.id: (paragraph.title, paragraph.text) for paragraph in paragraphs}
    even = _even_articles(documents)
    questions = [
        _squad_question(question, paragraph.id, even) for paragraph in paragraphs for question in paragraph.questions
    ]
    return BenchSet(name=name, documents=documents, questions=tuple(questions))


def _squad_question(question: SquadQuestion, paragraph: str, even: set[str]) -> BenchQuestion:
    relevant = {paragraph: int(question.answerable)}
    return BenchQuestion(
        id=question.id,
        text=question.text,
        answers=tuple(text for text, _ in question.answers),
        answerable=question.answerable,
        relevant=relevant,
        development=_is_development(question.id, relevant, even),
    )


def _even_articles(documents: Collection[str]) -> set[str]:
    """Select every second article in sorted order, from the first."""
    return set(sorted({article for id_ in documents if (article := article_of(id_))})[::2])


def _is_development(id_: str, grades: Mapping[str, int], even: set[str]) -> bool:
    article = next((article_of(document) for document in grades), None)
    if article is not None:
        return article in even
    return hashlib.sha256(id_.encode()).digest()[0] % 2 == 0


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of JSON Lines, split at line feeds only: texts may contain other separators."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)
