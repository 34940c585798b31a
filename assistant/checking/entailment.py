"""Judges by meaning whether evidence supports a claim: the network that `python -m eval.lab.entailment` trained."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.encoding.pair_network import PairNetwork

TRAINED = Path(__file__).parent / "trained"
GRAPH_PATH = TRAINED / "entailment.onnx"
WEIGHTS_PATH = TRAINED / "entailment.safetensors"
THRESHOLD_PATH = TRAINED / "threshold.json"
CLAIM_PIECES = 72
"""Most word pieces of a claim that are read, and of its evidence; as in training."""
EVIDENCE_PIECES = 200


class EntailmentScorer:
    """The default scorer; opened when it is first needed, and may be shared by threads."""

    name = "entailment"

    def __init__(self) -> None:
        self.threshold: float = json.loads(THRESHOLD_PATH.read_text(encoding="utf-8"))["threshold"]
        self._lock = Lock()
        self._opened: PairNetwork | None = None

    def scores(self, claim: str, evidence: Sequence[str]) -> list[float]:
        """Compute for each evidence the probability that it supports the claim."""
        if not evidence:
            return []
        network = self._open()
        (logits,) = network.run(*_batch(network, claim, evidence))
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        supported: list[float] = (odds[:, 0] / odds.sum(axis=1)).tolist()
        return supported

    def _open(self) -> PairNetwork:
        with self._lock:
            if self._opened is None:
                self._opened = PairNetwork(GRAPH_PATH, ("verdict",))
            return self._opened


@lru_cache(maxsize=1)
def shared_scorer() -> EntailmentScorer:
    """The scorer of this process."""
    return EntailmentScorer()


def _batch(
    network: PairNetwork, claim: str, evidence: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pieces, segments and mask of `[CLS] claim [SEP] evidence [SEP]`, (pairs, length), padded to the longest."""
    first, separator = network.tokenizer.encode("").ids
    stated, *shown = network.tokenizer.encode_batch([claim, *evidence], add_special_tokens=False)
    head = [first, *stated.ids[:CLAIM_PIECES], separator]
    rows = [[*head, *one.ids[:EVIDENCE_PIECES], separator] for one in shown]
    pieces = np.zeros((len(rows), max(map(len, rows))), np.int64)
    segments, mask = np.zeros_like(pieces), np.zeros_like(pieces)
    for number, row in enumerate(rows):
        pieces[number, : len(row)] = row
        segments[number, len(head) : len(row)] = 1
        mask[number, : len(row)] = 1
    return pieces, segments, mask
