"""Leaves out of Markdown what a reader of the page does not see, or sees struck out.

One pass over the text finds the marks, one pass over the marks pairs them and decides what to cut; both are linear in
the text's length, whatever is left open.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

MARK = re.compile(
    r"""
      ^(?P<fence>[ \t>]{0,12}(?:(?:[-*+]|\d{1,9}[.)])[ ]{1,4})?(?P<bar>`{3,}+|~{3,}+)[^\n]*+)
    | ^(?P<note>[ ]{0,3}\[[^\]\n]{1,50}\]:[ \t]{1,9}(?:\#|<>)[ \t]{0,9}[("'][^\n]*+\n?)   # [//]: # (a comment)
    | (?P<blank>\n[ \t]*+(?=\n))
    | (?P<escape>\\[\\`~<])
    | (?P<comment><!--)
    | (?P<ticks>`++)
    | (?P<strike>(?<!~)~~(?!~))
    | (?P<single>(?<![\w~])~(?=[^\s~])[^~\n]{1,200}+(?<!\s)~(?![\w~]))   # "~5 to ~6" is none.
    | <(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]{0,30}+)(?P<attributes>(?:[^<>"']++|"[^"<>]*+"|'[^'<>]*+')*+)>
    """,
    re.MULTILINE | re.VERBOSE,
)
UNSEEN_TAGS = frozenset({"script", "style", "template", "del", "s", "strike"})
VOID_TAGS = frozenset("area base br col embed hr img input link meta source track wbr".split())
HIDDEN = re.compile(r"(?:^|\s)hidden(?=[\s=/]|$)", re.IGNORECASE)
HIDDEN_STYLE = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)"
    r"|text-decoration(?:-line)?\s{0,9}:[^;]{0,60}line-through|(?:left|top|text-indent)\s{0,9}:\s{0,9}-\d{4,9}"
    r"|(?:font-size|opacity)\s{0,9}:\s{0,9}0(?:\.0{1,9})?(?:px|em|rem|pt|%)?\s{0,9}(?:;|$|!)",
    re.IGNORECASE,
)
STYLE = re.compile(r"""\sstyle\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)')""", re.IGNORECASE)
QUOTED = re.compile(r""""[^"]*+"|'[^']*+'""")
ALT = re.compile(r"""\salt\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)')""", re.IGNORECASE)
EMPTY_SOURCE = re.compile(r"""\ssrc\s{0,9}=\s{0,9}(?:""|'')""", re.IGNORECASE)
ONLY_A_MARKER = re.compile(r"[ \t>]{0,12}(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})?(?:\[[ xX]\][ \t]{0,4})?")
LINE_REST = re.compile(r"[ \t]*+(?:\n|\Z)")

SUMMARY = "<summary>"
"""In place of a piece: make it a bold line, once it is known that it is not within a hidden one."""


def conceals(attributes: str) -> bool:
    """Whether an element with these attributes is hidden or struck out: by `hidden`, or by its style."""
    if not attributes:
        return False
    styles = "".join(match[1] or match[2] or "" for match in STYLE.finditer(attributes))
    return bool(HIDDEN.search(QUOTED.sub('""', attributes)) or (styles and HIDDEN_STYLE.search(styles)))


def without_hidden(text: str) -> str:
    """Leave out comments, hidden elements and struck-out text; a `<summary>` becomes a bold line of its own.

    Code, in fences and between backticks, stays as it is. What is opened and never closed hides its own paragraph
    only, and a comment or strike nothing, so that a slip loses no article.
    """
    if not any(mark in text for mark in ("<", "~", "]:")):
        return text
    return _Marks(text).cut()


@dataclass(frozen=True, slots=True)
class _Tag:
    start: int
    end: int
    name: str
    attributes: str


@dataclass(slots=True)
class _Cuts:
    """Pieces of the text to replace: start, end, by what."""

    pieces: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, start: int, end: int, instead: str = "") -> None:
        self.pieces.append((start, end, instead))


class _Marks:
    """The marks of one text, and what they say to cut."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cuts = _Cuts()
        self.blanks = [match.start() for match in re.finditer(r"\n[ \t]*+(?=\n)", text)]
        self.ticks: dict[int, list[int]] = {}
        for run in re.finditer("`++", text):
            self.ticks.setdefault(len(run[0]), []).append(run.start())
        self.open_tags: dict[str, list[_Tag]] = {}
        self.strike = -1
        self.no_comment_end = False

    def cut(self) -> str:
        """Find and cut; returns the text that is left."""
        at = 0
        while match := MARK.search(self.text, at):
            at = max(self._read(match), match.start() + 1)
        for tags in self.open_tags.values():  # Never closed.
            for tag in tags:
                if self._is_unseen(tag):
                    self.cuts.add(tag.start, self._paragraph_end(tag.end))
        return self._apply()

    def _read(self, match: re.Match[str]) -> int:
        """Take in one mark; returns where to go on."""
        kind = match.lastgroup
        if match["bar"] is not None:
            return self._fence_end(match)
        if match["note"] is not None:
            self.cuts.add(match.start(), match.end())
        elif kind == "blank":
            self.strike = -1
        elif kind == "comment":
            return self._comment(match.start())
        elif kind == "ticks":
            return self._code_end(match)
        elif kind == "single":
            self.cuts.add(match.start(), match.end())
        elif kind == "strike":
            self._struck(match.start())
        elif match["tag"] is not None:
            return self._tag(match)
        return match.end()

    def _fence_end(self, match: re.Match[str]) -> int:
        bar = match["bar"]
        if bar[0] == "`" and "`" in match["fence"].split(bar, 1)[1]:
            return self._code_end_of(match.start("bar"), len(bar))
        close = re.compile(rf"^[ \t>]{{0,16}}{re.escape(bar[0])}{{{len(bar)},}}+[ \t]*+$", re.MULTILINE)
        found = close.search(self.text, match.end())
        return found.end() if found else len(self.text)

    def _code_end(self, match: re.Match[str]) -> int:
        return self._code_end_of(match.start(), len(match[0]))

    def _code_end_of(self, start: int, size: int) -> int:
        """Where code between backticks ends; after the opening ones if none close them in their paragraph."""
        starts = self.ticks.get(size, [])
        place = bisect_left(starts, start + size)
        if place < len(starts) and starts[place] < self._paragraph_end(start):
            return starts[place] + size
        return start + size

    def _paragraph_end(self, start: int) -> int:
        place = bisect_left(self.blanks, start)
        return self.blanks[place] if place < len(self.blanks) else len(self.text)

    def _comment(self, start: int) -> int:
        end = -1 if self.no_comment_end else self.text.find("-->", start + 2)
        if end < 0:
            self.no_comment_end = True
            return start + 4
        self.cuts.add(start, end + 3)
        return end + 3

    def _struck(self, start: int) -> None:
        text = self.text
        if self.strike >= 0 and not text[start - 1].isspace():
            self.cuts.add(self.strike, start + 2)
            self.strike = -1
        elif start + 2 < len(text) and not text[start + 2].isspace():
            self.strike = start

    def _is_unseen(self, tag: _Tag) -> bool:
        return tag.name in UNSEEN_TAGS or conceals(tag.attributes)

    def _tag(self, match: re.Match[str]) -> int:
        name = match["tag"].lower()
        tag = _Tag(match.start(), match.end(), name, match["attributes"])
        if match["end"]:
            self._close(tag)
        elif name in VOID_TAGS or tag.attributes.endswith("/"):
            if conceals(tag.attributes):
                self.cuts.add(tag.start, tag.end)
            elif name == "img" and EMPTY_SOURCE.search(tag.attributes):
                alt = ALT.search(tag.attributes)
                self.cuts.add(tag.start, tag.end, (alt[1] or alt[2] or "") if alt else "")
        else:
            if name == "details" and not self._is_unseen(tag):
                self.cuts.add(tag.start, tag.end, "\n")
            self.open_tags.setdefault(name, []).append(tag)
        return match.end()

    def _close(self, tag: _Tag) -> None:
        opened = self.open_tags.get(tag.name)
        first = opened.pop() if opened else None
        if first is not None and self._is_unseen(first):
            self.cuts.add(first.start, tag.end)
        elif tag.name == "details":
            self.cuts.add(tag.start, tag.end, "\n")
        elif first is not None and tag.name == "summary":
            self.cuts.add(first.start, tag.end, SUMMARY)

    def _apply(self) -> str:
        """The text without the pieces, of which the outer of two nested ones counts."""
        kept: list[str] = []
        done = 0
        for start, end, instead in sorted(self.cuts.pieces, key=lambda piece: (piece[0], -piece[1])):
            if end <= done:
                continue
            start = max(start, done)
            if instead == SUMMARY:
                instead = _bold_line(self.text[start:end])
            elif not instead:
                start, end = self._widened(start, end, done)
            kept += (self.text[done:start], instead)
            done = end
        kept.append(self.text[done:])
        return "".join(kept)

    def _widened(self, start: int, end: int, done: int) -> tuple[int, int]:
        """The piece with what would be left of it alone: its line's marker, or one of two blanks."""
        text = self.text
        line = text.rfind("\n", max(done, start - 40), start) + 1 or (0 if start <= 40 and not done else start + 1)
        rest = LINE_REST.match(text, end)
        if rest and line <= start and ONLY_A_MARKER.fullmatch(text, line, start):
            return line, rest.end()
        before = text[start - 1] if start else "\n"
        after = text[end] if end < len(text) else "\n"
        return (start, end + 1) if before.isspace() and after in " \t" else (start, end)


def _bold_line(summary: str) -> str:
    line = " ".join(re.sub(r"<[^<>]*+>|[*_]{2}|^[\s#]+", "", summary).split())
    return f"\n\n**{line}**\n\n" if line else ""
