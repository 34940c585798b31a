"""Import gold from DeepEval: goldens as its `save_as` writes them to JSON, JSON Lines and CSV.

In CSV and JSON Lines the texts of a list are joined by "|". The camelCase names of its platform's exports are read
too.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from eval.cases.case import Evidence
from eval.cases.importing.contexts import Library
from eval.cases.importing.drafts import Draft, drafted, with_contexts, with_reference
from eval.cases.importing.rows import Row
from index.text.loading import article_slug

SEPARATOR = "|"


def deepeval_drafts(rows: Sequence[Row], library: Library | None) -> list[Draft]:
    """Draft the rows of a DeepEval file."""
    return drafted(rows, lambda row: [_draft(row, library)])


def _draft(row: Row, library: Library | None) -> Draft:
    if not row.has("input") and row.has("scenario"):
        raise row.wrong(
            "scenario", "makes this a conversational golden, which has no question; import single-turn goldens"
        )
    draft = Draft(
        place=row.place,
        question=row.required("input"),
        id=row.text("name", "id"),
        tags=("deepeval",),
        note=_note(row),
        remarks=tuple(_remarks(row)),
    )
    reference = row.text("expected_output", "expectedOutput")
    draft = with_reference(draft, reference, field="expected_output")
    contexts = _contexts(row, library)
    draft = with_contexts(draft, contexts, library, field="context")
    if isinstance(row.fields.get("context"), str) and _left_out(str(row.fields["context"]), contexts):
        remark = "context stands in the articles only in part; its passages found there became evidence"
        draft = replace(draft, remarks=tuple(dict.fromkeys((*draft.remarks, remark))))
    return draft if contexts else _with_source(draft, row, library)


def _contexts(row: Row, library: Library | None) -> tuple[str, ...]:
    """Read the contexts: a list, or texts joined by the separator, which tables hold too."""
    _, value = row.take("context")
    if not isinstance(value, str) or value.lstrip().startswith(('["', "['")):
        return row.texts("context")
    return library.joined(value, SEPARATOR) if library else (value,)


def _left_out(text: str, contexts: Sequence[str]) -> bool:
    """Whether a text has words that none of the contexts taken out of it has."""
    return len(re.findall(r"\w+", text)) > sum(len(re.findall(r"\w+", context)) for context in contexts)


def _with_source(draft: Draft, row: Row, library: Library | None) -> Draft:
    """Take the whole article of the source file as evidence if the row has no context."""
    source = row.text("source_file", "sourceFile")
    if source is None or library is None:
        return draft
    stem = re.sub(r"\.\w{1,5}$", "", re.split(r"[\\/]", source)[-1])
    id_ = article_slug(stem)
    if id_ not in library:
        return replace(
            draft, remarks=(*draft.remarks, "source_file is none of the articles, so that it became no evidence")
        )
    remark = "source_file became evidence as a whole article, since there is no context"
    evidence = (Evidence(article_id=id_, quote=None, part="1"),)
    return replace(draft, evidence=evidence, remarks=(*draft.remarks, remark))


def _note(row: Row) -> str | None:
    told = []
    for names in (("comments",), ("source_file", "sourceFile")):
        text = row.text(*names)
        if text is not None:
            told.append(f"{names[0]}: {' '.join(text.split())}")
    for names in (
        ("additional_metadata", "additionalMetadata"),
        ("custom_column_key_values", "customColumnKeyValues"),
    ):
        _, value = row.take(*names)
        if value not in (None, {}, []):
            written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            told.append(f"{names[0]}: {written}")
    return "; ".join(told) or None


def _remarks(row: Row) -> list[str]:
    found = []
    if row.has("retrieval_context", "retrievalContext"):
        found.append("retrieval_context is what a system retrieved, not gold; left out")
    if row.has("actual_output", "actualOutput"):
        found.append("actual_output is what a system answered, not gold; left out")
    tools = (("tools_called", "toolsCalled"), ("expected_tools", "expectedTools"))
    found += [f"{names[0]} has no counterpart here; left out" for names in tools if row.has(*names)]
    return found
