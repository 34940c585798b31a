"""Finds a quote in a page's own characters, although the article's text joins lines and mends divided words."""

import unicodedata
from collections.abc import Iterable, Sequence

SHORTEST_PIECE = 8
"""Letters of a piece of a quote that is looked for on its own, at least: fewer stand anywhere."""
CONTEXT = 200
"""Letters before and after by which one of several places is chosen, at most."""


class Letters:
    """The letters and digits of a text, in one form, and which of its characters each is of."""

    def __init__(self, characters: Iterable[str]) -> None:
        """Take them from characters; accents, cases and ligatures do not tell two apart."""
        letters: list[str] = []
        self.places: list[int] = []
        """The character of each letter."""
        for place, character in enumerate(characters):
            for letter in unicodedata.normalize("NFKD", character).casefold():
                if letter.isalnum():
                    letters.append(letter)
                    self.places.append(place)
        self.text = "".join(letters)

    def before(self, place: int) -> int:
        """How many letters stand before a character."""
        low, high = 0, len(self.places)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.places[middle] < place else (low, middle)
        return low


def aligned(text: str, start: int, end: int, characters: Iterable[str]) -> list[tuple[int, int]]:
    """Find `text[start:end]` among a page's characters.

    The whole quote is looked for first, then its longest pieces one after another, since the page may have them in
    another order, or a running title between them. Of several places that one is taken whose surroundings agree best.

    Args:
        text: of the page, as the article has it.
        start: first character of the quote.
        end: one past its last.
        characters: of the page, as its file has them.

    Returns:
        First and one past the last of the page's characters of each piece that was found, in the quote's order.
    """
    own, shown = Letters(text), list(characters)
    page = Letters(shown)
    at, last = own.before(start), own.before(end)
    least = min(SHORTEST_PIECE, last - at)
    found = []
    while at < last:
        length = _longest(own.text, at, last, page.text)
        if length < least:
            at += 1
            continue
        place = _best_place(own.text, at, length, page.text)
        first, stop = page.places[place], page.places[place + length - 1] + 1
        before, after = text[start : own.places[at]], text[own.places[at + length - 1] + 1 : end]
        found.append((first - _same(before[::-1], shown[:first][::-1]), stop + _same(after, shown[stop:])))
        at += length
    return found


def _same(signs: str, shown: Sequence[str]) -> int:
    """How many signs, such as full stops and quotation marks, stand beside a piece on the page as in the text."""
    words = signs.split(maxsplit=1)
    return _common(words[0], shown) if words and signs.startswith(words[0]) else 0


def _longest(own: str, at: int, last: int, page: str) -> int:
    """Length of the longest beginning of `own[at:last]` that stands in `page`."""
    low, high = 0, last - at
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if own[at : at + middle] in page else (low, middle - 1)
    return low


def _best_place(own: str, at: int, length: int, page: str) -> int:
    """Where in `page` the letters `own[at : at + length]` stand among the same neighbours as in `own`."""
    piece = own[at : at + length]
    before, after = own[max(0, at - CONTEXT) : at][::-1], own[at + length : at + length + CONTEXT]
    best, most = -1, -1
    place = page.find(piece)
    while place >= 0:
        agreement = _common(before, page[max(0, place - CONTEXT) : place][::-1])
        agreement += _common(after, page[place + length : place + length + CONTEXT])
        if agreement > most:
            best, most = place, agreement
        place = page.find(piece, place + 1)
    return best


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters two texts begin with in common."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
