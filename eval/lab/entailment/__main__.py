"""Train and measure the entailment network.

    python -m eval.lab.entailment prepare DATA RUN     # arrays out of the data folder: a minute
    python -m eval.lab.entailment train   RUN --start assistant/reading/trained/reader.safetensors --hours 1.5
    python -m eval.lab.entailment mean    A B 0.7 OUT  # of two trainings' weights, 0.7 of B's
    python -m eval.lab.entailment threshold DATA       # of the weights that ship, on pairs that are never trained on
    python -m eval.lab.entailment measure CLAIMS       # of the check as it ships, on labelled claims
    python -m eval.lab.entailment edits                # of the network, on edited sentences that are never trained on
    python -m eval.lab.entailment time                 # of the check of a sentence against its passages

`DATA` is a folder with the licensed `pairs_*` and reading files; WordNet is Debian's package wordnet-base. `RUN` is
as with `python -m eval.lab.reader`, whose trainer this is. docs/checking.md describes the data and the results.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from eval.lab.entailment.making.lexicon import WORDNET, read_lexicon
from eval.lab.reader.examples import file_sha256
from eval.lab.reader.options import add_training, device_of, settings_of
from eval.lab.written.documents import hashes


def _prepare(arguments: argparse.Namespace) -> int:
    from eval.lab.entailment.mixture import READING_FILES, Counts, mixed
    from eval.lab.entailment.pairs import PAIR_FILES, arrays_of
    from eval.lab.reader.features import load_tokenizer

    counts = Counts()
    pairs = mixed(arguments.data, read_lexicon(arguments.wordnet), counts, seed=arguments.seed)
    arrays = arrays_of(pairs, load_tokenizer(), seed=arguments.seed)
    arguments.run.mkdir(parents=True, exist_ok=True)
    arrays.save(arguments.run / "arrays.npz")
    kinds = arrays.kinds.tolist()
    record = {
        "seed": arguments.seed,
        "pairs": len(arrays),
        "kinds": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "counts": asdict(counts),
        "files": {name: file_sha256(arguments.data / f"{name}.jsonl.gz") for name in (*PAIR_FILES, *READING_FILES)},
        "written": hashes(),
    }
    (arguments.run / "data.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"{len(arrays)} pairs in {arguments.run}")
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from eval.lab.entailment.loss import verdict_loss
    from eval.lab.reader.features import Arrays
    from eval.lab.reader.network import load_entailment
    from eval.lab.reader.train import Trainer, write_record

    device, settings = device_of(arguments), settings_of(arguments)
    network, arrays = load_entailment(arguments.start), Arrays.load(arguments.run / "arrays.npz")
    trainer = Trainer(network, arrays, device, arguments.run, settings)
    trainer.objective = verdict_loss
    write_record(arguments.run, arguments.start, arguments.device, settings, trainer.run())
    return 0


def _mean(arguments: argparse.Namespace) -> int:
    import numpy as np
    from safetensors.numpy import load_file, save_file

    first, second = load_file(arguments.first), load_file(arguments.second)
    mean = {
        name: (
            (1 - arguments.share) * first[name].astype(np.float32) + arguments.share * two.astype(np.float32)
        ).astype(two.dtype)
        for name, two in second.items()
    }
    save_file(mean, arguments.out)
    hashes_of = {"first": file_sha256(arguments.first), "second": file_sha256(arguments.second)}
    print(
        json.dumps({"share_of_second": arguments.share, **hashes_of, "weights": file_sha256(arguments.out)}, indent=1)
    )
    return 0


def _threshold(arguments: argparse.Namespace) -> int:
    from assistant.checking.entailment import THRESHOLD_PATH
    from eval.lab.entailment.measure import at_threshold, fitted_threshold, held_out_claims, judge, table

    claims = held_out_claims(arguments.data, read_lexicon(arguments.wordnet), seed=arguments.seed, most=arguments.most)
    # With no threshold to stop at, each claim gets the score of its best run.
    judged = list(judge(claims, stops=False))
    found = fitted_threshold(judged, false_accepts=arguments.false_accepts)
    record = {"threshold": found, "false_accepts": arguments.false_accepts, "claims": len(claims)}
    THRESHOLD_PATH.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print("\n".join(table(at_threshold(judged, found))))
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    from eval.lab.entailment.measure import judge, read_claims, table

    print("\n".join(table(list(judge(read_claims(arguments.claims))))))
    return 0


def _edits(arguments: argparse.Namespace) -> int:
    from eval.lab.entailment.measure import edits_table

    for line in edits_table(read_lexicon(arguments.wordnet)):
        print(line, flush=True)
    return 0


def _time(arguments: argparse.Namespace) -> int:
    import numpy as np

    from eval.lab.entailment.measure import seconds_of_checks
    from eval.lab.support_check.paraphrases import load_paraphrases
    from eval.runs.indexes import default_engine

    with default_engine() as engine:
        found = seconds_of_checks(engine, [one.text for one in load_paraphrases()[: arguments.most]])
    middle, most = np.quantile(found, [0.5, 0.95])
    print(f"{len(found)} sentences: median {1000 * middle:.0f} ms, 95th percentile {1000 * most:.0f} ms")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.lab.entailment", description="Train the entailment network.")
    parser.add_argument("--seed", type=int, default=1)
    commands = parser.add_subparsers(required=True)
    prepare = commands.add_parser("prepare", help="make the arrays of one pass from the data files")
    prepare.add_argument("data", type=Path)
    prepare.add_argument("run", type=Path)
    prepare.add_argument("--wordnet", type=Path, default=WORDNET, help="folder of WordNet's files")
    prepare.set_defaults(do=_prepare)
    train = commands.add_parser("train", help="train in a run's folder, or continue")
    add_training(train, longest=180)
    train.set_defaults(do=_train)
    mean = commands.add_parser("mean", help="average the weights of two trainings")
    mean.add_argument("first", type=Path)
    mean.add_argument("second", type=Path)
    mean.add_argument("share", type=float, help="of the second in the mean")
    mean.add_argument("out", type=Path)
    mean.set_defaults(do=_mean)
    threshold = commands.add_parser("threshold", help="choose the threshold on held-out pairs")
    threshold.add_argument("data", type=Path)
    threshold.add_argument("--wordnet", type=Path, default=WORDNET, help="folder of WordNet's files")
    threshold.add_argument("--false-accepts", type=float, default=0.05, help="share of false claims that may pass")
    threshold.add_argument("--most", type=int, default=1200, help="claims: licensed, made, and written ones")
    threshold.set_defaults(do=_threshold)
    measure = commands.add_parser("measure", help="measure the check on labelled claims, kind by kind")
    measure.add_argument("claims", type=Path, help="a file in the form of ../shared/claims")
    measure.set_defaults(do=_measure)
    edits = commands.add_parser("edits", help="measure the network on edited sentences of held-out documents")
    edits.add_argument("--wordnet", type=Path, default=WORDNET, help="folder of WordNet's files")
    edits.set_defaults(do=_edits)
    timed = commands.add_parser("time", help="time the check of sentences about the default collection")
    timed.add_argument("--most", type=int, default=100, help="sentences")
    timed.set_defaults(do=_time)
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = _parser().parse_args(given)
    code: int = arguments.do(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
