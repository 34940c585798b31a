"""Removes the thoughts of reasoning models from the start of a reply."""

OPEN, CLOSE = "<think>", "</think>"
"""Tags around the thoughts of Qwen, DeepSeek and others, if the server does not remove them."""


class ThoughtFilter:
    """Filters the thoughts at the start of a reply, piece by piece; the same tags further on are text."""

    def __init__(self) -> None:
        self._held = ""
        """The start of the reply, while it is or may be a thought."""
        self._begun = False
        self._thought = False

    def add(self, piece: str) -> str:
        """Add a piece; returns the text that can be passed on."""
        if self._begun:
            return piece
        self._held += piece
        while (start := self._held.lstrip()).startswith(OPEN):
            end = start.find(CLOSE)
            if end < 0:
                return ""
            self._held, self._thought = start[end + len(CLOSE) :], True
        if OPEN.startswith(start):
            return ""
        self._begun = True
        return self.rest()

    def rest(self) -> str:
        """The remaining text at the end; nothing of an unfinished thought."""
        held, self._held = self._held, ""
        start = held.lstrip()
        if start.startswith(OPEN):
            return ""
        return start if self._thought else held
