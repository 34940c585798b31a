"""Find the paragraphs of a set nearest to a question, by BM25."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from eval.lab.reader.words import content_words, words

K1, B = 0.9, 0.4
MOST_POSTINGS = 600
"""Words in more paragraphs than this are ignored, for speed."""


class Neighbours:
    """An inverted index over distinct paragraphs."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self.paragraphs = list(dict.fromkeys(paragraphs))
        counts = [Counter(words(text)) for text in self.paragraphs]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / max(1, len(lengths))
        frequency = Counter(word for count in counts for word in count)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                if frequency[word] <= MOST_POSTINGS:
                    idf = math.log(1 + (len(counts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
                    scale = times + K1 * (1 - B + B * lengths[number] / mean)
                    self._postings[word].append((number, idf * times * (K1 + 1) / scale))

    def nearest(self, question: str, count: int) -> list[str]:
        """Return the `count` paragraphs with the highest scores, best first; fewer if fewer share a word."""
        scores: dict[int, float] = defaultdict(float)
        for word in content_words(question):
            for number, score in self._postings.get(word, ()):
                scores[number] += score
        best = sorted(scores, key=lambda number: (-scores[number], number))[:count]
        return [self.paragraphs[number] for number in best]
