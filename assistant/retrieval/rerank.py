"""Optional re-ranking: a sentence-transformers CrossEncoder reads question and passage together."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.encoding.cross_encoders import check_folder, load_cross_encoder
from index.encoding.runtimes import folder_of
from index.errors import EncoderUnavailable
from index.search.engine import Passage

ADVICE = "give a folder of a sentence-transformers CrossEncoder, or unset ASSISTANT_RERANKER"


def cross_encoder(source: str, *, hub: bool) -> Callable[[str, tuple[Passage, ...]], tuple[Passage, ...]]:
    """What puts passages in the order of a cross-encoder, for `Assistant(rerank=...)`.

    Order and `rank` change and nothing else: `score`, `cosine`, `bm25` and `late` stay what the
    search gave, because the fitted weights expect them and a cross-encoder's scores have another
    scale. Passages with equal scores keep the search's order.

    The cross-encoder reads the title and the passage after it. What exceeds its own window (often
    512 tokens, question included) is cut off in silence by its tokenizer; chunks of the default
    encoder, 256 tokens, fit.

    The folder is checked at once, and the model loaded at the first call, which takes seconds.

    Args:
        source: a folder, or a name on the Hugging Face hub.
        hub: whether the model may be downloaded by name.

    Raises:
        EncoderUnavailable: no such folder or model, or it holds no cross-encoder; at the first call,
            its files are damaged, or it gives several scores.
    """
    folder = folder_of(source, hub=hub)
    check_folder(folder, ADVICE)
    lock = threading.Lock()  # One tokenizer cannot serve two threads.

    @lru_cache(maxsize=1)
    def model() -> Any:  # noqa: ANN401 - the library is imported late
        return _load(folder, hub=hub)

    def rerank(question: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        if not passages:
            return passages
        texts = [paired_text(p) for p in passages]
        # Each text once: the last digits of a score depend on the row of the batch that it is computed in.
        once = list(dict.fromkeys(texts))
        with lock:
            scores = model().predict([(question, text) for text in once], show_progress_bar=False)
        score_of = dict(zip(once, map(float, scores), strict=True))
        order = sorted(range(len(passages)), key=lambda i: (-score_of[texts[i]], i))
        return tuple(replace(passages[i], rank=rank) for rank, i in enumerate(order, 1))

    return rerank


def paired_text(passage: Passage) -> str:
    """What the cross-encoder reads beside the question: the title, if there is one, and the passage."""
    return f"{passage.article.title}\n{passage.text}" if passage.article.title else passage.text


def _load(folder: Path, *, hub: bool) -> Any:  # noqa: ANN401
    """The sentence-transformers CrossEncoder in a folder, which gives one score."""
    model = load_cross_encoder(folder, hub=hub)
    if model.num_labels != 1:
        raise EncoderUnavailable(f"the cross-encoder in {folder} gives {model.num_labels} scores, not one", ADVICE)
    return model
