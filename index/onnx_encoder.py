"""The encoder as it is used at question time: onnxruntime and tokenizers, neither torch nor transformers."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.article import ChunkVectors, Matrix
from index.encoder import EncodingJob, Progress, unit
from index.errors import EncoderUnavailable

BATCH_TOKENS = 3_072
"""Tokens of one batch, padding included: large enough for two cores, small enough for memory."""
SETTINGS_NAME = "encoder.json"


class OnnxEncoder:
    """An exported sentence-transformers model: `model.onnx`, `tokenizer.json`, `encoder.json`."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the export in `folder`.

        Args:
            folder: as written by `index.export.export_encoder`.
            threads: cores to use; 0 leaves it to onnxruntime.

        Raises:
            EncoderUnavailable: a file of the export is missing or damaged.
        """
        try:
            settings = json.loads((folder / SETTINGS_NAME).read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 - both libraries raise plain Exception
            raise EncoderUnavailable(
                f"the exported encoder in {folder} cannot be opened ({str(error).splitlines()[0]}); "
                f"remove that folder and run `assistant index encoder` to export it again"
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.name: str = settings["name"]
        self.hash: str = settings["hash"]
        self.dimension: int = settings["dimension"]
        self.max_tokens: int = settings["max_tokens"]
        self._late: bool = settings["late_chunking"]
        self._prompts: dict[str, str] = settings["prompts"]
        self._inputs = [node.name for node in self._session.get_inputs()]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the seam says, the document prompt included."""
        prompt = self._prompts["document"]
        return [len(e.ids) for e in self._tokenizer.encode_batch_fast([prompt + text for text in texts])]

    def tokens(self, word: str) -> list[str]:
        """As the seam says."""
        pieces: list[str] = self._tokenizer.encode(word, add_special_tokens=False).tokens
        return pieces

    def encode_question(self, question: str) -> Matrix:
        """As the seam says; a question longer than the window is the mean of its windows."""
        prompt = self._prompts["query"]
        ids: list[int] = self._tokenizer.encode(prompt + question).ids
        if len(ids) <= self.max_tokens:
            return unit(self._run([ids])[0][0])
        words = question.split()
        half = len(words) // 2
        if half == 0:
            raise ValueError(f"a single word of {len(question)} characters does not fit the encoder's window")
        parts = [self.encode_question(" ".join(words[:half])), self.encode_question(" ".join(words[half:]))]
        return unit(np.mean(parts, axis=0))

    def encode_chunks(self, jobs: Sequence[EncodingJob], progress: Progress) -> list[ChunkVectors]:
        """As the seam says, in batches of similar length."""
        prompt = self._prompts["document"]
        encodings = self._tokenizer.encode_batch([prompt + job.text for job in jobs])
        for job, encoding in zip(jobs, encodings, strict=True):
            if len(encoding.ids) > self.max_tokens:
                raise ValueError(f"{len(encoding.ids)} tokens do not fit in {self.max_tokens}: {job.text[:60]!r}")
        vectors: dict[int, ChunkVectors] = {}
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            chunks, tokens = self._run([encodings[i].ids for i in batch])
            for row, i in enumerate(batch):
                chunk = unit(chunks[row])
                spans = [(a + len(prompt), b + len(prompt)) for a, b in jobs[i].sentence_spans()]
                offsets = np.asarray(encodings[i].offsets)
                sentences = (
                    _mean_by_span(tokens[row, : len(offsets)], offsets, spans, default=chunk)
                    if self._late
                    else self._independently(jobs[i])
                )
                vectors[i] = ChunkVectors(chunk=chunk, sentences=sentences)
            progress(len(vectors), len(jobs))
        return [vectors[i] for i in range(len(jobs))]

    def _independently(self, job: EncodingJob) -> Matrix:
        """Sentence vectors one by one, for models whose token vectors are no mean of meaning."""
        prompt = self._prompts["document"]
        texts = [prompt + job.text[start:end] for start, end in job.sentence_spans()]
        return unit(self._run([e.ids for e in self._tokenizer.encode_batch(texts)])[0])

    def _run(self, ids: Sequence[Sequence[int]]) -> tuple[Matrix, Matrix]:
        """Text vectors (n, dimension) and token vectors (n, longest, width) of token ids."""
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros_like(padded)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        given = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        texts, tokens = self._session.run(None, {name: given[name] for name in self._inputs})
        return texts, tokens


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Positions grouped so that neighbours in length share a batch and little is padding."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        # Sorted ascending, so the newcomer is the longest and sets the padded size.
        if batches and (len(batches[-1]) + 1) * lengths[i] <= BATCH_TOKENS:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _mean_by_span(
    tokens: Matrix, offsets: NDArray[np.int64], spans: Sequence[tuple[int, int]], *, default: Matrix
) -> Matrix:
    """Late chunking: each sentence's vector is the mean of its tokens' vectors in the whole chunk.

    Args:
        tokens: (tokens, dimension) of one text.
        offsets: (tokens, 2) characters of each token; special tokens have (0, 0).
        spans: characters of each sentence.
        default: what a sentence without a token of its own gets.

    Returns:
        (sentences, dimension) float32, rows of length 1.
    """
    rows = []
    for start, end in spans:
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        rows.append(unit(tokens[inside].mean(axis=0)) if inside.any() else default)
    return np.stack(rows)
