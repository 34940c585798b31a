"""Runs as files: JSON that a reviewer can read in a diff, one idea a line, times in one place at the end."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from eval.cases.case import Evidence, GoldCase, to_row
from eval.files import write_whole
from eval.runs.results import DIGITS, CaseResult, Cited, Outcome, Provenance, Run, Score, Usage
from eval.runs.summary import summarise
from index.errors import UserError

FORMAT = 1


def check_out(path: Path) -> None:
    """Refuse a place where no run can go, before anything is asked.

    Raises:
        UserError: it is a folder, or a file that is no run and would be lost.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file for the run with --out")
    if path.exists():
        with path.open("rb") as file:
            if not file.read(64).startswith(b'{\n "format": '):
                raise UserError(f"{path} is there and is no run, so it is not replaced; name another file with --out")


def write_run(run: Run, path: Path) -> None:
    """Write a run, whole or not at all."""
    write_whole(path, run_text(run))


def run_text(run: Run) -> str:
    """The file's text. Equal but for "times" if everything that produced two runs is equal."""
    head: dict[str, object] = {
        "format": FORMAT,
        "tag": run.tag,
        "gold": run.gold,
        "provenance": asdict(run.provenance),
        "summary": {
            line.name: {
                "mean": _rounded(line.mean),
                "scored": line.scored,
                "unscored": line.unscored,
                "failed": line.failed,
            }
            for line in summarise(run.results)
        },
    }
    lines = ["{"]
    for key, value in head.items():
        lines += _nested(key, value)
    lines.append(' "cases": [')
    lines += [",\n".join(_block(result) for result in run.results), " ],"]
    times = {one.case.id: one.seconds for one in run.results}
    lines += [f' "times": {_json({"started": run.started, "seconds": run.seconds, "cases": times})}', "}", ""]
    return "\n".join(lines)


def read_run(path: Path) -> Run:
    """Read a run.

    Raises:
        UserError: the file is missing or no run that this version can read.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or "cases" not in data:
            raise ValueError("it has no cases")
        if data.get("format") != FORMAT:
            raise ValueError(f"its format is {data.get('format')!r}, this version reads {FORMAT}")
        times = data["times"]
        return Run(
            tag=data["tag"],
            gold=data["gold"],
            provenance=Provenance(**data["provenance"]),
            results=tuple(result_of(row, seconds=times["cases"][row["id"]]) for row in data["cases"]),
            started=times["started"],
            seconds=times["seconds"],
        )
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); make one with `assistant eval run`") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        told = f"{type(error).__name__} {error}" if not isinstance(error, ValueError) else str(error)
        raise UserError(f"{path} is no run ({told}); make one with `assistant eval run`") from error


def result_row(result: CaseResult) -> dict[str, object]:
    """A result as JSON, time apart; what is empty is left out."""
    row = to_row(result.case)
    row["outcome"] = result.outcome.value
    optional: dict[str, object] = {
        "error": result.error,
        "reason": result.reason,
        "searched": result.searched if result.searched != result.case.question else None,
        "text": result.text,
        "citations": [_citation_row(c) for c in result.citations],
        "broken_receipts": result.broken_receipts,
        "degraded": result.degraded,
        "judgements": {name: list(verdicts) for name, verdicts in result.judgements.items()},
        "usage": asdict(result.usage) if result.usage else None,
        "unscored": {score.name: score.reason for score in result.unscored},
    }
    row |= {key: value for key, value in optional.items() if value not in (None, "", 0, [], {})}
    row["confidence"] = result.confidence
    row["would_be_right"] = result.would_be_right
    row["scores"] = {s.name: s.value for s in result.scores}
    return row


def result_of(row: Mapping[str, Any], *, seconds: float) -> CaseResult:
    """A result from its JSON."""
    reasons = row.get("unscored", {})
    usage = row.get("usage")
    return CaseResult(
        case=_case_of(row),
        outcome=Outcome(row["outcome"]),
        error=row.get("error"),
        reason=row.get("reason"),
        searched=row.get("searched", row["question"] if row["outcome"] != "failed" else ""),
        text=row.get("text", ""),
        citations=tuple(
            Cited(
                number=number,
                article_id=c["article"],
                start=c["start"],
                end=c["end"],
                quote=c["quote"],
                answer_spans=tuple((a, b) for a, b in c["spans"]),
            )
            for number, c in enumerate(row.get("citations", []), 1)
        ),
        broken_receipts=row.get("broken_receipts", 0),
        confidence=row["confidence"],
        would_be_right=row["would_be_right"],
        degraded=row.get("degraded"),
        scores=tuple(Score(name=name, value=value, reason=reasons.get(name)) for name, value in row["scores"].items()),
        judgements={name: tuple(verdicts) for name, verdicts in row.get("judgements", {}).items()},
        usage=Usage(**usage) if usage else None,
        seconds=seconds,
    )


def _case_of(row: Mapping[str, Any]) -> GoldCase:
    return GoldCase(
        id=row["id"],
        question=row["question"],
        turns=tuple(row.get("turns", [])),
        facts=tuple(tuple(fact) for fact in row.get("facts", [])),
        never=tuple(row.get("never", [])),
        short=tuple(row.get("short", [])),
        evidence=tuple(
            Evidence(article_id=one["article"], quote=one.get("quote"), part=one.get("part", str(number)))
            for number, one in enumerate(row.get("evidence", []), 1)
        ),
        answerable=row["answerable"],
        tags=tuple(row.get("tags", [])),
        as_of=date.fromisoformat(row["as_of"]) if row.get("as_of") else None,
        note=row.get("note"),
    )


def _citation_row(cited: Cited) -> dict[str, object]:
    return {
        "article": cited.article_id,
        "start": cited.start,
        "end": cited.end,
        "quote": cited.quote,
        "spans": [list(span) for span in cited.answer_spans],
    }


def _nested(key: str, value: object) -> list[str]:
    """A top-level pair; an object's own pairs stand on a line each."""
    if not isinstance(value, dict) or not value:
        return [f" {_pair(key, value)},"]
    inner = ",\n".join(f"  {_pair(name, one)}" for name, one in value.items())
    return [f" {json.dumps(key)}: {{", inner, " },"]


def _block(result: CaseResult) -> str:
    """A case with a line for each of its fields."""
    return "  {\n" + ",\n".join(f"   {_pair(key, value)}" for key, value in result_row(result).items()) + "\n  }"


def _pair(key: str, value: object) -> str:
    return f"{json.dumps(key)}: {_json(value)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
