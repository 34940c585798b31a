"""Import gold from promptfoo: tests of a configuration or a test file, as YAML, JSON, JSON Lines or CSV.

A test has vars, which fill its prompt, and assertions on the output. Assertions on the text of an answer become
facts; all others are reported in notes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from eval.cases.importing.assertions import TYPES, Expected, expectations
from eval.cases.importing.contexts import Library
from eval.cases.importing.drafts import Draft, Note, drafted, with_contexts, with_reference
from eval.cases.importing.files import read_document, read_rows, rows_of
from eval.cases.importing.rows import Row, shown

QUESTION = ("question", "query", "user_input", "input", "user_question", "message", "prompt", "text")
"""Names of the variable with the question, in order of preference; else the only variable is it."""

ELSEWHERE = "tests in another file"
"""Marks an item of a list of tests that names another file."""

CONTEXT = ("context", "contexts", "documents")
"""Names of the variable with passages of articles."""


def promptfoo_drafts(path: Path, library: Library | None) -> tuple[list[Draft], list[Note]]:
    """Draft the tests of a file; returns them with notes on the whole file.

    Raises:
        GoldInvalid: it is malformed.
    """
    rows, notes, document = _tests(path)
    templates = document.get("assertionTemplates")
    default = document.get("defaultTest")
    if isinstance(default, str):
        notes.append(Note(what=f"defaultTest is in another file ({default}), which was not read", cases=(str(path),)))
    shared = default if isinstance(default, dict) else {}
    named = templates if isinstance(templates, dict) else {}
    drafts = drafted(rows, lambda row: list(_drafts(_merged(row, shared), named, library)))
    return drafts, notes


def _tests(path: Path) -> tuple[list[Row], list[Note], Mapping[str, object]]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return [_from_cells(row) for row in read_rows(path)], [], {}
    if suffix in {".jsonl", ".ndjson"}:
        return read_rows(path), [], {}
    document = read_document(path)
    config = document if isinstance(document, dict) else {}
    tests = config.get("tests", [] if "scenarios" in config else document)
    listed = [tests] if isinstance(tests, str) else tests
    told = []
    if isinstance(listed, list):  # References to other files keep their places, so that item numbers stay right.
        named = [one if isinstance(one, str) else one.get("path") if isinstance(one, dict) else None for one in listed]
        told += [f"tests in another file were not read; import {name} by itself" for name in named if name]
        listed = [{ELSEWHERE: True} if name else one for name, one in zip(named, listed, strict=True)]
    if config.get("scenarios"):
        told.append("scenarios were left out; write them as tests")
    rows = [row for row in rows_of(path, listed) if ELSEWHERE not in row.fields]
    return rows, [Note(what=what, cases=(str(path),)) for what in told], config


def _from_cells(row: Row) -> Row:
    """Convert a row of a CSV file: columns are variables, `__expected…` assertions, other `__…` settings."""
    asserts, variables = [], {}
    metadata: dict[str, object] = {}
    settings: dict[str, object] = {}
    for name, cell in row.fields.items():
        if not isinstance(cell, str) or not cell.strip():
            continue
        if re.fullmatch(r"__expected\d*", name):
            asserts.append(_from_cell(cell.strip()))
        elif name.startswith("__metadata:"):
            key = name.removeprefix("__metadata:")
            metadata[key.removesuffix("[]")] = re.split(r"(?<!\\),", cell) if key.endswith("[]") else cell
        elif name.startswith("__"):
            settings[name.removeprefix("__")] = cell
        else:
            variables[name] = cell
    fields = {"vars": variables, "assert": asserts, "metadata": metadata, **settings}
    return Row(place=row.place, fields=fields)


def _from_cell(cell: str) -> dict[str, object]:
    match = re.fullmatch(r"(?s)(not-)?([a-z][a-z:-]*[a-z])(?:\([\d.]+\))?(?::\s*(.*))?", cell)
    if match is None or match[2] not in TYPES:  # "note: five" is an answer with a colon in it.
        return {"type": "equals", "value": cell}
    return {"type": f"{match[1] or ''}{match[2]}", "value": match[3]}


def _merged(row: Row, shared: Mapping[str, object]) -> Row:
    """Add the variables, assertions and metadata that all tests share."""
    fields = dict(row.fields)
    for name in ("vars", "metadata"):
        own, common = fields.get(name), shared.get(name)
        if own is not None and not isinstance(own, dict):
            raise row.wrong(name, f"is {shown(own)}; it must be an object")
        fields[name] = {**(common if isinstance(common, dict) else {}), **(own or {})}
    own, common = fields.get("assert") or [], shared.get("assert") or []
    if not isinstance(own, list):
        raise row.wrong("assert", f"is {shown(own)}; it must be a list of assertions")
    fields["assert"] = [*(common if isinstance(common, list) else []), *own]
    fields.setdefault("threshold", shared.get("threshold"))
    return Row(place=row.place, fields=fields)


def _drafts(row: Row, templates: Mapping[str, object], library: Library | None) -> Iterator[Draft]:
    """Yield one draft, or one a question if the variable is a list of questions, as promptfoo does."""
    variables = row.fields["vars"]
    assert isinstance(variables, dict)
    name = _question_name(row, variables)
    questions = variables[name] if isinstance(variables[name], list) else [variables[name]]
    for question in questions:
        if not isinstance(question, str) or not question.strip():
            raise row.wrong(f"vars.{name}", f"is {shown(question)}; it must be text")
        if question.startswith("file://"):
            raise row.wrong(f"vars.{name}", f"is in another file ({question}); write the question in its place")
        filled = {str(key): value for key, value in variables.items()} | {name: question}
        yield _draft(row, filled, name, expectations(row, filled, templates), library)


def _draft(row: Row, variables: Mapping[str, object], name: str, expected: Expected, library: Library | None) -> Draft:
    metadata = row.fields["metadata"]
    described = metadata if isinstance(metadata, dict) else {}
    tags = [
        f"{key}:{one}" for key, value in described.items() for one in (value if isinstance(value, list) else [value])
    ]
    remarks = [*expected.remarks]
    if row.has("threshold"):
        remarks.append("threshold of the test has no counterpart here: every fact counts; left out")
    used = {name, *CONTEXT, *expected.variables}
    remarks += [f"variable {key} was left out" for key in variables if key not in used]
    question = variables[name]
    draft = Draft(
        place=row.place,
        question=question if isinstance(question, str) else "",
        id=row.text("description"),
        facts=expected.facts,
        never=expected.never,
        short=expected.short,
        answerable=not expected.refusal or bool(expected.facts or expected.references),
        tags=("promptfoo", *tags),
        remarks=tuple(remarks),
    )
    if expected.refusal and draft.answerable:
        draft = replace(draft, remarks=(*draft.remarks, "is-refusal beside expected text was left out"))
    for reference in expected.references:
        draft = with_reference(draft, reference, field="expected text")
    contexts = [context for key in CONTEXT for context in _contexts(row, variables, key)]
    return with_contexts(draft, contexts, library, field="context") if draft.answerable else draft


def _contexts(row: Row, variables: Mapping[str, object], name: str) -> tuple[str, ...]:
    return Row(place=row.place, fields=variables).texts(name)


def _question_name(row: Row, variables: Mapping[object, object]) -> str:
    texts = [str(name) for name, value in variables.items() if isinstance(value, (str, list))]
    found = next((name for name in QUESTION if name in texts), None)
    if found is None and len(texts) == 1:
        found = texts[0]
    if found is None:
        what = f"are {shown(list(map(str, variables)))}; name the question one of {', '.join(QUESTION)}"
        raise row.wrong("vars", what)
    return found
