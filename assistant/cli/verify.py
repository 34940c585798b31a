"""`assistant verify`: checks an answer's receipts against the articles as they are today."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import IndexOption, root_to_read, settings_from
from assistant.cli.output.progress import note
from index.counts import counted

if TYPE_CHECKING:
    from assistant.answer.receipts import Check


def verify(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help='A file with an answer as `ask --json` printed it, or "-".')
    ],
    index: IndexOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check an answer's receipts again: each quote holds, or has moved, changed or gone; exit 1 unless all hold.

    The closest passages of a refusal are checked in the same way.
    """
    from assistant.answer.receipts import check_answer, check_nearest
    from assistant.answer.sealing import identity
    from index.storage.store import open_index

    answers = _read(answer)
    snapshot = open_index(root_to_read(settings_from({"index": index})), note=note)
    numbers = {row.article_id: row.number for row in snapshot.articles.values()}

    def text_of(article_id: str) -> str | None:
        return snapshot.text(numbers[article_id]) if article_id in numbers else None

    checks = [check for one in answers for check in check_answer(one, text_of)]
    near = [check for one in answers for check in check_nearest(one, text_of)]
    snapshot.close()
    altered = sum(isinstance(one, dict) and "id" in one and identity(one) != one["id"] for one in answers)
    if json_:
        rows, others = [[asdict(check) for check in some] for some in (checks, near)]
        found = {"receipts": rows, "nearest": others, "altered_answers": altered}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        if _own_words(answers):
            print("nothing to prove: the words are the program's own")
        else:
            _print(checks, "[{}]", "receipt")
        if near:
            _print(near, "closest passage {}:", "closest passage")
        if altered:
            print(f"altered: {altered} of {counted(len(answers), 'answer')} not as given (the id does not fit)")
    if altered or _holding([*checks, *near]) < len(checks) + len(near):
        raise typer.Exit(1)


def _print(checks: "Sequence[Check]", mark: str, noun: str) -> None:
    """Print a line for each check, and how many hold."""
    for check in checks:
        print(f"{mark.format(check.number)} {check.article_id}: {check.detail}")
    holding = _holding(checks)
    hold = "holds" if holding == 1 else "hold"
    print(f"{holding} of {counted(len(checks), noun)} {hold}" if checks else f"no {noun}s to check")


def _holding(checks: "Sequence[Check]") -> int:
    from assistant.answer.receipts import Standing

    return sum(check.standing is Standing.HOLDS for check in checks)


def _own_words(answers: list[object]) -> bool:
    """Whether all answers are in the program's own words, which quote nothing."""
    from assistant.answer.answer import Status

    return all(isinstance(one, dict) and one.get("status") == Status.HELP for one in answers)


def _read(name: str) -> list[object]:
    """One answer, or a line each as `ask --json --lines` prints them."""
    from index.errors import UsageError

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{name} cannot be read ({error})", "give a file that `assistant ask --json` printed"
        ) from error
    if not text.strip():
        raise UsageError(f"{name} is empty", "give a file that `assistant ask --json` printed")
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON ({error})", "give a file that `assistant ask --json` printed") from error
