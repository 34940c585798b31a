"""Replies of models that think aloud, without the thoughts."""

OPEN, CLOSE = "<think>", "</think>"
"""What Qwen's, DeepSeek's and other models write around their thoughts, where the server does not part them."""


class Spoken:
    """Takes a reply piece by piece and gives back what is said of it: all but thoughts at its beginning.

    Only there: further on the same marks are part of what is said.
    """

    def __init__(self) -> None:
        self._held = ""
        """The beginning, as long as it is, or may turn out to be, a thought."""
        self._begun = False
        self._thought = False

    def add(self, piece: str) -> str:
        """What a further piece lets be said."""
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
        """What is left at the end: nothing of a thought that did not end."""
        held, self._held = self._held, ""
        start = held.lstrip()
        if start.startswith(OPEN):
            return ""
        return start if self._thought else held
