"""Training from prepared arrays, on one GPU or on a few cores, to a number of passes or to a moment."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import nn

from eval.lab.reader.batches import DeviceArrays, batch_numbers, chosen_windows
from eval.lab.reader.features import Arrays
from eval.lab.reader.loss import LossWeights, losses, weighed
from eval.lab.reader.network import Reader, save_reader
from eval.lab.reader.schedule import Rate, steps_until

CHECKPOINT, WEIGHTS, LOG = "checkpoint.pt", "reader.safetensors", "log.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """Settings of a run. Training ends after `passes`, or at `deadline` (seconds since the epoch) if that is sooner."""

    seed: int = 1
    passes: float = 1.0
    deadline: float | None = None
    batch: int = 32
    longest: int = 512
    """The most pieces of a window; longer ones are left out."""
    times: tuple[tuple[str, float], ...] = ()
    """How many times to take windows whose kind begins with a name, in each pass; once where none is named."""
    frozen_layers: int = 0
    """How many of the lowest layers keep their weights, with the embeddings; saves a third of their time."""
    peak: float = 2e-4
    warm_up: int = 150
    decay: float = 0.01
    weights: LossWeights = field(default_factory=LossWeights)
    checkpoint_seconds: float = 900
    log_steps: int = 20


class Trainer:
    """One run in a folder; a new one over the same folder continues where the last checkpoint was made."""

    def __init__(self, reader: Reader, arrays: Arrays, device: torch.device, folder: Path, settings: Training) -> None:
        self.reader = reader.to(device).train()
        self.reader.freeze(settings.frozen_layers)
        self.arrays, self.folder, self.settings = DeviceArrays(arrays, device), folder, settings
        self.windows = chosen_windows(arrays, dict(settings.times), longest=settings.longest, seed=settings.seed)
        trained = {name: weight for name, weight in reader.named_parameters() if weight.requires_grad}
        groups = [
            {"params": [weight for weight in trained.values() if weight.ndim > 1], "weight_decay": settings.decay},
            {"params": [weight for weight in trained.values() if weight.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=settings.peak, fused=True)
        self.rate = Rate(peak=settings.peak, warm_up=settings.warm_up)
        self.steps_a_pass = -(-len(self.windows) // settings.batch)
        self._resume()

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        found = torch.load(path, map_location=self.arrays.device, weights_only=True)
        self.reader.load_state_dict(found["reader"])
        self.optimiser.load_state_dict(found["optimiser"])
        self.rate.step, self.rate.falling = found["step"], found["falling"]

    def _keep(self) -> None:
        """Write a checkpoint and the weights beside it; each file is replaced at once or not at all."""
        state = {
            "reader": self.reader.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.rate.step,
            "falling": self.rate.falling,
        }
        unfinished = self.folder / (CHECKPOINT + ".part")
        torch.save(state, unfinished)
        unfinished.replace(self.folder / CHECKPOINT)
        save_reader(self.reader, self.folder / WEIGHTS, metadata={"what": "reader", "step": str(self.rate.step)})

    def run(self, note: Callable[[str], None] = print) -> dict[str, float]:
        """Train to the end; the figures of the run: steps, examples, seconds, and the last losses."""
        settings = self.settings
        started = kept = time.time()
        first = self.rate.step
        final = round(settings.passes * self.steps_a_pass)
        sums: dict[str, float] = {}
        latest: dict[str, float] = {}
        for numbers in self._batches(first, final):
            now = time.time()
            if settings.deadline is not None and now >= settings.deadline:
                break
            left: float = final - self.rate.step
            if settings.deadline is not None:
                left = min(left, steps_until(settings.deadline, now=now, started=started, steps=self.rate.step - first))
            rate = self.rate.next(left)
            for name, value in self._step(numbers, rate).items():
                sums[name] = sums.get(name, 0.0) + value
            if self.rate.step % settings.log_steps == 0:
                latest = {name: round(value / settings.log_steps, 4) for name, value in sums.items()}
                sums = {}
                self._log(
                    {"step": self.rate.step, "seconds": round(time.time() - started), "rate": rate, **latest}, note
                )
            if time.time() - kept > settings.checkpoint_seconds:
                self._keep()
                kept = time.time()
        self._keep()
        steps = self.rate.step
        return {
            "windows": len(self.windows),
            "steps": steps,
            "examples": steps * settings.batch,
            "seconds": round(time.time() - started),
            **latest,
        }

    def _batches(self, first: int, final: int) -> Iterator[list[int]]:
        """The batches from step `first` to step `final`, the same ones whether or not the run was broken off."""
        step = 0
        lengths = self.arrays.lengths[self.windows].tolist()
        for epoch in range(-(-final // max(1, self.steps_a_pass))):
            for places in batch_numbers(lengths, size=self.settings.batch, seed=self.settings.seed, epoch=epoch):
                if first <= step < final:
                    yield [self.windows[place] for place in places]
                step += 1

    def _step(self, numbers: list[int], rate: float) -> dict[str, float]:
        batch = self.arrays.batch(numbers)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        kind = self.arrays.device.type
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
            outputs = self.reader(batch.pieces, batch.segments, batch.mask)
        parts = losses(outputs, batch)
        loss = weighed(parts, self.settings.weights)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self.optimiser.step()
        return {"loss": loss.item(), **{name: value.item() for name, value in parts.items()}}

    def _log(self, record: dict[str, float], note: Callable[[str], None]) -> None:
        line = json.dumps(record)
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        note(line)


def described(settings: Training) -> dict[str, object]:
    """The settings as JSON holds them."""
    return asdict(settings)
