"""What is asked of a page that is to be drawn, and what is told of it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Characters of a page's text, as the article has it."""

    text: str
    """All of the page's text."""
    start: int
    """First character of the quote, counted in `text`."""
    end: int
    """One past the last character; for no quote as `start`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle on a page, in fractions of its width and height, counted from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """A page of a PDF, and where on it a quote stands."""

    count: int
    """Pages of the PDF."""
    width: float
    """Points, 72 of which are an inch, as the page is shown."""
    height: float
    boxes: tuple[Box, ...]
    """Of the quote, a line at a time; none where it was not found on the page."""
