"""Markdown as plain text."""

import re


def plain(quote: str) -> str:
    """A quote as a person reads it: on one line, without Markdown's marks unless there is nothing else."""
    text = re.sub(r"(?m)^\s*(?:[-*+•·]|#{1,6}|>)\s+", "", quote)
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda m: m[1] or m[2], text)
    text = re.sub(r"!?\[([^\]]+)\]\([^)\s]+\)", r"\1", text)
    return " ".join(text.split()) or " ".join(quote.split())
