"""Distil a teacher: compute its logits over all windows once, and the loss against them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from eval.lab.reader.batches import Batch, DeviceArrays
from eval.lab.reader.loss import LossWeights, block_logits, losses, span_logits, weighed
from eval.lab.reader.network import Network
from eval.lab.reader.teacher import Teacher

SHARE, TEMPERATURE = 0.7, 1.5
"""Weight of the teacher's loss beside that of the answers, and the softmax temperature."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TeacherLogits:
    """A teacher's logits in 16 bits: start, end and block of each piece (pieces, 3), and of each window (windows,).

    Pieces are concatenated as in `Arrays`.
    """

    pieces: Tensor
    windows: Tensor


def teacher_logits(teacher: Teacher | Network, arrays: DeviceArrays, *, batch: int = 64) -> TeacherLogits:
    """Compute the logits of every window; they stay on the device."""
    lengths = torch.from_numpy(arrays.lengths)
    pieces = torch.empty(int(lengths.sum()), 3, dtype=torch.float16, device=arrays.device)
    windows = torch.empty(len(lengths), dtype=torch.float16, device=arrays.device)
    order = torch.argsort(lengths).tolist()
    kind = arrays.device.type
    teacher.eval()
    with torch.inference_mode(), torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
        for at in range(0, len(order), batch):
            numbers = order[at : at + batch]
            made = arrays.batch(numbers)
            span, blocks, answerable = teacher(made.pieces, made.segments, made.mask)
            pieces[arrays.places(numbers)[made.mask]] = torch.cat([span, blocks[..., None]], -1)[made.mask].half()
            windows[torch.tensor(numbers, device=arrays.device)] = answerable.half()
    return TeacherLogits(pieces=pieces, windows=windows)


def distillation(
    logits: TeacherLogits, arrays: DeviceArrays, weights: LossWeights
) -> Callable[[tuple[Tensor, ...], Batch, Sequence[int]], tuple[Tensor, dict[str, Tensor]]]:
    """Make an objective for `Trainer`: the weighted sum of the losses against the teacher and the answers."""

    def objective(
        outputs: tuple[Tensor, ...], batch: Batch, numbers: Sequence[int]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        hard = losses(outputs, batch)
        there = logits.pieces[arrays.places(numbers)].float()
        wanted = (there[..., :2], there[..., 2], logits.windows[torch.tensor(numbers, device=arrays.device)].float())
        soft = soft_losses(outputs, wanted, batch)
        loss = (1 - SHARE) * weighed(hard, weights) + SHARE * weighed(soft, weights)
        return loss, {**hard, **{f"teacher_{name}": value for name, value in soft.items()}}

    return objective


def soft_losses(outputs: tuple[Tensor, ...], wanted: tuple[Tensor, Tensor, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Compute the mean divergence of each head from the teacher's, by the names of `LossWeights`.

    Scaled by the square of the temperature, which keeps the gradients' size (Hinton et al. 2015).
    """
    span, pieces, answerable = (output.float() for output in outputs)
    own = functional.log_softmax(span_logits(span, batch.block_of) / TEMPERATURE, 1)
    theirs = functional.softmax(span_logits(wanted[0], batch.block_of) / TEMPERATURE, 1)
    places = functional.kl_div(own, theirs, reduction="batchmean")
    blocks, there = block_logits(pieces, batch.block_of, batch.blocks)
    their_blocks, _ = block_logits(wanted[1], batch.block_of, batch.blocks)
    return {
        "span": TEMPERATURE**2 * places,
        "sentences": (_softened(blocks, their_blocks) * there).sum() / there.sum(),
        "answerable": _softened(answerable, wanted[2]).mean(),
    }


def _softened(own: Tensor, theirs: Tensor) -> Tensor:
    wanted = torch.sigmoid(theirs / TEMPERATURE)
    each = functional.binary_cross_entropy_with_logits(own / TEMPERATURE, wanted, reduction="none")
    return TEMPERATURE**2 * each
