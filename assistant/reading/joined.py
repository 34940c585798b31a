"""Joins what the network reads with the fitted ranking: one score for each sentence, one probability for the answer.

The network reads a few windows, those that the ranking by words and vectors thinks best; the weights that join both
are fitted by `python -m eval.lab.fitting.fit_joined` on articles that the network was not trained on.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.reading.evidence import Candidate
from assistant.reading.network import Network, Span, WindowReading
from assistant.reading.weights import Linear, logit, probability
from assistant.reading.windows import Window
from index.search.engine import Passage
from index.text.terms import CJK

JOINED_PATH = Path(__file__).parent / "joined.json"
MOST_WINDOWS = 4
"""Windows that are read for a question; each costs some ten milliseconds."""
KEPT_READINGS = 256
LEAST_SURE_OF_WORDS = 0.3
"""Probability of a short answer among all words of its window from which on it may stand in front."""
UNREAD = -6.0
"""In place of each logit of a sentence that no window held."""
SENTENCE_FEATURES = ("ranked", "sentence", "window", "span")
ANSWER_FEATURES = (
    *SENTENCE_FEATURES,
    "margin",
    "highest_window",
    "fitted",
    "cosine",
    "late",
    "bm25",
    "articles",
)
LEAD_FEATURES = ("answer", "words", "span")
"""Logits: of the answer, of the network's words among all others, and of them less those of no answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Fitted weights that join the network's logits with the ranking."""

    sentence: Linear
    answer: Linear
    threshold: float
    """Answers are given from this probability on."""
    calibration: str
    """How the threshold was fitted, with its risk and coverage, in words."""
    lead: Linear
    """Tells a right short answer from a wrong one."""
    lead_threshold: float
    """A short answer is put in front from this probability on."""

    def leads(self, confidence: float, seen: "Seen") -> bool:
        """Whether the network's words of a sentence are sure enough to stand in front of it."""
        if seen.words is None or seen.words.probability < LEAST_SURE_OF_WORDS:
            return False
        row = lead_row(confidence, seen.words, seen.span)
        return probability(float(self.lead.score(row))) >= self.lead_threshold


@lru_cache(maxsize=1)
def load_joined() -> Joined:
    """The weights that ship with the program."""
    data = json.loads(JOINED_PATH.read_text(encoding="utf-8"))
    return Joined(
        sentence=Linear.from_json(data["sentence"], SENTENCE_FEATURES),
        answer=Linear.from_json(data["answer"], ANSWER_FEATURES),
        threshold=data["threshold"],
        calibration=data["calibration"],
        lead=Linear.from_json(data["lead"], LEAD_FEATURES),
        lead_threshold=data["lead_threshold"],
    )


def reads(question: str) -> bool:
    """Whether the network knows the script of a question; its vocabulary has few words of Chinese and Japanese."""
    return re.search(f"[{CJK}]", question) is None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """What the network makes of one sentence, in the window that says most of it."""

    sentence: float
    window: float
    span: float
    """Logits of its likeliest words less those of no answer."""
    words: Span | None


NOT_SEEN = Seen(sentence=UNREAD, window=UNREAD, span=UNREAD, words=None)


class WindowReader:
    """Reads the windows that matter with the network, each once for a question."""

    def __init__(self, network: Network) -> None:
        """Make one over a network."""
        self._network = network
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, int, int, int], WindowReading] = OrderedDict()

    def read(self, question: str, found: Sequence[Candidate], scores: NDArray[np.float64]) -> list[Seen]:
        """What the network makes of each candidate.

        Args:
            question: as asked.
            found: candidates of the passages.
            scores: (candidates,) of the fitted ranking; the windows of the best are read.
        """
        chosen = self._choose(found, scores)
        readings = self._readings(question, chosen)
        seen: dict[tuple[int, int], Seen] = {}
        for reading in readings:
            for n, score in enumerate(map(float, reading.sentences)):
                key = reading.window.passage.chunk_id, reading.window.first + n
                if key not in seen or seen[key].sentence < score:
                    span = reading.spans[n]
                    seen[key] = Seen(
                        sentence=score, window=reading.answerable, span=span.score - reading.nothing, words=span
                    )
        return [seen.get((one.passage.chunk_id, one.place), NOT_SEEN) for one in found]

    def _choose(self, found: Sequence[Candidate], scores: NDArray[np.float64]) -> list[Window]:
        """The windows that hold the best candidates, no more than `MOST_WINDOWS`."""
        windows: dict[int, list[Window]] = {}
        chosen: dict[tuple[int, int], Window] = {}
        for at in np.argsort(-scores, kind="stable"):
            one, chunk = found[at], found[at].passage.chunk_id
            if chunk not in windows:  # Cutting takes a passage apart into word pieces.
                windows[chunk] = self._network.windower.cut(one.passage)
            # Of two that share the sentence, the one that ends with it: it has what leads up to it.
            window = next(window for window in windows[chunk] if one.place <= window.last)
            chosen.setdefault((chunk, window.first), window)
            if len(chosen) == MOST_WINDOWS:
                break
        return list(chosen.values())

    def _readings(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        keys = [(question, w.passage.article.number, w.passage.start, w.first) for w in windows]
        with self._lock:  # Threads share a reader; one may let go what another is about to take.
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = [(key, window) for key, window in zip(keys, windows, strict=True) if key not in found]
        if new:
            readings = self._network.read(question, [window for _, window in new])
            found.update(zip((key for key, _ in new), readings, strict=True))
        with self._lock:
            self._kept.update(found)
            while len(self._kept) > KEPT_READINGS:
                self._kept.popitem(last=False)
        return [found[key] for key in keys]


def sentence_rows(scores: NDArray[np.float64], seen: Sequence[Seen]) -> NDArray[np.float64]:
    """(candidates, `SENTENCE_FEATURES`)."""
    return np.column_stack(
        [scores, [one.sentence for one in seen], [one.window for one in seen], [one.span for one in seen]]
    )


def answer_row(
    rows: NDArray[np.float64],
    joined: NDArray[np.float64],
    *,
    fitted: float,
    passages: Sequence[Passage],
    articles: int,
) -> NDArray[np.float64]:
    """(`ANSWER_FEATURES`,) from the candidates' rows and joined scores.

    Args:
        rows: of `sentence_rows`.
        joined: (candidates,) scores.
        fitted: logit of the answerability that words and vectors tell.
        passages: best first.
        articles: in the index.
    """
    order = np.argsort(-joined, kind="stable")
    best = rows[order[0]]
    margin = joined[order[0]] - joined[order[min(1, len(order) - 1)]]
    first = passages[0]
    return np.asarray(
        [
            *best,
            margin,
            rows[:, 2].max(),
            fitted,
            first.cosine,
            first.late,
            first.bm25,
            np.log10(max(1, articles)),
        ]
    )


def lead_row(confidence: float, words: Span, span: float) -> NDArray[np.float64]:
    """(`LEAD_FEATURES`,) of a sentence's words, `confidence` the probability of an answer, `span` as of `Seen`."""
    return np.asarray([logit(confidence), logit(words.probability), span])
