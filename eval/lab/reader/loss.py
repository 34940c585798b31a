"""The training loss."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from eval.lab.reader.batches import Batch
from eval.lab.reader.features import UNKNOWN

NEVER = -1e4
"""Logit of excluded positions, which fits 16 bits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LossWeights:
    """Weights of the heads' losses."""

    span: float = 1.5
    sentences: float = 1.5
    answerable: float = 0.5


def span_logits(span: Tensor, block_of: Tensor) -> Tensor:
    """Mask start and end logits (windows, length, 2) at positions that are neither in a block nor the first."""
    allowed = block_of >= 0
    allowed[:, 0] = True
    return span.masked_fill(~allowed[..., None], NEVER)


def block_logits(pieces: Tensor, block_of: Tensor, blocks: int) -> tuple[Tensor, Tensor]:
    """Average the pieces' logits over each block (windows, blocks); returns a mask of existing blocks too."""
    members = (block_of[:, None, :] == torch.arange(blocks, device=block_of.device)[None, :, None]).to(pieces.dtype)
    counts = members.sum(-1)
    means = (members @ pieces[..., None]).squeeze(-1) / counts.clamp(min=1)
    return means, counts > 0


def losses(outputs: tuple[Tensor, ...], batch: Batch) -> dict[str, Tensor]:
    """Compute the mean loss of each head, by the names of `LossWeights`."""
    span, pieces, answerable = (output.float() for output in outputs)
    places = span_logits(span, batch.block_of)
    start = functional.cross_entropy(places[..., 0], batch.start, ignore_index=UNKNOWN)
    end = functional.cross_entropy(places[..., 1], batch.end, ignore_index=UNKNOWN)
    logits, there = block_logits(pieces, batch.block_of, batch.blocks)
    bits = torch.arange(logits.shape[1], device=logits.device)
    wanted = ((batch.answering[:, None] >> bits) & 1).float()
    each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    sentences = (each * there).sum() / there.sum()
    whole = functional.binary_cross_entropy_with_logits(answerable, (batch.answering != 0).float())
    return {"span": start + end, "sentences": sentences, "answerable": whole}


def weighed(parts: dict[str, Tensor], weights: LossWeights) -> Tensor:
    """Compute the weighted sum of the heads' losses."""
    return (
        weights.span * parts["span"] + weights.sentences * parts["sentences"] + weights.answerable * parts["answerable"]
    )
