"""Keeps the cases that a person accepts as wrong against a baseline, in a file beside it."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # Pydantic requires this one before Python 3.12.

from eval.cases.case_file import STRICT, Day, Text
from eval.files import write_whole
from eval.runs.results import Run
from eval.runs.run_file import first_mistake, run_digest
from index.errors import UserError, did_you_mean, reason_of


@with_config(STRICT)
class AcceptedRow(TypedDict):
    """A line of the file."""

    case: Text
    """Id of the case."""
    why: Text
    """The person's reason."""
    baseline: Text
    """Digest of the baseline; with another one the acceptance no longer counts."""
    day: Day


_ROW: TypeAdapter[AcceptedRow] = TypeAdapter(AcceptedRow)


def accepted_path(baseline: Path) -> Path:
    """Path of the file beside a baseline; not `.jsonl`, as gold is, which is often in the same folder."""
    return baseline.with_name(f"{baseline.stem}.accepted.ndjson")


def read_accepted(path: Path, baseline: Run) -> dict[str, str]:
    """Read the reasons by case; lines about another baseline are passed over.

    Raises:
        UserError: the file cannot be read, or a line is malformed.
    """
    if not path.exists():
        return {}
    digest = run_digest(baseline)
    return {row["case"]: row["why"] for row in _rows(path) if row["baseline"] == digest}


def accept(cases: Sequence[str], why: str, *, path: Path, baseline: Run, today: date) -> None:
    """Add cases to the file; lines about another baseline are dropped, and a case's earlier line is replaced.

    Raises:
        UserError: the baseline lacks a case, there is no reason, or the file cannot be read or written.
    """
    if not why.strip():
        raise UserError("no reason is given", 'say why the answer may be wrong: --why "the article was withdrawn"')
    known = [result.case.id for result in baseline.results]
    for case in cases:
        _require(case, known)
    digest = run_digest(baseline)
    kept = read_accepted(path, baseline) if path.exists() else {}
    rows = [row for row in _rows(path) if row["case"] in kept and row["case"] not in cases] if kept else []
    lines = [json.dumps({**row, "day": str(row["day"])}, ensure_ascii=False) for row in rows]
    lines += [
        json.dumps({"case": case, "why": why.strip(), "baseline": digest, "day": today.isoformat()}, ensure_ascii=False)
        for case in dict.fromkeys(cases)
    ]
    write_whole(path, "".join(f"{line}\n" for line in lines))


def _require(case: str, known: Collection[str]) -> None:
    if case not in known:
        hint = did_you_mean(case, known, "name a case as the gate's report does")
        raise UserError(f"the baseline has no case {case!r}", hint)


def _rows(path: Path) -> list[AcceptedRow]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} cannot be read ({reason_of(error)})", "restore it, or remove it and accept the cases anew"
        ) from error
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(_ROW.validate_json(line))
            except ValidationError as error:
                raise UserError(
                    f"{path}:{number} is no accepted case ({first_mistake(error)})", "correct the line, or remove it"
                ) from None
    return rows
