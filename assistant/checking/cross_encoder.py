"""Judges support with a cross-encoder of one's own that was trained for natural language inference."""

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from assistant.checking.entailment import probabilities
from index.encoding.cross_encoders import check_folder, load_cross_encoder, read_json
from index.encoding.runtimes import folder_of
from index.errors import EncoderUnavailable

ADVICE = (
    'give a folder of a sentence-transformers CrossEncoder with a label "entailment", or unset ASSISTANT_MODEL_CHECKER'
)


class CrossEncoderScorer:
    """A scorer over the model in a folder, loaded at the first sentence that is checked."""

    threshold = 0.5

    def __init__(self, source: str, *, hub: bool) -> None:
        """Check the folder.

        Args:
            source: a folder, or a name on the Hugging Face hub.
            hub: whether the model may be downloaded by name.

        Raises:
            EncoderUnavailable: no such folder or model, or it tells no entailment.
        """
        self._hub = hub
        self._folder = folder_of(source, hub=hub)
        check_folder(self._folder, ADVICE)
        labels = read_json(self._folder / "config.json").get("id2label") or {}
        found = [int(number) for number, name in labels.items() if str(name).lower().startswith("entail")]
        if len(found) != 1:
            named = ", ".join(map(str, labels.values())) or "none"
            raise EncoderUnavailable(f"{self._folder} has no label “entailment” (its labels: {named})", ADVICE)
        self._entailment = found[0]
        self._lock = threading.Lock()  # One tokenizer cannot serve two threads.
        self.name = f"cross-encoder:{source}"

    def scores(self, claim: str, evidence: Sequence[str]) -> list[float]:
        """Compute for each evidence the probability that it entails the claim."""
        if not evidence:
            return []
        with self._lock:
            logits = np.asarray(
                self._model.predict([(text, claim) for text in evidence], show_progress_bar=False, apply_softmax=False)
            )
        return probabilities(logits, self._entailment)

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - the library is imported late
        return load_cross_encoder(self._folder, hub=self._hub)
