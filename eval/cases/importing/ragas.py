"""Import gold from RAGAS: testsets and evaluation datasets as JSON Lines, JSON or CSV.

Fields since version 0.2: user_input, reference, reference_contexts, retrieved_contexts, response,
synthesizer_name and others; before: question, ground_truth (or ground_truths), contexts, answer,
evolution_type.
"""

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from eval.cases.importing.contexts import Library
from eval.cases.importing.drafts import Draft, drafted, with_contexts, with_reference
from eval.cases.importing.rows import Row

ABSENT = re.compile(r"(?i)\W*the answer to (?:the )?given question is not present in (?:the )?context\W*")
"""Reference that RAGAS before 0.2 writes for an unanswerable question."""

WITHOUT_COUNTERPART = (
    "rubrics", "rubric", "reference_tool_calls", "reference_topics", "reference_context_ids", "persona_name",
    "query_style", "query_length",
)  # fmt: skip
"""Fields that have no counterpart in gold."""

HOP = re.compile(r"\A\s*<\d+-hop>\s*")
"""Prefix of each context of a multi-hop question; not part of the article."""


def ragas_drafts(rows: Sequence[Row], library: Library | None) -> list[Draft]:
    """Draft the rows of a RAGAS file."""
    return drafted(rows, lambda row: [_draft(row, library)])


def _draft(row: Row, library: Library | None) -> Draft:
    turns, question = _conversation(row)
    tags = ("ragas", *filter(None, [row.text("synthesizer_name", "evolution_type")]))
    draft = Draft(
        place=row.place, question=question, turns=turns, id=row.text("id"), tags=tags, remarks=tuple(_remarks(row))
    )
    reference = _reference(row)
    if reference is not None and ABSENT.fullmatch(reference):
        remark = "unanswerable, since the reference says that the context has no answer; look them over"
        return replace(draft, answerable=False, remarks=(*draft.remarks, remark))
    draft = with_reference(draft, reference, field="reference")
    field = "reference_contexts" if row.has("reference_contexts") or not _is_testset(row) else "contexts"
    contexts = [HOP.sub("", context) for context in row.texts(field)]
    return with_contexts(draft, contexts, library, field=field)


def _is_testset(row: Row) -> bool:
    """Whether `contexts` are the source of the question; in rows with an answer they are what a system retrieved."""
    return not row.has("answer", "response")


def _reference(row: Row) -> str | None:
    if row.has("reference", "ground_truth"):
        return row.text("reference", "ground_truth")
    several = row.texts("ground_truths")
    return several[0] if several else None


def _remarks(row: Row) -> list[str]:
    found = []
    retrieved = "retrieved_contexts" if row.has("retrieved_contexts") else "contexts"
    if row.has("retrieved_contexts") or (row.has("contexts") and not _is_testset(row)):
        found.append(f"{retrieved} is what a system retrieved, not gold; left out")
    answers = filter(row.has, ("response", "answer", "multi_responses"))
    found += [f"{name} is what a system answered, not gold; left out" for name in answers]
    found += [f"{name} has no counterpart here; left out" for name in filter(row.has, WITHOUT_COUNTERPART)]
    if len(row.texts("ground_truths")) > 1:
        found.append("only the first of several ground_truths was read")
    return found


def _conversation(row: Row) -> tuple[tuple[str, ...], str]:
    """Return the earlier questions and the last one."""
    name, value = row.take("user_input", "question")
    if isinstance(value, str) and value.lstrip().startswith("[{"):  # A conversation in a cell of a CSV file.
        value = _written(value)
    if not isinstance(value, list):
        return (), row.required("user_input", "question")
    asked = []
    for message in value:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise row.wrong(name, "is a conversation with a message that has no text as its content")
        if message.get("type", message.get("role")) in {"human", "user"}:
            asked.append(message["content"])
    if not asked:
        raise row.wrong(name, "is a conversation without a message of type human")
    return tuple(asked[:-1]), asked[-1]


def _written(cell: str) -> object:
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return cell
