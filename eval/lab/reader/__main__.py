"""Train, distil, quantise and evaluate the reader.

    python -m eval.lab.reader prepare  DATA RUN          # arrays out of the data folder: minutes
    python -m eval.lab.reader train    RUN --start WEIGHTS --hours 2
    python -m eval.lab.reader distil   RUN --teacher MPNET --device cuda
    python -m eval.lab.reader quantise WEIGHTS FOLDER
    python -m eval.lab.reader evaluate DATA BENCH WEIGHTS...

`RUN` is a folder with the arrays, checkpoints, log and weights of one run; an interrupted run continues from its last
checkpoint. docs/reader.md describes the data and the results.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from eval.lab.reader.options import add_training, device_of, settings_of


def _prepare(arguments: argparse.Namespace) -> int:
    from eval.lab.reader import features
    from eval.lab.reader.examples import file_sha256
    from eval.lab.reader.making import mixture
    from eval.lab.reader.making.written import WrittenWindows
    from eval.lab.written import documents

    shares = mixture.Shares()
    files = mixture.read_folder(arguments.data)
    tokenizer = features.load_tokenizer(arguments.encoder)
    own = WrittenWindows([one for one in documents.read_documents() if not one.held_out], tokenizer)
    written = list(own.examples(random.Random(f"written {arguments.seed}")))
    examples = mixture.mixed(files, written, seed=arguments.seed, shares=shares, most=arguments.examples)
    arrays = features.arrays_of(examples, features.Windows(tokenizer), seed=arguments.seed)
    arguments.run.mkdir(parents=True, exist_ok=True)
    arrays.save(arguments.run / "arrays.npz")
    record = {
        "seed": arguments.seed,
        "examples": len(arrays),
        "kinds": {kind: int((arrays.kinds == kind).sum()) for kind in sorted(set(arrays.kinds.tolist()))},
        "shares": asdict(shares),
        "files": {name: file_sha256(arguments.data / f"{name}.jsonl.gz") for name in files},
        "written": documents.hashes(),
    }
    (arguments.run / "data.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"{len(arrays)} examples in {arguments.run}")
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from eval.lab.reader.features import Arrays
    from eval.lab.reader.network import load_reader
    from eval.lab.reader.train import Trainer, write_record

    device, settings = device_of(arguments), settings_of(arguments)
    arrays = Arrays.load(arguments.run / "arrays.npz")
    reader = load_reader(arguments.start, encoder=arguments.encoder)
    write_record(
        arguments.run,
        arguments.start,
        arguments.device,
        settings,
        {"reader": Trainer(reader, arrays, device, arguments.run, settings).run()},
    )
    return 0


def _distil(arguments: argparse.Namespace) -> int:
    """Train the teacher, keep its logits on the device, and train the reader on them, all in one process."""
    from eval.lab.reader.batches import DeviceArrays
    from eval.lab.reader.distil import distillation, teacher_logits
    from eval.lab.reader.features import Arrays
    from eval.lab.reader.network import load_reader
    from eval.lab.reader.teacher import load_teacher
    from eval.lab.reader.train import Trainer, write_record

    device, arrays = device_of(arguments), Arrays.load(arguments.run / "arrays.npz")
    (arguments.run / "teacher").mkdir(exist_ok=True)
    own = replace(settings_of(arguments), passes=arguments.teacher_passes, peak=arguments.teacher_peak, frozen_layers=0)
    teacher = Trainer(load_teacher(arguments.teacher), arrays, device, arguments.run / "teacher", own)
    taught = teacher.run()
    logits = teacher_logits(teacher.network, DeviceArrays(arrays, device))
    settings = settings_of(arguments)
    trainer = Trainer(load_reader(arguments.start, encoder=arguments.encoder), arrays, device, arguments.run, settings)
    trainer.objective = distillation(logits, trainer.arrays, settings.weights)
    write_record(
        arguments.run, arguments.start, arguments.device, settings, {"teacher": taught, "reader": trainer.run()}
    )
    return 0


def _quantise(arguments: argparse.Namespace) -> int:
    from eval.lab.reader.exams import for_thresholds
    from eval.lab.reader.features import Windows, load_tokenizer
    from eval.lab.reader.network import load_reader
    from eval.lab.reader.quantise import compare, export, in_eight_bits

    arguments.folder.mkdir(parents=True, exist_ok=True)
    whole, small = arguments.folder / "reader.onnx", arguments.folder / "reader.int8.onnx"
    reader = load_reader(arguments.weights, encoder=arguments.encoder)
    export(reader, whole)
    in_eight_bits(whole, small)
    if arguments.data:
        examples = for_thresholds(arguments.data).sample(arguments.most).examples
        found = compare(reader, [whole, small], examples, Windows(load_tokenizer(arguments.encoder)))
        print(json.dumps({name: asdict(figures) for name, figures in found.items()}, indent=1))
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    import torch

    from eval.lab.reader.evaluate import Evaluation, all_exams, evaluate, table

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    sets = all_exams(arguments.data, arguments.bench, most=arguments.most)
    earlier = json.loads(arguments.beside.read_text("utf-8")) if arguments.beside else {}
    results = {name: Evaluation.from_json(record) for name, record in earlier.items()}
    results |= {
        str(path): evaluate(path, sets, arguments.encoder, lambda line: print(line, file=sys.stderr, flush=True))
        for path in arguments.weights
    }
    if arguments.out:
        found = {name: result.as_json() for name, result in results.items()}
        arguments.out.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", "utf-8")
    print(table(results))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.lab.reader", description="Train the reader.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encoder", type=Path, help="folder of another BERT encoder than the default one")
    commands = parser.add_subparsers(required=True)

    prepare = commands.add_parser("prepare", help="make the arrays of one pass from the data files")
    prepare.add_argument("data", type=Path)
    prepare.add_argument("run", type=Path)
    prepare.add_argument("--examples", type=int, help="most examples; 64 for a dry run")
    prepare.set_defaults(do=_prepare)

    train = commands.add_parser("train", help="train in a run's folder, or continue")
    add_training(train)
    train.set_defaults(do=_train)

    distil = commands.add_parser("distil", help="train a teacher, and the reader on its logits")
    add_training(distil)
    distil.add_argument("--teacher", type=Path, required=True, help="folder of an encoder of MPNet's layout")
    distil.add_argument("--teacher-passes", type=float, default=2.0)
    distil.add_argument("--teacher-peak", type=float, default=3e-5)
    distil.set_defaults(do=_distil)

    quantise = commands.add_parser("quantise", help="write ONNX files in 32 and in 8 bits, and compare their answers")
    quantise.add_argument("weights", type=Path)
    quantise.add_argument("folder", type=Path)
    quantise.add_argument(
        "--data", type=Path, help="the data folder; with it, answers over its threshold articles are compared"
    )
    quantise.add_argument("--most", type=int, default=400, help="questions to compare over")
    quantise.set_defaults(do=_quantise)

    evaluate = commands.add_parser("evaluate", help="compare readers on the same exams")
    evaluate.add_argument("data", type=Path)
    evaluate.add_argument("bench", type=Path)
    evaluate.add_argument("weights", type=Path, nargs="+")
    evaluate.add_argument("--most", type=int, help="questions of each public set, a fixed choice; default: all")
    evaluate.add_argument("--beside", type=Path, help="figures of an earlier --out over the same exams, to show first")
    evaluate.add_argument("--out", type=Path, help="a JSON file for all figures")
    evaluate.add_argument("--threads", type=int)
    evaluate.set_defaults(do=_evaluate)
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = _parser().parse_args(given)
    code: int = arguments.do(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
