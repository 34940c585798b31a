"""Options of a training, for every network that is trained here; torch is imported where it is needed."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from eval.lab.reader.train import Training


def add_training(parser: argparse.ArgumentParser, *, longest: int = 512) -> None:
    """Add the options; `longest` is the default for the most word pieces of an input."""
    parser.add_argument("run", type=Path)
    parser.add_argument("--start", type=Path, help="weights to start from; default: the encoder's")
    parser.add_argument("--passes", type=float, default=1.0)
    parser.add_argument("--hours", type=float, help="end after this many hours, pauses included")
    parser.add_argument("--until", type=float, help="end at this time, in seconds since 1970")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--peak", type=float, default=2e-4, help="the highest learning rate")
    parser.add_argument("--warm-up", type=int, default=150, help="steps to reach it")
    parser.add_argument("--longest", type=int, default=longest, help="most word pieces of an input")
    parser.add_argument("--freeze", type=int, default=0, help="number of lowest layers to freeze")
    parser.add_argument("--take", nargs="*", default=[], metavar="KIND=TIMES", help="how often a pass takes a kind")
    parser.add_argument("--even", action="store_true", help="as many unanswered windows for each opening and head")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int)


def device_of(arguments: argparse.Namespace) -> "torch.device":
    """Set torch's threads and seed; returns the device."""
    import torch

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    return torch.device(arguments.device)


def settings_of(arguments: argparse.Namespace) -> "Training":
    """The settings that the options give."""
    from eval.lab.reader.train import Training

    return Training(
        seed=arguments.seed,
        passes=arguments.passes,
        deadline=time.time() + 3600 * arguments.hours if arguments.hours else arguments.until,
        batch=arguments.batch,
        peak=arguments.peak,
        warm_up=arguments.warm_up,
        longest=arguments.longest,
        even=arguments.even,
        frozen_layers=arguments.freeze,
        times=tuple((name, float(times)) for name, times in (one.split("=") for one in arguments.take)),
    )
