"""Import gold cases from RAGAS, DeepEval, promptfoo, SQuAD, BEIR and our own CSV.

Notes report whatever a format lacks or expresses differently; nothing is dropped silently.
"""

from enum import StrEnum
from pathlib import Path

from eval.cases.case_file import GoldInvalid, Problem
from eval.cases.importing.beir import beir_drafts, is_beir
from eval.cases.importing.contexts import Articles, Library
from eval.cases.importing.deepeval import deepeval_drafts
from eval.cases.importing.drafts import Imported, Note, finish
from eval.cases.importing.files import has_lines, read_document, read_rows, read_text
from eval.cases.importing.promptfoo import promptfoo_drafts
from eval.cases.importing.ragas import ragas_drafts
from eval.cases.importing.rows import Row
from eval.cases.importing.squad import is_squad, squad_drafts
from eval.cases.importing.table import read_own

__all__ = ["Articles", "Form", "Imported", "Note", "detect_form", "import_gold"]


class Form(StrEnum):
    """File format of a test set."""

    GOLD = "gold"
    """Ours, as JSON Lines or CSV."""
    RAGAS = "ragas"
    DEEPEVAL = "deepeval"
    PROMPTFOO = "promptfoo"
    SQUAD = "squad"
    BEIR = "beir"


def import_gold(path: Path, *, form: Form | None, articles: Articles | None) -> Imported:
    """Import gold cases from a file, or from a folder in BEIR's format.

    Args:
        path: the file or folder.
        form: its format; None to detect it.
        articles: texts by id, searched for contexts, which become evidence; with None only formats that name their
            documents (SQuAD, BEIR) give evidence.

    Raises:
        GoldInvalid: the file is missing, unreadable, or has malformed rows; all of them are listed by file, line or
            number, and field.
    """
    form = form or detect_form(path)
    library = None if articles is None else Library(articles)
    match form:
        case Form.GOLD:
            return Imported(cases=read_own(path), notes=())
        case Form.RAGAS:
            return finish(ragas_drafts(read_rows(path), library))
        case Form.DEEPEVAL:
            return finish(deepeval_drafts(read_rows(path), library))
        case Form.PROMPTFOO:
            return finish(*promptfoo_drafts(path, library))
        case Form.SQUAD:
            return finish(squad_drafts(path, read_document(path), library))
        case Form.BEIR:
            return finish(*beir_drafts(path, library))


def detect_form(path: Path) -> Form:
    """Detect the format of a file or folder by its fields.

    Raises:
        GoldInvalid: it is missing, unreadable, or of an unknown format.
    """
    if path.is_dir():
        if is_beir(path):
            return Form.BEIR
        raise _unknown(path, "is a folder without qrels/test.tsv, dev.tsv or train.tsv; name a file")
    suffix = path.suffix.lower()
    if suffix in {".yaml", ".yml"}:
        return Form.PROMPTFOO
    if suffix == ".json" and not has_lines(read_text(path)):
        document = read_document(path)
        if is_squad(document):
            return Form.SQUAD
        if isinstance(document, dict) and document.keys() & {"tests", "scenarios"}:
            return Form.PROMPTFOO
    found = _by_fields(read_rows(path)[0])
    if found is None:
        raise _unknown(path, f"is of no form that can be told; name it: --form {', '.join(Form)}")
    return found


def _by_fields(row: Row) -> Form | None:
    names = row.fields.keys()
    if {"id", "question", "answerable"} <= names:
        return Form.GOLD
    if "vars" in names or any(name.startswith("__expected") for name in names):
        return Form.PROMPTFOO
    if "user_input" in names or ("question" in names and names & {"ground_truth", "ground_truths", "contexts"}):
        return Form.RAGAS
    if "scenario" in names or (
        "input" in names and names & {"expected_output", "expectedOutput", "actual_output", "context"}
    ):
        return Form.DEEPEVAL
    return None


def _unknown(path: Path, what: str) -> GoldInvalid:
    return GoldInvalid([Problem(place=str(path), field="form", what=what)])
