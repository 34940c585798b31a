"""The training loss of the entailment network."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from eval.lab.reader.batches import Batch


def verdict_loss(outputs: tuple[Tensor, ...], batch: Batch, numbers: Sequence[int]) -> tuple[Tensor, dict[str, Tensor]]:
    """Compute the mean negative log of the probability of the verdicts that each pair's label allows."""
    del numbers
    logs = functional.log_softmax(outputs[0].float(), -1)
    bits = torch.arange(logs.shape[1], device=logs.device)
    allowed = ((batch.answering[:, None] >> bits) & 1).bool()
    likelihood = logs.masked_fill(~allowed, float("-inf")).logsumexp(-1)
    right = ((logs[:, 0] > torch.log(torch.tensor(0.5))) == allowed[:, 0]).float().mean()
    loss = -likelihood.mean()
    return loss, {"right": right.detach()}
