"""Encodes texts with an exported model: tokenization, windows, batches, pooling."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.encoding.encoder import EncodingJob, Progress, unit
from index.encoding.projection import TokenProjection
from index.errors import EncoderUnavailable
from index.text.article import ChunkVectors, Matrix, QuestionVectors

BATCH_TOKENS = 3_072
"""Tokens of one batch, padding included: large enough for two cores, small enough for memory."""
SETTINGS_NAME = "encoder.json"
PROJECTION_NAME = "tokens.npy"

Run = Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[Matrix, Matrix]]
"""From token ids and attention mask, (n, tokens) each, to text vectors (n, dimension) and token
vectors (n, tokens, width)."""


def open_tokenizer(folder: Path) -> Tokenizer:
    """Open the tokenizer in a model's folder; it neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class WindowEncoder:
    """Encodes texts of at most `max_tokens` tokens with a given runtime of the network."""

    def __init__(self, folder: Path, run: Run, *, run_questions: Run | None = None) -> None:
        """Open the export in `folder`.

        Args:
            folder: as written by `index.encoding.export.export_encoder`.
            run: the network.
            run_questions: a faster network of nearly the same vectors, for questions; None for `run`.

        Raises:
            EncoderUnavailable: a file of the export is missing or damaged.
        """
        try:
            settings = json.loads((folder / SETTINGS_NAME).read_text(encoding="utf-8"))
            self._tokenizer = open_tokenizer(folder)
            path = folder / PROJECTION_NAME
            width = int(settings["dimension"])
            self.projection = (
                TokenProjection.from_bytes(path.read_bytes()) if path.exists() else TokenProjection.identity(width)
            )
        except Exception as error:  # noqa: BLE001 - tokenizers raises plain Exception
            raise EncoderUnavailable(
                f"the encoder in {folder} cannot be opened ({str(error).splitlines()[0]})",
                "remove that folder, and it is made again",
            ) from error
        self._network = run
        self._question_network = run_questions or run
        self.name: str = settings["name"]
        self.hash: str = settings["hash"]
        self.dimension: int = settings["dimension"]
        self.max_tokens: int = settings["max_tokens"]
        self._late: bool = settings["late_chunking"]
        self._prompts: dict[str, str] = settings["prompts"]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens, the document prompt included."""
        prompt = self._prompts["document"]
        return [len(e.ids) for e in self._tokenizer.encode_batch_fast([prompt + text for text in texts])]

    def tokens(self, word: str) -> list[str]:
        """Split a word into the vocabulary's pieces."""
        pieces: list[str] = self._tokenizer.encode(word, add_special_tokens=False).tokens
        return pieces

    def encode_questions(self, questions: Sequence[str]) -> list[QuestionVectors]:
        """Encode questions; the vector of one longer than the window is the mean of its windows."""
        prompt = self._prompts["query"]
        encodings = [self._tokenizer.encode(prompt + question) for question in questions]
        short = [encoding for encoding in encodings if len(encoding.ids) <= self.max_tokens]
        ids = [encoding.ids for encoding in short]
        rows = zip(*_run(self._question_network, ids), strict=True) if short else iter(())
        found = []
        for question, encoding in zip(questions, encodings, strict=True):
            if len(encoding.ids) > self.max_tokens:
                found.append(self._in_windows(question))
                continue
            text, tokens = next(rows)
            own = [i for i, (start, end) in enumerate(encoding.offsets) if end > start >= len(prompt)]
            spans = tuple((a - len(prompt), b - len(prompt)) for a, b in (encoding.offsets[i] for i in own))
            found.append(QuestionVectors(text=unit(text), tokens=tokens[own], spans=spans))
        return found

    def _in_windows(self, question: str) -> QuestionVectors:
        words = list(re.finditer(r"\S+", question))
        # Chinese and Japanese have no spaces to cut at.
        cut = words[len(words) // 2].start() if len(words) > 1 else len(question) // 2
        first, second = self.encode_questions([question[:cut], question[cut:]])
        return QuestionVectors(
            text=unit(first.text + second.text),
            tokens=np.concatenate([first.tokens, second.tokens]),
            spans=first.spans + tuple((a + cut, b + cut) for a, b in second.spans),
        )

    def encode_chunks(self, jobs: Sequence[EncodingJob], progress: Progress) -> list[ChunkVectors]:
        """Encode chunks and their sentences, in batches of similar length."""
        prompt = self._prompts["document"]
        encodings = self._tokenizer.encode_batch([prompt + job.text for job in jobs])
        for job, encoding in zip(jobs, encodings, strict=True):
            if len(encoding.ids) > self.max_tokens:
                raise ValueError(f"{len(encoding.ids)} tokens do not fit in {self.max_tokens}: {job.text[:60]!r}")
        vectors: dict[int, ChunkVectors] = {}
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            chunks, tokens = _run(self._network, [encodings[i].ids for i in batch])
            for row, i in enumerate(batch):
                spans = [(a + len(prompt), b + len(prompt)) for a, b in jobs[i].sentence_spans()]
                inside = _tokens_by_span(np.asarray(encodings[i].offsets), spans)
                chunk = unit(chunks[row])
                vectors[i] = ChunkVectors(
                    chunk=chunk,
                    sentences=_means(tokens[row], inside, default=chunk)
                    if self._late
                    else self._independently(jobs[i]),
                    tokens=tokens[row][np.concatenate(inside)],
                    token_counts=tuple(map(len, inside)),
                )
            progress(len(vectors), len(jobs))
        return [vectors[i] for i in range(len(jobs))]

    def _independently(self, job: EncodingJob) -> Matrix:
        """Encode sentences one by one, for models that do not pool by plain mean."""
        prompt = self._prompts["document"]
        texts = [prompt + job.text[start:end] for start, end in job.sentence_spans()]
        return unit(_run(self._network, [e.ids for e in self._tokenizer.encode_batch(texts)])[0])


def _run(network: Run, ids: Sequence[Sequence[int]]) -> tuple[Matrix, Matrix]:
    """Text vectors (n, dimension) and token vectors (n, longest, width) of token ids."""
    longest = max(map(len, ids))
    padded = np.zeros((len(ids), longest), dtype=np.int64)
    mask = np.zeros_like(padded)
    for row, one in enumerate(ids):
        padded[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return network(padded, mask)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group positions into batches of similar length, so that little is padding."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        # Sorted ascending, so the newcomer is the longest and sets the padded size.
        if batches and (len(batches[-1]) + 1) * lengths[i] <= BATCH_TOKENS:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _tokens_by_span(offsets: NDArray[np.int64], spans: Sequence[tuple[int, int]]) -> list[NDArray[np.int64]]:
    """Positions of the tokens of each sentence; special tokens have empty offsets and belong to none."""
    real = offsets[:, 1] > offsets[:, 0]
    return [np.flatnonzero(real & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)) for start, end in spans]


def _means(tokens: Matrix, inside: Sequence[NDArray[np.int64]], *, default: Matrix) -> Matrix:
    """Late chunking: a sentence's vector is the mean of its tokens' vectors in the whole chunk.

    Returns:
        (sentences, dimension) float32, rows of length 1; `default` for a sentence without a token.
    """
    return np.stack([unit(tokens[own].mean(axis=0)) if len(own) else default for own in inside])
