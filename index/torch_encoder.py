"""sentence-transformers itself behind the `Encoder` seam: slow to start, and never wrong about itself.

Used to check an export, and instead of one where the export does not agree.
"""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.article import ChunkVectors, Matrix
from index.encoder import EncodingJob, Progress, unit
from index.errors import EncoderUnavailable


def load_model(source: str, *, hub: bool) -> Any:  # noqa: ANN401 - the library is imported late
    """A `SentenceTransformer` from a folder, or by hub name where `hub` allows the network.

    Raises:
        EncoderUnavailable: no such model, or the library is not installed.
    """
    if not hub:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
            logging.set_verbosity_error()
            return SentenceTransformer(source, device="cpu")
    except (OSError, ValueError, ImportError, KeyError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderUnavailable(
            f"the encoder {source!r} cannot be loaded ({reason}); give a folder of a sentence-transformers model"
        ) from error


class SentenceTransformersEncoder:
    """A sentence-transformers model used directly."""

    def __init__(self, model: Any, *, name: str, hash: str) -> None:  # noqa: A002, ANN401
        self._model = model.eval()
        self.name = name
        self.hash = hash
        self.dimension: int = model.get_embedding_dimension()
        self.max_tokens: int = int(model.max_seq_length)
        self.prompts = {kind: prompt_of(model, kind) for kind in ("query", "document")}
        self.late_chunking = late_chunking_fits(model)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the seam says."""
        prompt = self.prompts["document"]
        fast = self._model.tokenizer._tokenizer
        fast.no_truncation()
        fast.no_padding()
        return [len(encoding.ids) for encoding in fast.encode_batch([prompt + text for text in texts])]

    def tokens(self, word: str) -> list[str]:
        """As the seam says."""
        pieces: list[str] = self._model.tokenizer.tokenize(word)
        return pieces

    def encode_question(self, question: str) -> Matrix:
        """As the seam says; what exceeds the window is averaged in windows."""
        words = question.split()
        if self.count_tokens([question])[0] > self.max_tokens and len(words) > 1:
            half = len(words) // 2
            parts = [self.encode_question(" ".join(part)) for part in (words[:half], words[half:])]
            return unit(np.mean(parts, axis=0))
        return unit(self.forward([self.prompts["query"] + question])[0][0])

    def encode_chunks(self, jobs: Sequence[EncodingJob], progress: Progress) -> list[ChunkVectors]:
        """As the seam says, eight at a time; sentences are encoded one by one."""
        prompt = self.prompts["document"]
        for job, count in zip(jobs, self.count_tokens([job.text for job in jobs]), strict=True):
            if count > self.max_tokens:
                raise ValueError(f"{count} tokens do not fit in {self.max_tokens}: {job.text[:60]!r}")
        vectors = []
        for job in jobs:
            texts = [prompt + job.text, *(prompt + job.text[a:b] for a, b in job.sentence_spans())]
            rows = unit(np.concatenate([self.forward(texts[i : i + 8])[0] for i in range(0, len(texts), 8)]))
            vectors.append(ChunkVectors(chunk=rows[0], sentences=rows[1:]))
            progress(len(vectors), len(jobs))
        return vectors

    def forward(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        """Text vectors and token vectors, as the model gives them."""
        import torch

        with torch.no_grad():
            out = self._model(self._model.preprocess(list(texts)))
        return out["sentence_embedding"].numpy(), out["token_embeddings"].numpy()


def prompt_of(model: Any, kind: str) -> str:  # noqa: ANN401
    """What the model wants before a "query" or a "document"; empty for most."""
    names = (kind, "passage") if kind == "document" else (kind,)
    prompts = dict(model.prompts or {})
    return next((prompts[name] for name in names if prompts.get(name)), "")


def late_chunking_fits(model: Any) -> bool:  # noqa: ANN401
    """Whether a mean of token vectors lies in the space of the text vectors: mean pooling, no more."""
    kinds = [type(module).__name__ for module in model]
    pooling = next((module for module in model if type(module).__name__ == "Pooling"), None)
    mean = pooling is not None and "mean" in str(pooling.get_config_dict().get("pooling_mode", ""))
    return mean and all(kind in {"Transformer", "Pooling", "Normalize"} for kind in kinds)


def folder_of(source: str, *, hub: bool) -> Path:
    """The folder that holds a model: `source` itself, or its snapshot from the hub."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path.resolve()
    if not hub:
        raise EncoderUnavailable(
            f"no folder {source!r} with a sentence-transformers model; give its path, or allow a download from "
            f"the hub with ASSISTANT_HUB=1"
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(source))
    except Exception as error:  # noqa: BLE001 - the hub client raises many kinds
        raise EncoderUnavailable(f"the model {source!r} could not be downloaded ({error})") from error
