"""Writes each finished case of a run at once, one a line, so that an interrupted run can be resumed."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from eval.cases.case_file import STRICT
from eval.runs.results import CaseResult, Provenance, Run
from eval.runs.run_file import ResultRow, first_mistake, result_of, result_row
from index.counts import counted
from index.errors import UserError


@with_config(STRICT)
class JournalEntry(TypedDict):
    """A line of the journal after the first."""

    seconds: float
    case: ResultRow


_ENTRY: TypeAdapter[JournalEntry] = TypeAdapter(JournalEntry)


def journal_path(out: Path) -> Path:
    """Path of the journal beside the run file `out`."""
    return out.with_name(f"{out.name}.partial")


class Journal:
    """The finished cases of a run."""

    def __init__(self, path: Path, done: Mapping[str, CaseResult], descriptor: int) -> None:
        self.path = path
        self.done = done
        """Results of an earlier, interrupted run, by the case's id."""
        self._descriptor = descriptor

    def keep(self, result: CaseResult) -> None:
        """Append a finished case; it is in the file when this returns."""
        _append(self._descriptor, {"seconds": result.seconds, "case": result_row(result)})


@contextmanager
def open_journal(out: Path, *, gold: str, provenance: Provenance, resume: bool) -> Iterator[Journal]:
    """Open the journal beside the run file `out`; it is removed when the run completes.

    Args:
        out: the run file to be written.
        gold: digest of the cases.
        provenance: of the run.
        resume: continue an interrupted run.

    Raises:
        UserError: there is nothing to resume, the journal has other cases, index or settings, or it cannot be
            written.
    """
    path = journal_path(out)
    head = {"gold": gold, "provenance": asdict(provenance)}
    done = _left(path, head) if resume else {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_TRUNC), 0o666)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another file with --out") from error
    try:
        if not resume:
            _append(descriptor, head)
        yield Journal(path, done, descriptor)
    finally:
        os.close(descriptor)
    path.unlink()


def read_unfinished(out: Path) -> Run | None:
    """Read what is finished of the run that is to be written to `out`; None if nothing is.

    Raises:
        UserError: the journal is damaged.
    """
    path = journal_path(out)
    try:
        lines = [line for line in path.read_bytes().split(b"\n") if _is_json(line)]
    except OSError:
        return None
    results = tuple(_results(path, lines[1:]).values())
    if not results:
        return None
    head = json.loads(lines[0])
    return Run(
        tag=f"{counted(len(results), 'case')} so far",
        gold=head["gold"],
        provenance=Provenance(**head["provenance"]),
        results=results,
        started=datetime.fromtimestamp(path.stat().st_ctime, UTC).isoformat(timespec="seconds"),
        seconds=round(sum(one.seconds for one in results), 3),
    )


def _left(path: Path, head: Mapping[str, object]) -> dict[str, CaseResult]:
    """Read the results of an interrupted run, by case id."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(
            f"there is nothing to resume: {path} cannot be read ({error.strerror})", "run without --resume"
        ) from error
    whole = [line for line in lines if _is_json(line)]  # The last line may be cut off, even within a character.
    if not whole or json.loads(whole[0]) != json.loads(json.dumps(head)):
        raise UserError(
            f"{path} is of other cases, or of another index or other settings", "run without --resume to start afresh"
        )
    return _results(path, whole[1:])


def _results(path: Path, lines: Sequence[bytes]) -> dict[str, CaseResult]:
    try:
        rows = [_ENTRY.validate_json(line) for line in lines]
    except ValidationError as error:
        raise UserError(f"{path} is damaged ({first_mistake(error)})", "run without --resume to start afresh") from None
    return {row["case"]["id"]: result_of(row["case"], seconds=row["seconds"]) for row in rows}


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _append(descriptor: int, row: Mapping[str, object]) -> None:
    """Append a line in one write that begins with a line feed, which ends a line that was cut off."""
    os.write(descriptor, ("\n" + json.dumps(row, ensure_ascii=False)).encode())
