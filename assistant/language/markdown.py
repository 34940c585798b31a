"""Markdown as plain text."""

import re

_LINK = re.compile(
    r"!?\[([^\[\]]{1,500})\]\("  # Its text, in brackets.
    # Its address, brackets paired.
    r"(?:<[^<>\n]{0,2000}>|(?:[^\s()]|\((?:[^\s()]|\([^\s()]{0,500}\)){0,500}\)){0,2000})"
    r"(?:\s{1,3}(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'))?\s?\)"  # Its title.
)
_NOTE = re.compile(r"(?<=\S)\[\^[\w-]{1,20}\]")
_MARKS = re.compile(r"(?m)^\s*(?:>\s?)*(?:[-*+•·‣▪]|#{1,6}|>)\s+")
_FENCES = re.compile(r"(?m)^\s*(?:```|~~~)[\w-]*\s*$")


def plain(quote: str) -> str:
    """A quote as a person reads it: on one line, without Markdown's marks unless there is nothing else."""
    text = _MARKS.sub("", _FENCES.sub("", quote))
    text = re.sub(r"(?m)^\s*(?:>\s?)+", "", text)
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda m: m[1] or m[2], text)
    text = _NOTE.sub("", _LINK.sub(r"\1", text))
    return " ".join(text.split()) or " ".join(quote.split())
