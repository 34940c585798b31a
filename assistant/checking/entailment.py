"""Judges by meaning whether evidence supports a claim: the network that `python -m eval.lab.entailment` trained."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.encoding.pair_network import Ids, PairNetwork, padded

TRAINED = Path(__file__).parent / "trained"
GRAPH_PATH = TRAINED / "entailment.onnx"
WEIGHTS_PATH = TRAINED / "entailment.safetensors"
THRESHOLD_PATH = TRAINED / "threshold.json"
CLAIM_PIECES = 72
"""Most word pieces of a claim that are read, and of its evidence; as in training."""
EVIDENCE_PIECES = 200
SUPPORTED = 0
"""The first of the network's verdicts; the others are contradicted and not said."""


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
        (logits,) = network.run(*batch_of(network, claim, evidence))
        return probabilities(logits, SUPPORTED)

    def _open(self) -> PairNetwork:
        with self._lock:
            if self._opened is None:
                self._opened = PairNetwork(GRAPH_PATH, ("verdict",))
            return self._opened


@lru_cache(maxsize=1)
def shared_scorer() -> EntailmentScorer:
    """The scorer of this process."""
    return EntailmentScorer()


def probabilities(logits: NDArray[np.float32], label: int) -> list[float]:
    """Compute each row's probability of a label from logits (pairs, labels)."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: list[float] = (odds[:, label] / odds.sum(axis=1)).tolist()
    return found


def batch_of(network: PairNetwork, claim: str, evidence: Sequence[str]) -> tuple[Ids, Ids, Ids]:
    """Return pieces, segments and mask of `[CLS] claim [SEP] evidence [SEP]` for each evidence."""
    first, separator = network.tokenizer.encode("").ids
    stated, *shown = network.tokenizer.encode_batch([claim, *evidence], add_special_tokens=False)
    head = [first, *stated.ids[:CLAIM_PIECES], separator]
    rows = [[*head, *one.ids[:EVIDENCE_PIECES], separator] for one in shown]
    return padded(rows, [len(head)] * len(rows))
