"""`assistant verify`: checks an answer's receipts against the articles as they are today."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import IndexOption, note, root_to_read, settings_from
from index.counts import counted


def verify(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help='A file with an answer as `ask --json` printed it, or "-".')
    ],
    index: IndexOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check an answer's receipts again: each quote holds, or has moved, changed or gone; exit 1 unless all hold."""
    from assistant.answer.receipts import Standing, check_answer
    from assistant.answer.sealing import identity
    from index.storage.store import open_index

    answers = _read(answer)
    snapshot = open_index(root_to_read(settings_from({"index": index})), note=note)
    numbers = {row.article_id: row.number for row in snapshot.articles.values()}

    def text_of(article_id: str) -> str | None:
        return snapshot.text(numbers[article_id]) if article_id in numbers else None

    checks = [check for one in answers for check in check_answer(one, text_of)]
    snapshot.close()
    altered = sum(isinstance(one, dict) and "id" in one and identity(one) != one["id"] for one in answers)
    if json_:
        rows = [asdict(check) for check in checks]
        print(json.dumps({"receipts": rows, "altered_answers": altered}, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            print(f"[{check.number}] {check.article_id}: {check.detail}")
        broken = sum(check.standing is not Standing.HOLDS for check in checks)
        hold = "holds" if len(checks) - broken == 1 else "hold"
        of = counted(len(checks), "receipt")
        print(f"{len(checks) - broken} of {of} {hold}" if checks else "no receipts to check")
        if altered:
            print(f"altered: {altered} of {counted(len(answers), 'answer')} not as given (the id does not fit)")
    if altered or any(check.standing is not Standing.HOLDS for check in checks):
        raise typer.Exit(1)


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
