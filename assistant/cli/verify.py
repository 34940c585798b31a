"""`assistant verify`: verifies answers, by the articles as they are today and by their signatures."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from assistant.cli.common import IndexOption, root_to_read, settings_from
from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse
from index.counts import holding, shortened

if TYPE_CHECKING:
    from assistant.answer.answer import Citation, Nearest
    from assistant.answer.given import Given
    from assistant.answer.receipts import Check
    from assistant.answer.verifying import Contents, Verified
    from index.search.engine import Passage, SearchEngine

UNPROVEN = 11
"""Exit code where nothing contradicts an answer and no trusted signature proves it."""


def verify(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help='A file with an answer as `ask --json` printed it, or "-".')
    ],
    index: IndexOption = None,
    public_key: Annotated[
        str | None,
        typer.Option(
            "--public-key",
            metavar="KEY",
            help="Trust this key, in hexadecimal or as a file, in place of this machine's own; without --index the "
            "signature alone is checked, and no index is needed.",
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Verify an answer: its words, its receipts, and its signature.

    Exit code 0 if it holds, 11 if nothing contradicts it and no trusted signature proves it, 1 if it does not hold.
    """
    from assistant.answer.signing import public_key_of
    from assistant.answer.verifying import Verdict
    from assistant.answer.verifying import verify as verified
    from assistant.settings.own_key import trusted_keys

    trusted = frozenset({public_key_of(public_key)}) if public_key is not None else trusted_keys(note=note)
    given = _read(answer)
    with _contents(index, needed=public_key is None or index is not None) as contents:
        results = [verified(one, contents, trusted=trusted) for one in given]
    homes = [_home(one, result) for one, result in zip(given, results, strict=True)]
    if json_:
        print(json.dumps(_as_json(results, homes), ensure_ascii=False, indent=2))
    else:
        for result, home in zip(results, homes, strict=True):
            _print(result, home)
        if len(results) > 1:
            print(holding(sum(result.verdict is Verdict.HOLDS for result in results), len(results), "answer"))
    verdicts = {result.verdict for result in results}
    if Verdict.FAILS in verdicts:
        raise typer.Exit(1)
    if Verdict.UNPROVEN in verdicts:
        raise typer.Exit(UNPROVEN)


@contextmanager
def _contents(index: str | None, *, needed: bool) -> "Iterator[Contents | None]":
    """What the index holds, open until after the block; None where it is not needed."""
    from assistant.answer.answer import IndexReference
    from assistant.answer.verifying import Contents
    from index.storage.store import open_index

    if not needed:
        yield None
        return
    settings = settings_from({"index": index})
    snapshot = open_index(root_to_read(settings), note=note)
    rows = {row.article_id: row for row in snapshot.articles.values()}

    @cache
    def engine() -> "SearchEngine":
        from assistant.settings.locations import encoder_of
        from index.search.embedded import EmbeddedSearch

        return EmbeddedSearch(snapshot, encoder_of(snapshot, note))

    def passages(receipt: "Citation | Nearest") -> "Sequence[Passage]":
        from assistant.checking import recheck

        return recheck.passages_of(receipt, engine())

    def unsupported(sentences: "Sequence[tuple[str, Citation]]") -> list[str | None]:
        from assistant.chain.with_model import scorer_of
        from assistant.checking import recheck

        return recheck.unsupported(sentences, engine(), scorer=scorer_of(settings))

    try:
        yield Contents(
            reference=IndexReference(
                fingerprint=snapshot.fingerprint,
                generation=snapshot.generation.number,
                articles=len(rows),
                chunks=len(snapshot.generation.vectors),
            ),
            articles=rows,
            text=lambda article_id: snapshot.text(rows[article_id].number),
            pages=lambda article_id: snapshot.pages(rows[article_id].number),
            structure=lambda article_id: snapshot.structure(rows[article_id].number),
            passages=passages,
            unsupported=unsupported,
        )
    finally:
        snapshot.close()


def _home(given: "Given", result: "Verified") -> str | None:
    """The collection that gave an answer which comes from another index than that asked for; None if unknown."""
    from assistant.settings.collections import all_collections
    from assistant.settings.locations import collection_of

    if result.other_index is None:
        return None
    return collection_of(given.answer, {one.name: one.root for one in all_collections()}, but=result.other_index[1])


def _as_json(results: "Sequence[Verified]", homes: Sequence[str | None]) -> dict[str, object]:
    """The receipts of all answers, and each answer with its verdict and the collection to verify it with instead."""
    answers = [{**asdict(result), "given_by": home} for result, home in zip(results, homes, strict=True)]
    return {
        "receipts": [check for one in answers for check in one["receipts"]],
        "nearest": [check for one in answers for check in one["nearest"]],
        "altered_answers": sum(bool(result.faults) for result in results),
        "answers": answers,
    }


def _print(result: "Verified", home: str | None) -> None:
    """Print a line for each receipt, how many hold, what is wrong, and the verdict."""
    from assistant.answer.receipts import Standing

    _print_checks(result.receipts, "[{}]", "receipt")
    _print_checks(result.nearest, "closest passage {}:", "closest passage")
    for fault in result.faults:
        print(fault)
    if result.other_index is not None:
        there, here = result.other_index
        if home is not None:
            print(f"this answer was given by another collection, {home!r}: verify it with --index {home}")
        elif any(check.standing is Standing.ELSEWHERE for check in (*result.receipts, *result.nearest)):
            print("this answer was given by an index that is none of your collections: verify it with --index FOLDER")
        else:
            print(
                "this answer was given by another index, or by another state of this one: "
                f"fingerprint {shortened(there, 64)} in the answer, {here} here"
            )
    print(result.detail)


def _print_checks(checks: "Sequence[Check]", mark: str, noun: str) -> None:
    from assistant.answer.receipts import Standing

    for check in checks:
        print(f"{mark.format(check.number)} {check.article_id}: {check.detail}")
    if checks and checks[0].standing is not Standing.UNCHECKED:
        print(holding(sum(check.standing is Standing.HOLDS for check in checks), len(checks), noun))


def _read(name: str) -> "list[Given]":
    """One answer, or a line each as `ask --json --lines` prints them."""
    from assistant.answer.given import GIVE
    from index.errors import UsageError

    source = "standard input" if name == "-" else name
    try:
        if name == "-":
            with pulse.paused():
                found = _answers(sys.stdin)
        else:
            with Path(name).open(encoding="utf-8") as file:
                found = _answers(file)
    except OSError as error:
        raise UsageError(f"{source} cannot be read ({error.strerror})", GIVE) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is no UTF-8 text (byte {error.start})", GIVE) from error
    except UsageError as error:
        raise UsageError(f"{source}: {error.message}", error.remedy) from error
    if not found:
        raise UsageError(f"{source} is empty", GIVE)
    return found


def _answers(file: TextIO) -> "list[Given]":
    """The answers of a file: if its first line is JSON by itself, a line each."""
    from assistant.answer.given import LONGEST, read_answer, strict_json
    from index.errors import UsageError

    first = next((line for line in iter(lambda: file.readline(LONGEST + 1), "") if line.strip()), "")
    try:
        strict_json(first)
    except UsageError:
        text = first + file.read(LONGEST + 1)
        return [read_answer(text)] if text.strip() else []
    found, number = [read_answer(first)], 1
    while line := file.readline(LONGEST + 1):
        number += 1
        if line.strip():
            try:
                found.append(read_answer(line))
            except UsageError as error:
                raise UsageError(f"answer {number}: {error.message}", error.remedy) from error
    return found
