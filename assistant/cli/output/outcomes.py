"""What became of files that were to be added to an index, as lines and as JSON."""

from collections.abc import Sequence
from pathlib import Path

from assistant.cli.output.progress import note
from index.storage.changes import Outcome
from index.text.formats.characters import spelt_out
from index.text.formats.table import listed

SHOWN = 10
"""Lines of one kind that are printed before the rest is counted; of files left out, all are."""


NAMED = 3
"""Files that are named in one line before the rest is counted."""


def left_out(outcome: Outcome) -> bool:
    """Whether a file that should be an article was left out.

    Pictures and other files of types that are never read lie beside articles everywhere; they are told, and are no
    failure.
    """
    return bool(outcome.failed)


def report(outcome: Outcome, root: Path) -> None:
    """Print what was left out and why, what is to be known of the rest, and counts."""
    for line in outcome.failed:
        note(f"not taken: {spelt_out(line)}")
    if outcome.passed_over:
        note(f"not supported: {_named(outcome.passed_over)}; unpack them, or convert them to {listed()}")
    if outcome.set_aside:
        note(
            f"no articles by their names, so not added: {_named(outcome.set_aside)}; name such a file itself to add it"
        )
    _some("twice", outcome.duplicates)
    _some("taken, but", outcome.problems)
    _some("file gone, still in the index (--prune removes it)", outcome.missing)
    counts = [f"{len(lines)} {word}" for word, lines in _counted(outcome) if lines]
    print(f"{', '.join(counts) or 'nothing to do'}: {root}")


def outcome_json(outcome: Outcome, root: Path) -> dict[str, object]:
    """The outcome as JSON has it: ids by what happened, and lines about files."""
    return {
        "index": str(root),
        "added": outcome.added,
        "changed": outcome.changed,
        "removed": outcome.removed,
        "unchanged": outcome.unchanged,
        "missing": outcome.missing,
        "not_taken": outcome.failed,
        "not_supported": [str(path) for path in outcome.passed_over],
        "set_aside": [str(path) for path in outcome.set_aside],
        "duplicates": outcome.duplicates,
        "problems": outcome.problems,
    }


def _counted(outcome: Outcome) -> list[tuple[str, Sequence[str]]]:
    return [
        ("added", outcome.added),
        ("changed", outcome.changed),
        ("removed", outcome.removed),
        ("unchanged", outcome.unchanged),
        ("twice", outcome.duplicates),
        ("not taken", outcome.failed),
    ]


def _named(files: Sequence[Path]) -> str:
    """The first files by their paths, and how many more there are."""
    names = ", ".join(spelt_out(str(path)) for path in files[:NAMED])
    return f"{names} and {len(files) - NAMED} more" if len(files) > NAMED else names


def _some(what: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        note(f"{what}: {spelt_out(line)}")
    if len(lines) > SHOWN:
        note(f"{what}: {len(lines) - SHOWN} more")
