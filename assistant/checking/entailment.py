"""Optional, stronger scorer for the support check: a cross-encoder trained on natural language inference."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.checking.support import Considered
from assistant.retrieval.rerank import check_folder, load_cross_encoder
from index.encoding.runtimes import folder_of
from index.errors import EncoderUnavailable

SUPPORTING_LABELS = ("entail", "support", "consistent")
"""Beginnings of the entailment label's name."""
DEFAULT_THRESHOLD = 0.5


class EntailmentScorer:
    """Scores runs of sentences with a sentence-transformers CrossEncoder, the run as premise, the claim as hypothesis.

    A model with one score gives it as a probability; one with several labels gives the share of the
    label that says "entailment". What exceeds the model's window is cut off by its tokenizer.
    """

    def __init__(self, source: str, *, hub: bool = False, threshold: float = DEFAULT_THRESHOLD) -> None:
        """Check the folder at once; the model is loaded at the first call, which takes seconds.

        Args:
            source: a folder, or a name on the Hugging Face hub.
            hub: whether the model may be downloaded by name.
            threshold: least probability of supported claims.

        Raises:
            EncoderUnavailable: no such folder or model, or it holds no cross-encoder; at the first call,
                its files are damaged, or none of its labels says "entailment".
        """
        folder = folder_of(source, hub=hub)
        check_folder(folder)
        self.name = f"entailment:{folder.name}"
        self.threshold = threshold
        self._lock = threading.Lock()  # One tokenizer cannot serve two threads.
        self._model = lru_cache(maxsize=1)(lambda: _load(folder, hub=hub))

    def scores(self, claim: str, runs: Sequence[Considered]) -> list[float]:
        """Compute the probability of entailment, or the single score, for each run."""
        if not runs:
            return []
        pairs = [(one.receipt.text, claim) for one in runs]
        with self._lock:
            model, label = self._model()
            if label is None:
                return [float(score) for score in model.predict(pairs, show_progress_bar=False)]
            table = model.predict(pairs, apply_softmax=True, show_progress_bar=False)
        return [float(row[label]) for row in table]


def _load(folder: Path, *, hub: bool) -> tuple[Any, int | None]:
    """Load the model; returns it with the index of its entailment label, None for a single score."""
    model = load_cross_encoder(folder, hub=hub)
    if model.num_labels == 1:
        return model, None
    names = {int(number): str(name) for number, name in model.config.id2label.items()}
    for number, name in names.items():
        if name.lower().startswith(SUPPORTING_LABELS):
            return model, number
    raise EncoderUnavailable(
        f"the cross-encoder in {folder} has the labels {', '.join(names.values())}, none of which says that a text "
        "follows from another",
        "give one that was trained on entailment",
    )
