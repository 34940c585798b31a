"""Read BEIR folders, and import their queries as gold.

A folder holds corpus.jsonl (_id, title, text), queries.jsonl (_id, text; all splits), and qrels/train.tsv, dev.tsv
or test.tsv: a header line, then query, document and grade.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.cases.case import Evidence
from eval.cases.case_file import GoldInvalid, Problem
from eval.cases.importing.contexts import Library
from eval.cases.importing.drafts import Draft, Note
from eval.cases.importing.files import read_rows, read_text
from eval.cases.importing.rows import Row
from index.text.loading import article_slug

SPLITS = ("test", "dev", "train")
"""Names of splits; the first that exists is imported."""

Grades = Mapping[str, Mapping[str, int]]
"""Relevance grades by query id and document id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeirFolder:
    """The contents of a BEIR folder."""

    documents: Mapping[str, tuple[str, str]]
    """Title and text by id."""
    queries: Mapping[str, tuple[str, str]]
    """File and line, and text, by id."""
    splits: Mapping[str, Grades]
    """The existing splits by name."""


def is_beir(folder: Path) -> bool:
    """Whether a folder has the file qrels/<split>.tsv of some split."""
    return any((folder / "qrels" / f"{split}.tsv").exists() for split in SPLITS)


def read_beir(folder: Path) -> BeirFolder:
    """Read a folder.

    Raises:
        GoldInvalid: a file is missing, or a line is malformed.
    """
    splits = {split: path for split in SPLITS if (path := folder / "qrels" / f"{split}.tsv").exists()}
    if not splits:
        what = f"holds none of {', '.join(f'qrels/{split}.tsv' for split in SPLITS)}"
        raise GoldInvalid([Problem(place=str(folder), field="folder", what=what)])
    documents = {}
    for row in read_rows(folder / "corpus.jsonl"):
        documents[row.required("_id")] = (row.text("title") or "", row.text("text") or "")
    queries = {row.required("_id"): (row.place, row.required("text")) for row in read_rows(folder / "queries.jsonl")}
    return BeirFolder(
        documents=documents, queries=queries, splits={split: _grades(path) for split, path in splits.items()}
    )


def beir_drafts(folder: Path, library: Library | None) -> tuple[list[Draft], list[Note]]:
    """Draft the queries of the first existing split of `SPLITS`; returns them with notes on the whole folder.

    Raises:
        GoldInvalid: the folder is malformed.
    """
    found = read_beir(folder)
    split, *others = found.splits
    unknown = next((id_ for id_ in found.splits[split] if id_ not in found.queries), None)
    if unknown is not None:
        what = f"has {unknown!r}, which queries.jsonl lacks"
        raise GoldInvalid([Problem(place=f"{folder}/qrels/{split}.tsv", field="query-id", what=what)])
    told = ["BEIR names documents and no facts, so that only finding and citing them is scored"]
    if others:
        told.append(f"split {split} was read; {', '.join(others)} left out")
    drafts = [_draft(id_, grades, found, library, split=split) for id_, grades in found.splits[split].items()]
    return drafts, [Note(what=what, cases=(str(folder),)) for what in told]


def _draft(id_: str, grades: Mapping[str, int], found: BeirFolder, library: Library | None, *, split: str) -> Draft:
    """Draft a query; each document of positive grade is evidence for a part of its own."""
    place, text = found.queries[id_]
    relevant = [document for document, grade in grades.items() if grade > 0]
    anchored = [_anchored(document, found.documents.get(document), library) for document in relevant]
    remark = "a relevant document is none of the articles, so that it became no evidence"
    return Draft(
        place=place,
        id=id_,
        question=text.strip(),
        evidence=tuple(one for alternatives in anchored for one in alternatives),
        tags=("beir", split),
        remarks=() if all(anchored) else (remark,),
    )


def _anchored(id_: str, document: tuple[str, str] | None, library: Library | None) -> tuple[Evidence, ...]:
    """Anchor a document as the whole article of the same id, else where its text occurs in the articles."""
    if library is None:
        return (Evidence(article_id=id_, quote=None, part=id_),)
    for name in (id_, article_slug(id_)):
        if name in library:
            return (Evidence(article_id=name, quote=None, part=id_),)
    return library.locate(document[1], part=id_).evidence if document and document[1].strip() else ()


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for row in _judgements(path):
        grade = row.required("score")
        try:
            grades.setdefault(row.required("query-id"), {})[row.required("corpus-id")] = int(grade)
        except ValueError:
            raise row.wrong("score", f"is {grade!r}; it must be a whole number") from None
    return grades


def _judgements(path: Path) -> Iterator[Row]:
    """Yield the lines after the header, whose third column is not a number."""
    for number, line in enumerate(read_text(path).split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and not cells[-1].lstrip("-").isdigit()):
            continue
        if len(cells) != 3:
            what = f"has {len(cells)} columns; it must have query-id, corpus-id and score, with tabs between"
            raise GoldInvalid([Problem(place=f"{path}:{number}", field="line", what=what)])
        yield Row(place=f"{path}:{number}", fields=dict(zip(("query-id", "corpus-id", "score"), cells, strict=True)))
