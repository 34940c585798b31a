"""Find the passages that other tools copied from articles, and anchor them there as evidence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from eval.cases.anchors import occurrences
from eval.cases.case import Evidence
from index.text.sentences import split_sentences

Articles = Mapping[str, str]
"""Texts of articles by their ids."""

LEAST_WORDS = 4
"""Least words of a sentence that is searched for on its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """Result of searching the articles for a passage."""

    evidence: tuple[Evidence, ...]
    """Every occurrence, as alternatives; empty if there is none."""
    found: int
    """Number of its sentences that occur in the articles."""
    sentences: int
    """Number of its sentences."""


class Library:
    """Articles to search for quotes; any white space matches any other."""

    def __init__(self, articles: Articles) -> None:
        self._texts = dict(articles)
        self._flat = {id_: " ".join(text.split()) for id_, text in self._texts.items()}

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._texts

    def locate(self, passage: str, *, part: str) -> Located:
        """Find a passage: as a whole, else those of its sentences that occur.

        Args:
            passage: as the tool wrote it.
            part: label of its evidence.
        """
        sentences = [passage[s.start : s.end] for s in split_sentences(passage)]
        whole = [
            (id_, self._texts[id_][start:end])
            for id_ in self._holders(passage)
            for start, end in self._first(id_, passage)
        ]
        if whole:
            return Located(evidence=_alternatives(whole, part), found=len(sentences), sentences=len(sentences))
        telling = [sentence for sentence in sentences if len(sentence.split()) >= LEAST_WORDS]
        spans: dict[str, list[tuple[int, int]]] = {}
        for sentence in telling:
            for id_ in self._holders(sentence):
                spans.setdefault(id_, []).extend(self._first(id_, sentence))
        if not spans:
            return Located(evidence=(), found=0, sentences=len(sentences))
        best = max(spans, key=lambda id_: len(spans[id_]))
        runs = [(best, self._texts[best][start:end]) for start, end in _runs(spans[best], self._texts[best])]
        return Located(evidence=_alternatives(runs, part), found=len(spans[best]), sentences=len(sentences))

    def joined(self, text: str, separator: str) -> tuple[str, ...]:
        """Take apart passages that were joined by a separator which they may hold themselves, as a table does.

        From the left, the longest run of pieces that some article holds is a passage. What none holds, or is shorter
        than `LEAST_WORDS`, is passed over beside others: it would be a cell of a table that was changed.

        Returns:
            The passages; the text itself if no article holds any of it.
        """
        pieces = text.split(separator)
        found, at = [], 0
        while at < len(pieces):
            ends = range(len(pieces), at, -1)
            end = next((end for end in ends if self._holders(separator.join(pieces[at:end]))), at + 1)
            passage = separator.join(pieces[at:end])
            if self._holders(passage) and (len(pieces) == 1 or len(re.findall(r"\w+", passage)) >= LEAST_WORDS):
                found.append(passage)
            at = end
        return tuple(found) or (text,)

    def _holders(self, quote: str) -> list[str]:
        """Ids of the articles that contain a quote; far faster than locating it in each."""
        wanted = " ".join(quote.split())
        return [id_ for id_, flat in self._flat.items() if wanted and wanted in flat]

    def _first(self, id_: str, quote: str) -> list[tuple[int, int]]:
        return occurrences(quote, self._texts[id_])[:1]


def _runs(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Sort spans, and merge those with only white space between them."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _alternatives(quotes: list[tuple[str, str]], part: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(article_id=id_, quote=quote, part=part) for id_, quote in dict.fromkeys(quotes))
