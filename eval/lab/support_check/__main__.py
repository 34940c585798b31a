"""Measure the support check.

python -m eval.lab.support_check claims FOLDER              # labelled claims in WiCE's form
python -m eval.lab.support_check planted                    # errors planted in the default collection
python -m eval.lab.support_check planted --retrieved 6      # with six more passages, as a model is shown them
python -m eval.lab.support_check planted --set FOLDER       # errors planted in a public test set
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.lab.support_check import caught, labelled_claims
from eval.runs.indexes import default_engine
from index.errors import UserError


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one measurement."""
    parser = argparse.ArgumentParser(prog="python -m eval.lab.support_check", description="Measure the support check.")
    commands = parser.add_subparsers(dest="command", required=True)
    claims = commands.add_parser("claims", help="labelled claims, compared with word overlap and cosine")
    claims.add_argument("folder", type=Path, help="folder with the files of WiCE")
    planted = commands.add_parser("planted", help="errors planted into true sentences")
    planted.add_argument("--retrieved", type=int, default=0, help="further passages beside the sentence's own")
    planted.add_argument("--set", type=Path, help="folder of a public test set; default: the default collection")
    given = parser.parse_args(arguments)
    try:
        if given.command == "claims":
            _print(labelled_claims.report(given.folder, meter=_meter))
        elif given.set:
            _print(caught.report_of_set(given.set))
        else:
            with default_engine() as engine:
                _print(caught.report(engine, development=False, retrieved=given.retrieved))
    except UserError as error:
        parser.error(str(error))


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


def _meter(done: int, of: int) -> None:
    if done % 100 == 0:
        print(f"{done} of {of}", file=sys.stderr)


if __name__ == "__main__":
    main()
