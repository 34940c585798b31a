"""Spelling correction: a word that no article has is replaced by the articles' word that it was meant to be."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol

from index.encoding.encoder import Encoder
from index.text.terms import QUESTION_WORDS_ABROAD, STOP_WORDS, stems, words

MIN_LETTERS = 4
_KNOWN = STOP_WORDS | QUESTION_WORDS_ABROAD
LETTERS_FOR_TWO = 8
"""Words of at least this many characters may have two mistakes, shorter ones one."""


class Frequencies(Protocol):
    """Document frequencies that the correction needs, in chunks."""

    def document_frequency(self, term: str) -> int:
        """Chunks that hold a stem."""

    def word_frequency(self, word: str) -> int:
        """Chunks that hold a word, unstemmed, in lower case."""

    def similar_words(self, word: str, distance: int, k: int = 20) -> list[int]:
        """Ids of up to `k` chunks that hold a word within an edit distance of `word` (1 or 2)."""


def corrections(
    question: str, text: Frequencies, encoder: Encoder, chunk_text: Callable[[int], str], known: Iterable[str] = ()
) -> dict[str, str]:
    """Find misspelt words of a question, and what they were meant to be.

    A word is taken for misspelt when no chunk has it or another form of it, and when the encoder's
    vocabulary does not have it whole: a real word that merely is not in the articles stays, since
    correcting "Fujian" to "Fuyang" would answer another question.

    Args:
        question: as asked.
        text: the BM25 index, which knows all words.
        encoder: its vocabulary tells real words.
        chunk_text: text of a chunk with its title, by id.
        known: words that are right although no article has them, such as aliases.

    Returns:
        Words as they stand in the question, and the words of the articles, in lower case.
    """
    found = {}
    for word in dict.fromkeys(re.findall(r"[^\W\d_]+", question)):
        lower = words(word)[0] if words(word) else ""
        if len(lower) < MIN_LETTERS or lower in _KNOWN or not lower.isascii():
            continue
        if text.word_frequency(lower) or any(map(text.document_frequency, stems(lower))):
            continue
        if len(encoder.tokens(lower)) == 1 or lower in _words_of(tuple(known)):
            continue
        meant = _meant(lower, text, chunk_text)
        if meant:
            found[word] = meant
    return found


@lru_cache(maxsize=16)
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in words(name))


def corrected(question: str, changes: dict[str, str]) -> str:
    """Replace the misspelt words of a question, keeping the case of first letters."""
    for wrong, right in changes.items():
        replacement = right.capitalize() if wrong[0].isupper() else right
        question = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", replacement, question)
    return question


def _meant(word: str, text: Frequencies, chunk_text: Callable[[int], str]) -> str | None:
    """The word of the articles within one or two mistakes, swapped neighbours counting as one."""
    from rapidfuzz.distance import OSA  # Here, since few questions have a misspelt word.

    for distance in (1, 2) if len(word) >= LETTERS_FOR_TWO else (1,):
        nearby: dict[str, int] = {}
        for chunk in text.similar_words(word, distance):
            for candidate in set(words(chunk_text(chunk))):
                if OSA.distance(word, candidate, score_cutoff=distance) <= distance:
                    nearby[candidate] = text.word_frequency(candidate)
        # Mistakes at the first letter are rare; among the rest the commoner word is likelier meant.
        best = sorted(nearby, key=lambda c: (c[0] != word[0], -nearby[c], c))
        if best and (best[0][0] == word[0] or len(word) >= LETTERS_FOR_TWO):
            return best[0]
    return None
