"""Measure what the check keeps of a small language model's sentences.

    python -m eval.lab.small_model ask MODEL.gguf OUT.jsonl --index INDEX --gold GOLD     # questions of gold cases
    python -m eval.lab.small_model ask MODEL.gguf OUT.jsonl --set FOLDER                  # those of a public test set
    python -m eval.lab.small_model count OUT.jsonl

The model is served by the llama.cpp of the package xllamacpp, in this process. A run that was stopped goes on.
Whoever reads the kept sentences writes into each one's `wrong` what is wrong with it, or nothing ("") if nothing is;
`count` counts those too. docs/small-model.md has the figures of SmolLM2.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eval.bench.sets import load_set
from eval.cases.case_file import load_gold
from eval.lab.small_model.asking import WINDOW, append, drawn, recorded, replies
from eval.lab.small_model.counts import table
from eval.runs.indexes import bench_index
from index.errors import UserError


@contextmanager
def served(model: Path) -> Iterator[str]:
    """The address under which a GGUF model is served, within."""
    import xllamacpp

    if not model.is_file():
        raise UserError(f"there is no file {model}", "name the GGUF file of a model")
    settings = xllamacpp.CommonParams()
    settings.model.path, settings.port, settings.n_ctx = str(model), 0, WINDOW
    # Two threads that wait for each other take longer than one where other programs run.
    settings.n_parallel = settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(settings)
    yield f"{server.listening_address}/v1"


def _ask(arguments: argparse.Namespace) -> None:
    if arguments.set:
        bench = load_set(arguments.set)
        index, questions = bench_index(bench), [question.text for question in bench.questions]
    elif arguments.index and arguments.gold:
        index, questions = arguments.index, [case.question for case in load_gold([arguments.gold]) if not case.turns]
    else:
        raise UserError("neither a test set nor an index was named", "give --set, or --index and --gold")
    before = {reply.question for reply in recorded(arguments.out)}
    left = [one for one in drawn(questions, most=arguments.most, seed=arguments.seed) if one not in before]
    with served(arguments.model) as address:
        for done, reply in enumerate(replies(index, left, address), 1):
            append(arguments.out, reply)
            print(f"{done} of {len(left)}", file=sys.stderr, flush=True)


def _count(arguments: argparse.Namespace) -> None:
    print("\n".join(table(recorded(arguments.out))))


def main(given: Sequence[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.lab.small_model", description="Measure what the check keeps of a small model's sentences."
    )
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("ask", help="ask questions and record the model's sentences")
    ask.add_argument("model", type=Path, help="the model, a GGUF file")
    ask.add_argument("out", type=Path, help="takes a line a question")
    ask.add_argument("--index", type=Path, help="folder of the index that the gold is asked of")
    ask.add_argument("--gold", type=Path, help="gold file, or a folder of them; follow-ups are left out")
    ask.add_argument("--set", type=Path, help="folder of a public test set, in the place of those")
    ask.add_argument("--most", type=int, default=10_000, help="questions drawn")
    ask.add_argument("--seed", type=int, default=1)
    ask.set_defaults(do=_ask)
    count = commands.add_parser("count", help="count what was kept, and what a reader found")
    count.add_argument("out", type=Path)
    count.set_defaults(do=_count)
    arguments = parser.parse_args(given)
    try:
        arguments.do(arguments)
    except UserError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
