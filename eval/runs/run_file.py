"""Reads and writes run files: JSON with readable diffs, one field a line, and all times at the end.

The schema is `RunFile`; a file that does not match is refused with the wrong field's name.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, NotRequired

from pydantic import Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # Pydantic requires this one before Python 3.12.

from assistant.answer.answer import ModelUse
from eval.cases.case import to_row
from eval.cases.case_file import STRICT, CaseRow, case_of
from eval.files import write_whole
from eval.measures.registry import BY_NAME
from eval.runs.results import DIGITS, CaseResult, Cited, Epoch, Outcome, Provenance, Run, Score
from eval.runs.summary import count_cases, summarise
from index.errors import UserError

FORMAT = 1

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


@with_config(STRICT)
class CitationRow(TypedDict):
    """A receipt; its number is its position in the list."""

    article: str
    start: Count
    end: Count
    quote: str
    spans: list[tuple[Count, Count]]


@with_config(STRICT)
class UsageRow(TypedDict):
    """Usage of models, as `ModelUse`."""

    calls: Count
    prompt_tokens: Count
    completion_tokens: Count
    cost: Amount | None
    estimated: bool


@with_config(STRICT)
class EpochRow(TypedDict):
    """One of several askings, as `Epoch`."""

    outcome: Outcome
    text: str
    scores: dict[str, Share | None]


@with_config(STRICT)
class ResultRow(CaseRow):
    """A case with its outcome, as `CaseResult`; empty fields are left out."""

    outcome: Outcome
    error: NotRequired[str]
    reason: NotRequired[str]
    searched: NotRequired[str]
    text: NotRequired[str]
    citations: NotRequired[list[CitationRow]]
    broken_receipts: NotRequired[Count]
    degraded: NotRequired[str]
    judgements: NotRequired[dict[str, list[bool]]]
    epochs: NotRequired[list[EpochRow]]
    usage: NotRequired[UsageRow]
    unscored: NotRequired[dict[str, str | None]]
    confidence: Share | None
    would_be_right: bool | None
    scores: dict[str, Share | None]


@with_config(STRICT)
class TimesRow(TypedDict):
    """Times: all that differs between two runs of equal provenance."""

    started: str
    seconds: Amount
    attempt: NotRequired[Annotated[int, Field(ge=1)]]
    cases: dict[str, Amount]


@with_config(STRICT)
class RunFile(TypedDict):
    """A run file."""

    format: Literal[1]
    tag: str | None
    gold: str
    provenance: Provenance
    deterministic: NotRequired[bool | None]
    counts: NotRequired[dict[str, int]]
    summary: NotRequired[dict[str, dict[str, float | None]]]
    cases: list[ResultRow]
    times: TimesRow


_RUN: TypeAdapter[RunFile] = TypeAdapter(RunFile)


def check_out(path: Path) -> None:
    """Check, before anything is asked, that a run can be written to `path`.

    Raises:
        UserError: it is a folder, or a file that is not a run and would be overwritten.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder", "name a file for the run with --out")
    if path.exists():
        with path.open("rb") as file:
            if not file.read(64).startswith(b'{\n "format": '):
                raise UserError(f"{path} is there and is no run, so it is not replaced", "name another file with --out")


def write_run(run: Run, path: Path) -> None:
    """Write a run atomically."""
    write_whole(path, run_text(run))


def run_text(run: Run) -> str:
    """Format a run as its file; equal but for "times" for runs of equal provenance."""
    head: dict[str, object] = {
        "format": FORMAT,
        "tag": run.tag,
        "gold": run.gold,
        "provenance": asdict(run.provenance),
        "deterministic": run.deterministic,
        "counts": asdict(count_cases(run.results)),
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
    told = {"started": run.started, "seconds": run.seconds, "attempt": run.attempt, "cases": times}
    lines += [f' "times": {_json(told)}', "}", ""]
    return "\n".join(lines)


def read_run(path: Path) -> Run:
    """Read a run.

    Raises:
        UserError: the file is missing, or no run that this version can read; names the field.
    """
    try:
        data = _RUN.validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "make one with `assistant eval run`") from error
    except ValidationError as error:
        raise UserError(f"{path} is no run ({first_mistake(error)})", "make one with `assistant eval run`") from None
    times = data["times"]
    for wrong in _inconsistencies(data):
        raise UserError(f"{path} is no run ({wrong})", "make one with `assistant eval run`")
    return Run(
        tag=data["tag"],
        gold=data["gold"],
        provenance=data["provenance"],
        results=tuple(result_of(row, seconds=times["cases"][row["id"]]) for row in data["cases"]),
        started=times["started"],
        seconds=times["seconds"],
        deterministic=data.get("deterministic"),
        attempt=times.get("attempt", 1),
    )


def _inconsistencies(data: RunFile) -> Iterator[str]:
    """Yield what the fields of a run contradict, each by itself being valid."""
    if not data["cases"]:
        yield "cases is empty"
    seen: set[str] = set()
    for number, row in enumerate(data["cases"], 1):
        if row["id"] in seen:
            yield f"cases[{number}].id is {row['id']!r}, as is another"
        seen.add(row["id"])
        if row["id"] not in data["times"]["cases"]:
            yield f"times.cases lacks {row['id']!r}"
        for name, value in row["scores"].items():
            if name in BY_NAME and BY_NAME[name].binary and value not in {0.0, 1.0, None} and "epochs" not in row:
                yield f"cases[{number}].scores.{name} is {value}; a yes/no score is 0 or 1"


def run_digest(run: Run) -> str:
    """Compute twelve hexadecimal digits over a run's results, without its times."""
    return hashlib.sha256("\n".join(map(_block, run.results)).encode()).hexdigest()[:12]


def first_mistake(error: ValidationError) -> str:
    """Describe the first mistake of a file, as "cases[3].scores.correct is 7.0; …"."""
    details = error.errors(include_url=False)
    detail = next((one for one in details if one["loc"] == ("format",)), details[0])
    name = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in detail["loc"]).removeprefix(".")
    if name == "format":
        value = None if detail["type"] == "missing" else detail["input"]
        return f"its format is {value!r}, this version reads {FORMAT}"
    if detail["type"] in {"json_invalid", "missing", "extra_forbidden"}:
        what = {"missing": "is missing", "extra_forbidden": "is not known"}.get(detail["type"], detail["msg"])
        return f"{name} {what}".strip()
    message = "it must not be blank" if detail["type"] == "string_pattern_mismatch" else detail["msg"].lower()
    value = repr(detail["input"])
    return f"{name} is {value if len(value) <= 60 else value[:57] + '…'}; {message}"


def result_row(result: CaseResult) -> dict[str, object]:
    """Convert a result to JSON, without its time and empty fields."""
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
        "epochs": [
            {"outcome": one.outcome.value, "text": one.text, "scores": dict(one.scores)} for one in result.epochs
        ],
        "usage": _usage_row(result.usage) if result.usage else None,
        "unscored": {score.name: score.reason for score in result.unscored},
    }
    row |= {key: value for key, value in optional.items() if value not in (None, "", 0, [], {})}
    row["confidence"] = result.confidence
    row["would_be_right"] = result.would_be_right
    row["scores"] = {s.name: s.value for s in result.scores}
    return row


def result_of(row: ResultRow, *, seconds: float) -> CaseResult:
    """Convert the JSON of a result back."""
    reasons = row.get("unscored", {})
    usage = row.get("usage")
    return CaseResult(
        case=case_of(row),
        outcome=row["outcome"],
        error=row.get("error"),
        reason=row.get("reason"),
        searched=row.get("searched", row["question"] if row["outcome"] is not Outcome.FAILED else ""),
        text=row.get("text", ""),
        citations=tuple(
            Cited(
                number=number,
                article_id=cited["article"],
                start=cited["start"],
                end=cited["end"],
                quote=cited["quote"],
                answer_spans=tuple(cited["spans"]),
            )
            for number, cited in enumerate(row.get("citations", []), 1)
        ),
        broken_receipts=row.get("broken_receipts", 0),
        confidence=row["confidence"],
        would_be_right=row["would_be_right"],
        degraded=row.get("degraded"),
        scores=tuple(Score(name=name, value=value, reason=reasons.get(name)) for name, value in row["scores"].items()),
        judgements={name: tuple(verdicts) for name, verdicts in row.get("judgements", {}).items()},
        epochs=tuple(Epoch(**one) for one in row.get("epochs", [])),
        usage=ModelUse(**usage) if usage else None,
        seconds=seconds,
    )


def _citation_row(cited: Cited) -> dict[str, object]:
    return {
        "article": cited.article_id,
        "start": cited.start,
        "end": cited.end,
        "quote": cited.quote,
        "spans": [list(span) for span in cited.answer_spans],
    }


def _usage_row(usage: ModelUse) -> dict[str, object]:
    return {name: getattr(usage, name) for name in UsageRow.__annotations__}


def _nested(key: str, value: object) -> list[str]:
    """Format a top-level pair; pairs of an object are on a line each."""
    if not isinstance(value, dict) or not value:
        return [f" {_pair(key, value)},"]
    inner = ",\n".join(f"  {_pair(name, one)}" for name, one in value.items())
    return [f" {json.dumps(key)}: {{", inner, " },"]


def _block(result: CaseResult) -> str:
    """Format a case with a line for each field."""
    return "  {\n" + ",\n".join(f"   {_pair(key, value)}" for key, value in result_row(result).items()) + "\n  }"


def _pair(key: str, value: object) -> str:
    return f"{json.dumps(key)}: {_json(value)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
