"""Where the words of a search stand in a text."""

import re

from index.text.terms import CJK, STOP_WORDS, stem

MOST = 1_000
"""Hits that are told of one text."""
_WORD = re.compile(rf"[{CJK}]+|(?:(?![{CJK}])[^\W_])+(?:[.,'’](?=\w)(?:(?![{CJK}])[^\W_])+)*")
_CJK = re.compile(f"[{CJK}]")


def hits(text: str, query: str) -> list[tuple[int, int]]:
    """Characters of `text` that are words of `query`, end exclusive, in order: the same stem counts as the same word.

    Words such as "the" count only in a query that has no others. Runs of Chinese or Japanese are found to the letter.
    """
    asked = [match.group() for match in _WORD.finditer(query)]
    runs = [one for one in asked if _CJK.match(one)]
    words = [one for one in asked if not _CJK.match(one)]
    told = [one for one in words if one.lower() not in STOP_WORDS] or ([] if runs else words)
    wanted = {stem(one) for one in told} - {""}
    found = [match.span() for match in _WORD.finditer(text) if wanted and stem(match.group()) in wanted]
    for run in runs:
        found += [match.span() for match in re.finditer(re.escape(run), text)]
    return _apart(sorted(found))[:MOST]


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without those that begin within another."""
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
