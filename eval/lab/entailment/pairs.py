"""Pairs of a claim and its evidence: labels, the licensed files, and their conversion to arrays."""

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from eval.lab.reader.features import Arrays, Window

CLAIM_PIECES = 72
EVIDENCE_PIECES = 200
PAIR_FILES = {
    "pairs_fever_nli": 0.25,
    "pairs_fever_gold": 0.4,
    "pairs_fever_symmetric": 1.0,
    "pairs_fool_me_twice": 1.0,
    "pairs_mnli": 0.7,
    "pairs_begin": 0.3,
    "pairs_boolq": 0.5,
}
"""Files to train on, with the share of rows that a pass takes."""
HELD_OUT = 20
"""One claim in this many, by its SHA-256, is kept for thresholds and never trained on."""


class Label(IntFlag):
    """Set of the verdicts that a pair allows; the files with two labels leave open why a claim is not supported."""

    SUPPORTED = 1
    CONTRADICTED = 2
    NOT_SAID = 4
    NOT_SUPPORTED = 6


_LABELS = {"supported": Label.SUPPORTED, "refuted": Label.CONTRADICTED, "not_supported": Label.NOT_SUPPORTED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A claim, and the sentences that do or do not bear it out."""

    kind: str
    claim: str
    evidence: str
    label: Label

    @property
    def held_out(self) -> bool:
        """Whether the pair is kept for thresholds; all pairs of a claim are on the same side."""
        text = " ".join(self.claim.lower().split())
        return int(hashlib.sha256(text.encode()).hexdigest(), 16) % HELD_OUT == 0


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read the pairs of a file (JSON Lines, gzip)."""
    kind = path.name.split(".")[0].removeprefix("pairs_")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            record = json.loads(line)
            yield Pair(kind=kind, claim=record["claim"], evidence=record["evidence"], label=_LABELS[record["label"]])


class PairWindows:
    """Converts pairs to windows of the network: `[CLS] claim [SEP] evidence [SEP]`."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._first = tokenizer.token_to_id("[CLS]")
        self._separator = tokenizer.token_to_id("[SEP]")

    def of(self, pairs: Sequence[Pair]) -> list[Window]:
        """Convert pairs, cutting claims to `CLAIM_PIECES` word pieces and evidence to `EVIDENCE_PIECES`."""
        texts = [text for pair in pairs for text in (pair.claim, pair.evidence)]
        encoded = iter(self._tokenizer.encode_batch(texts, add_special_tokens=False))
        windows = []
        for pair in pairs:
            claim, evidence = next(encoded).ids[:CLAIM_PIECES], next(encoded).ids[:EVIDENCE_PIECES]
            pieces = [self._first, *claim, self._separator, *evidence, self._separator]
            windows.append(
                Window(
                    pieces=np.array(pieces, np.uint16),
                    second=len(claim) + 2,
                    block_of=np.zeros(len(pieces), np.int8),
                    start=0,
                    end=0,
                    answering=int(pair.label),
                )
            )
        return windows


def arrays_of(pairs: Sequence[Pair], tokenizer: Tokenizer, *, seed: int) -> Arrays:
    """Convert pairs to arrays, in a random order; `Arrays.answering` holds the labels."""
    mixed = list(pairs)
    random.Random(f"pairs {seed}").shuffle(mixed)
    windows = PairWindows(tokenizer)
    made = [window for at in range(0, len(mixed), 2000) for window in windows.of(mixed[at : at + 2000])]
    return Arrays.of(made, [pair.kind for pair in mixed])
