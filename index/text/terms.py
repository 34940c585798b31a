"""Tokenizes text as the BM25 index does: lower case, accents folded, English stems.

Scripts without spaces (Chinese, Japanese) are cut into overlapping pairs of characters, which
BM25 handles about as well as true segmentation and which needs no dictionary.
"""

import re
from functools import lru_cache

import tantivy

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_CJK_RUN = re.compile(f"[{CJK}]+")
_NUMBER_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NUMBER_POINT = re.compile(r"(?<=\d)\.(?=\d)")

STOP_WORDS = frozenset(
    "a an the of to in on at by for from with as is are was were be been being do does did done has have had "
    "and or but if than then that this these those it its their his her he she they them we us you your our i "
    "my me not no so such what which who whom whose when where why how there here into about over under "
    "can could may might will would shall should must s t".split()
)
"""Stop words: ignored when comparing what texts are about, but indexed."""
QUESTION_WORDS_ABROAD = frozenset(
    "wer wen wem wann warum wieso weshalb wie wohin woher welche welcher welches qui quoi quand où pourquoi combien "
    "quel quelle quién qué cuándo dónde cómo cosa quando dove perché quem onde wanneer waarom hoe hvem hvorfor vem "
    "varför kto 谁 何时 为什么 哪里 什么".split()
)
"""Question words of other languages that are no words of English."""


def indexable(text: str) -> str:
    """Normalise `text` for a tokenizer that splits at everything but letters and digits.

    Thousands separators vanish ("35,000" is "35000"), decimal points become a letter ("97.4" is one
    word), and CJK runs become overlapping pairs.
    """
    text = _NUMBER_POINT.sub("p", _NUMBER_COMMA.sub("", text)).replace("_", " ")
    return _CJK_RUN.sub(lambda match: f" {_pairs(match.group())} ", text)


def _pairs(run: str) -> str:
    return run if len(run) < 3 else " ".join(run[i : i + 2] for i in range(len(run) - 1))


def build_analyzer(*, stem: bool) -> tantivy.TextAnalyzer:
    """Build the tokenizer of the index's fields, with or without English stemming."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    return (builder.filter(tantivy.Filter.stemmer("english")) if stem else builder).build()


@lru_cache(maxsize=2)
def _analyzer(stem: bool) -> tantivy.TextAnalyzer:  # noqa: FBT001 - a cache key
    return build_analyzer(stem=stem)


def stems(text: str) -> list[str]:
    """Stemmed terms of `text` in order, as the index holds them."""
    found: list[str] = _analyzer(True).analyze(indexable(text))
    return found


def words(text: str) -> list[str]:
    """Unstemmed terms of `text` in order."""
    found: list[str] = _analyzer(False).analyze(indexable(text))
    return found


def content_stems(text: str) -> list[str]:
    """Stemmed terms of `text` in order, without those of `STOP_WORDS`."""
    return [term for word, term in zip(words(text), stems(text), strict=True) if word not in STOP_WORDS]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Stem of a single word: its first term, or "" if it has none."""
    found = stems(word)
    return found[0] if found else ""
