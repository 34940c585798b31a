"""Decode a network's logits: the best span, the best block, and whether anything answers."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from eval.lab.reader.batches import Batch, DeviceArrays
from eval.lab.reader.examples import Example
from eval.lab.reader.features import Arrays, Window, Windows
from eval.lab.reader.loss import block_logits, span_logits

Network = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Maps pieces, segments and mask to the logits of `Reader.forward`: a torch module or an ONNX session."""
WHOLE = 400
"""Block pieces of an evaluation window: whole paragraphs, except the longest."""
MOST_ANSWER_PIECES = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Reading of one example: words of the best span, position of the best block, three logits of answerability."""

    words: str
    block: int
    answerable: float
    """Logit of the window's head."""
    sentence: float
    """Highest block logit."""
    span: float
    """Logits of the best span minus those of no answer."""


def read(network: Network, examples: Sequence[Example], windows: Windows, *, batch: int = 32) -> list[Reading]:
    """Read each example on the CPU, with whole blocks up to `WHOLE` pieces."""
    cut = windows.cut(examples, [WHOLE] * len(examples), random.Random("readings"))
    # If the answer is cut off, the rest is read all the same: the network must not know.
    found = [window or _without_answer(example, windows) for example, window in zip(examples, cut, strict=True)]
    arrays = DeviceArrays(Arrays.of(found, ["" for _ in found]), torch.device("cpu"))
    order = sorted(range(len(found)), key=lambda number: len(found[number].pieces))
    readings: dict[int, Reading] = {}
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            numbers = order[at : at + batch]
            made = arrays.batch(numbers)
            outputs = network(made.pieces, made.segments, made.mask)
            readings.update(zip(numbers, _readings(outputs, made, numbers, found, examples), strict=True))
    return [readings[number] for number in range(len(found))]


def _without_answer(example: Example, windows: Windows) -> Window:
    bare = Example(kind=example.kind, question=example.question, header=example.header, blocks=example.blocks)
    window = windows.cut([bare], [WHOLE], random.Random("readings"))[0]
    assert window is not None
    return window


def _readings(
    outputs: tuple[Tensor, Tensor, Tensor],
    batch: Batch,
    numbers: Sequence[int],
    windows: Sequence[Window],
    examples: Sequence[Example],
) -> list[Reading]:
    span, pieces, answerable = outputs
    logits, there = block_logits(pieces, batch.block_of, batch.blocks)
    best, blocks = logits.masked_fill(~there, -torch.inf).max(-1)
    start, end, score = best_spans(span_logits(span, batch.block_of), batch.block_of)
    return [
        Reading(
            words=words_of(examples[number], windows[number], int(start[row]), int(end[row])),
            block=int(blocks[row]) + windows[number].first,
            answerable=float(answerable[row]),
            sentence=float(best[row]),
            span=float(score[row]),
        )
        for row, number in enumerate(numbers)
    ]


def best_spans(span: Tensor, block_of: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Find first and last piece of each window's best span in its blocks, and its logits minus those of no answer.

    `span` has shape (windows, length, 2), `block_of` (windows, length); results have shape (windows,).
    """
    inside = block_of >= 0
    inside[:, 0] = False
    length = span.shape[1]
    pairs = span[:, :, None, 0] + span[:, None, :, 1]
    steps = torch.arange(length)
    ahead = steps[None, :] - steps[:, None]
    allowed = (ahead >= 0) & (ahead < MOST_ANSWER_PIECES)
    pairs = pairs.masked_fill(~(allowed & inside[:, :, None] & inside[:, None, :]), -torch.inf)
    score, at = pairs.flatten(1).max(-1)
    return at // length, at % length, score - span[:, 0].sum(-1)


def words_of(example: Example, window: Window, start: int, end: int) -> str:
    """Return the example's text from piece `start` to piece `end` of a window."""
    first, last = int(window.block_of[start]), int(window.block_of[end])
    parts = []
    for number in range(first, last + 1):
        block = example.blocks[window.first + number]
        from_ = window.offsets[start][0] if number == first else 0
        to = window.offsets[end][1] if number == last else len(block)
        parts.append(block[from_:to])
    return " ".join(parts)
