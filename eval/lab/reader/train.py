"""Train from prepared arrays, on a GPU or CPU, for a number of passes or until a deadline."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean

import torch
from torch import Tensor, nn

from eval.lab.reader.batches import Batch, DeviceArrays, batch_numbers, chosen_windows
from eval.lab.reader.examples import file_sha256
from eval.lab.reader.features import Arrays
from eval.lab.reader.loss import LossWeights, losses, weighed
from eval.lab.reader.network import Network, save_weights
from eval.lab.reader.schedule import Rate, steps_until
from eval.lab.reader.teacher import Teacher

CHECKPOINT, WEIGHTS, LOG = "checkpoint.pt", "reader.safetensors", "log.jsonl"

Objective = Callable[[tuple[Tensor, ...], Batch, Sequence[int]], tuple[Tensor, dict[str, Tensor]]]
"""Computes the loss and its parts from a network's logits, the batch and its windows' numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """Settings of a run. Training ends after `passes`, or at `deadline` (seconds since the epoch) if that is sooner."""

    seed: int = 1
    passes: float = 1.0
    deadline: float | None = None
    batch: int = 32
    longest: int = 512
    """Most word pieces of a window; longer ones are left out."""
    times: tuple[tuple[str, float], ...] = ()
    """Repetitions in each pass of windows whose kind has a prefix; others are taken once."""
    even: bool = False
    """Whether neither openings of questions nor heads may tell what is answered; see `chosen_windows`."""
    frozen_layers: int = 0
    """Number of lowest layers frozen with the embeddings; saves a third of their time."""
    peak: float = 2e-4
    warm_up: int = 150
    decay: float = 0.01
    weights: LossWeights = field(default_factory=LossWeights)
    checkpoint_seconds: float = 900
    log_steps: int = 20


def _answers(weights: LossWeights) -> Objective:
    def objective(
        outputs: tuple[Tensor, ...], batch: Batch, numbers: Sequence[int]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        del numbers
        parts = losses(outputs, batch)
        return weighed(parts, weights), parts

    return objective


class Trainer:
    """A run in a folder; continues from the folder's last checkpoint if there is one."""

    def __init__(
        self,
        network: Network | Teacher,
        arrays: Arrays,
        device: torch.device,
        folder: Path,
        settings: Training,
    ) -> None:
        self.network = network.to(device).train()
        self.network.freeze(settings.frozen_layers)
        self.arrays, self.folder, self.settings = DeviceArrays(arrays, device), folder, settings
        self.objective: Objective = _answers(settings.weights)
        """What is lowered: the loss against the answers, unless another is set before the run."""
        self.windows = chosen_windows(
            arrays, dict(settings.times), longest=settings.longest, seed=settings.seed, even=settings.even
        )
        trained = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        groups = [
            {"params": [weight for weight in trained.values() if weight.ndim > 1], "weight_decay": settings.decay},
            {"params": [weight for weight in trained.values() if weight.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=settings.peak, fused=True)
        self.rate = Rate(peak=settings.peak, warm_up=settings.warm_up)
        self.seconds = 0.0
        """How long the run has taken before it was taken up again."""
        self.steps_a_pass = -(-len(self.windows) // settings.batch)
        self._resume()

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        found = torch.load(path, map_location=self.arrays.device, weights_only=True)
        self.network.load_state_dict(found["reader"])
        self.optimiser.load_state_dict(found["optimiser"])
        self.rate.step, self.rate.falling = found["step"], found["falling"]
        self.seconds = found.get("seconds", 0.0)

    def _keep(self) -> None:
        """Write a checkpoint and the weights, each atomically."""
        state = {
            "reader": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.rate.step,
            "falling": self.rate.falling,
            "seconds": self.seconds,
        }
        unfinished = self.folder / (CHECKPOINT + ".part")
        torch.save(state, unfinished)
        unfinished.replace(self.folder / CHECKPOINT)
        save_weights(
            self.network,
            self.folder / WEIGHTS,
            without=self.network.shared_weights,
            metadata={"what": "reader", "step": str(self.rate.step)},
        )

    def run(self, note: Callable[[str], None] = print) -> dict[str, float]:
        """Train to the end; returns windows, steps, examples, seconds, and the last losses."""
        settings = self.settings
        last = kept = time.time()
        noted: dict[str, float] = {}
        parts: list[dict[str, float]] = []
        for numbers, rate in self._planned():
            parts.append(self._step(numbers, rate))
            now = time.time()
            self.seconds += now - last
            last = now
            if self.rate.step % settings.log_steps == 0:
                noted = {name: round(mean([part[name] for part in parts]), 4) for name in parts[0]}
                parts = []
                self._log({"step": self.rate.step, "seconds": round(self.seconds), "rate": rate, **noted}, note)
            if now - kept > settings.checkpoint_seconds:
                self._keep()
                kept = now
        self._keep()
        steps = self.rate.step
        done = {"windows": len(self.windows), "steps": steps, "examples": steps * settings.batch}
        return {**done, "seconds": round(self.seconds), **noted}

    def _planned(self) -> Iterator[tuple[list[int], float]]:
        """Yield the remaining batches with their rates, until the passes or the deadline end."""
        started, first = time.time(), self.rate.step
        final = round(self.settings.passes * self.steps_a_pass)
        deadline = self.settings.deadline
        for numbers in self._batches(first, final):
            now = time.time()
            if deadline is not None and now >= deadline:
                return
            left: float = final - self.rate.step
            if deadline is not None:
                left = min(left, steps_until(deadline, now=now, started=started, steps=self.rate.step - first))
            yield numbers, self.rate.next(left)

    def _batches(self, first: int, final: int) -> Iterator[list[int]]:
        """Yield the batches from step `first` to step `final`, the same ones after an interruption."""
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
            outputs = self.network(batch.pieces, batch.segments, batch.mask)
        loss, parts = self.objective(outputs, batch, numbers)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return {"loss": loss.item(), **{name: value.item() for name, value in parts.items()}}

    def _log(self, record: dict[str, float], note: Callable[[str], None]) -> None:
        line = json.dumps(record)
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        note(line)


def write_record(run: Path, start: Path | None, device: str, settings: Training, figures: object) -> None:
    """Write beside a run's weights what made them: settings, hashes, and the figures of the training."""
    weights = run / WEIGHTS
    record = {
        "weights": file_sha256(weights),
        "started_from": file_sha256(start) if start else "the encoder",
        "settings": asdict(settings),
        "device": device,
        "torch": torch.__version__,
        "training": figures,
        "data": json.loads((run / "data.json").read_text("utf-8")),
    }
    weights.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
