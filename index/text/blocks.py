"""Finds an article's structure: headings, lists, tables, questions with answers, speakers' turns, labelled lines.

One reader for every format, since formats write their structure as Markdown does (`index.text.formats`), and for
plain text by its conventions. Own code: Markdown parsers know neither hard-wrapped text nor speakers, mail headers
or `Q:` and `A:`, and give lines where receipts need characters. Each line is looked at a fixed number of times.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.text.structure import HEADING, TIMED, Block, Kind, Structure
from index.text.wrapping import is_wrapped

_QUOTED = re.compile(r"(?:[ \t]{0,3}>)*")
_FENCE = re.compile(r"`{3,}+(?!.*`)|~{3,}")
"""Opens a block of code; "```make``` builds it." is a line with code in it."""
_RULE = re.compile(r"(?:-[ \t]*){3,}$|(?:\*[ \t]*){3,}$|(?:_[ \t]*){3,}$|={3,}$")
_ITEM = re.compile(r"(?:[-*+•·‣▪–]|\(?(\d{1,3})[.)、]|\(?[a-z]\))[ \t]+(?=\S)")
_QUESTION = re.compile(
    r"[*_]{0,3}(?:Q|Question|Frage|Pregunta|Domanda|问题?|問題?|質問)[ ]?\d{0,3}[*_]{0,3}[ ]?[:：][*_]{0,3}[ \t]*"
)
_ANSWER = re.compile(
    r"[*_]{0,3}(?:A|Answer|Antwort|Réponse|Respuesta|Risposta|答案?|回答)[ ]?\d{0,3}[*_]{0,3}[ ]?[:：][*_]{0,3}[ \t]*"
)
_LABEL = re.compile(r"[*_]{0,3}([^\W\d_][^:：\n|<>]{0,39})[:：][*_]{0,3}(?=[ \t]|[^\x00-\x7f/])")
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,20}\]:")
_BOLD = re.compile(r"(?:\*\*(?=\S)([^*\n]{1,200})\*\*|__(?=\S)([^_\n]{1,200})__)[:：]?$")
_BYLINE = re.compile(r"\s(?:来源|作者|记者|编辑|责任编辑)[：:]")
"""Within a line that says where an article comes from, and heads nothing."""
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]+[a-z-]{1,40}(?:[ \t]+\"[^\"\n]{0,200}\")?$")
"""Opens a box in the Markdown of many documentation sites: `!!! note "Before you start"`."""
_CAPTION = re.compile(r"[*_]{0,2}(?:Table|Figure|Fig\.|Chart|Tabelle|Abbildung|Tableau|表|图|圖)[ ]?\d{1,3}\b")
_FURNITURE = re.compile(
    r"(?:©|\(c\) ?\d{4}|copyright (?:©|\d{4})|all rights reserved|skip to (?:main )?content|share (?:this|on) |"
    r"sign up for our|subscribe to (?:our|the)|read more\b.{0,3}$|cookie (?:policy|settings)|back to top|"
    r"advertisement$)",
    re.IGNORECASE,
)
_MAIL = frozenset(
    "from to cc bcc date sent subject reply-to von an datum betreff gesendet de à objet 发件人 收件人 主题 日期".split()
)
HEAD_LABELS = _MAIL | frozenset(
    "title author authors by published source publisher url link place present chair minutes transcript host "
    "标题 作者 来源 发布时间".split()
)
"""Labels of lines at the top of a text that are no title."""
_SENDER = frozenset({"from", "von", "de", "发件人"})
"""Labels of mail headers whose line says whose words follow."""
_STOPS = ".!?。！？…"

MAX_HEADING_CHARACTERS = 90
MAX_HEADING_WORDS = 14
MAX_LABEL_WORDS = 4
PLAIN_LEVEL = 7
"""Level of a heading without marks: a bold line, or a short line alone."""
QUESTION_LEVEL = 8


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text without its marks of quotation."""

    start: int
    """First character that is neither white space nor a mark of quotation."""
    end: int
    """One past the last character that is not white space."""
    indent: int
    quoted: int
    text: str
    """`text[start:end]`; empty for a blank line."""


def _lines(text: str) -> list[_Line]:
    lines = []
    at = 0
    for raw in text.split("\n"):
        mark = _QUOTED.match(raw)
        marked = mark.end() if mark else 0
        body = raw[marked:]
        inner = body.strip()
        start = at + marked + len(body) - len(body.lstrip())
        indent = start - at - marked
        lines.append(_Line(start, start + len(inner), indent, raw[:marked].count(">"), inner))
        at += len(raw) + 1
    return lines


def structure_of(text: str) -> Structure:
    """Find the structure of `text`."""
    return Structure(text, find_blocks(text))


def find_blocks(text: str) -> list[Block]:
    """Find the blocks of `text`, in reading order.

    Every letter and digit stands in exactly one block; what is left out is white space, rules, the line under a
    heading and the one under a table's header.
    """
    return _Finder(text).found()


class _Finder:
    """Goes through the lines once, and gives each block its parent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = _lines(text)
        self._blocks: list[Block] = []
        self._open: list[tuple[int, int]] = []
        """(level, place) of the headings and questions that stand open, the outermost first."""
        self._items: list[tuple[int, int]] = []
        """(indent, place) of the items that stand open, the outermost first."""
        self._groups = 0
        self._group = 0
        """Number of the list that stands open."""
        self._head_of_list = 0
        """Place of its first item."""
        self._turn: int | None = None
        self._speakers = _speakers(self._lines)

    def found(self) -> list[Block]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if not line.text:
                at += 1
            elif fence := _FENCE.match(line.text):
                at = self._code(at, fence.group())
            elif _RULE.match(line.text):
                at += 1
            elif _ADMONITION.match(line.text):
                self._add(Kind.CAPTION, line.start, line.end, line.quoted)
                at += 1
            elif self._begins_table(at):
                at = self._table(at)
            else:
                at = self._run(at)
        return self._titled()

    def _titled(self) -> list[Block]:
        """The title is the first heading of level 1; without one, the first block if it is a heading not of level 2."""
        blocks = self._blocks
        heads = [place for place, block in enumerate(blocks) if block.kind is Kind.HEADING]
        first = [place for place in heads if blocks[place].level == 1]
        title = first[0] if first else heads[0] if heads[:1] == [0] and blocks[0].level != 2 else None
        if title is not None:
            blocks[title] = replace(blocks[title], kind=Kind.TITLE)
        return blocks

    def _add(self, kind: Kind, start: int, end: int, quoted: int, **more: int | None) -> int:
        """Append a block under the headings that stand open, unless `more` names its parent; returns its place."""
        parent = self._turn if self._turn is not None else self._open[-1][1] if self._open else None
        block = Block(kind=kind, start=start, end=end, quoted=quoted)
        self._blocks.append(replace(block, **{"parent": parent, **more}))  # type: ignore[arg-type]
        return len(self._blocks) - 1

    def _head(self, kind: Kind, level: int, start: int, end: int, quoted: int) -> None:
        self._items, self._turn = [], None
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, self._add(kind, start, end, quoted, level=level)))

    def _code(self, at: int, fence: str) -> int:
        """A fence with all up to the line that closes it, or to the end."""
        last = at + 1
        while last < len(self._lines) and not (
            self._lines[last].text.startswith(fence) and not self._lines[last].text.strip(fence[0])
        ):
            last += 1
        end = next(line.end for line in reversed(self._lines[at : last + 1]) if line.text)
        self._add(Kind.CODE, self._lines[at].start, end, self._lines[at].quoted)
        return last + 1

    def _begins_table(self, at: int) -> bool:
        line = self._lines[at]
        after = self._lines[at + 1] if at + 1 < len(self._lines) else None
        if after is None or after.quoted != line.quoted or "|" not in line.text:
            return False
        return _is_delimiter(after.text) or (_is_row(line.text) and _is_row(after.text))

    def _table(self, at: int) -> int:
        self._items, self._groups = [], self._groups + 1
        header = self._lines[at]
        over = self._caption()
        more: dict[str, int | None] = {} if over is None else {"parent": over}
        if header.text.strip("| \t"):
            head = self._add(Kind.HEADER_ROW, header.start, header.end, header.quoted, group=self._groups, **more)
            more = {"parent": head}
        at += 1
        while at < len(self._lines) and "|" in self._lines[at].text and self._lines[at].quoted == header.quoted:
            line = self._lines[at]
            if not _is_delimiter(line.text):
                self._add(Kind.ROW, line.start, line.end, line.quoted, group=self._groups, **more)
            at += 1
        return at

    def _caption(self) -> int | None:
        """Place of the block just written if it introduces what follows."""
        if not self._blocks:
            return None
        place, last = len(self._blocks) - 1, self._blocks[-1]
        words = self._text[last.start : last.end]
        if last.kind in {Kind.PARAGRAPH, Kind.FIELD} and (
            words.rstrip("*_ ").endswith((":", "：")) or _CAPTION.match(words)
        ):
            self._blocks[place] = replace(last, kind=Kind.CAPTION)
        return place if self._blocks[place].kind is Kind.CAPTION else None

    def _run(self, at: int) -> int:
        """Lines up to a blank one or to one that opens another structure."""
        line = self._lines[at]
        if heading := HEADING.match(line.text):
            if line.text.strip("# \t"):
                self._head(Kind.HEADING, len(heading[1]), line.start, line.end, line.quoted)
            return at + 1
        last = at + 1
        while last < len(self._lines) and self._goes_on(at, last):
            last += 1
        lines = self._lines[at:last]
        under = self._lines[last].text if last < len(self._lines) else ""
        if len(lines) == 1 and _is_underline(under) and self._may_head(line.text):
            self._head(Kind.HEADING, 1 if under[0] == "=" else 2, line.start, line.end, line.quoted)
            return last + 1
        for joined in _unwrapped(lines):
            self._block(joined, alone=len(lines) == 1, at=at, last=last)
        return last

    def _goes_on(self, first: int, at: int) -> bool:
        line, before = self._lines[at], self._lines[at - 1]
        if not line.text or line.quoted != before.quoted:
            return False
        opens = HEADING.match(line.text) or _FENCE.match(line.text) or _RULE.match(line.text)
        return not (opens or self._begins_table(at) or _ITEM.match(line.text) or _ADMONITION.match(line.text))

    def _may_head(self, words: str) -> bool:
        fits = len(words) <= MAX_HEADING_CHARACTERS and len(words.split()) <= MAX_HEADING_WORDS
        return fits and words[-1] not in _STOPS[:1] + ",;:；，：。" and not _ITEM.match(words)

    def _block(self, lines: Sequence[_Line], *, alone: bool, at: int, last: int) -> None:
        """Add the block of lines that belong together."""
        first = lines[0]
        start, end, quoted, words = first.start, lines[-1].end, first.quoted, first.text
        item = _ITEM.match(words)
        if item and alone and item[1] and self._is_numbered_heading(words[item.end() :], at, last):
            self._head(Kind.HEADING, PLAIN_LEVEL, start, end, quoted)
            return
        if item:
            self._item(first, end, item)
            return
        if not (self._items and first.indent > self._items[-1][0]):
            self._items = []
        label = _LABEL.match(words)
        whole = self._text[start:end]
        if _QUESTION.match(words):
            self._head(Kind.QUESTION, QUESTION_LEVEL, start, end, quoted)
        elif _ANSWER.match(words):
            self._add(Kind.PARAGRAPH, start, end, quoted)
        elif TIMED.match(words) or (label and _speaker(label) in self._speakers):
            asked, self._turn = self._asked(), None
            self._turn = self._add(Kind.TURN, start, end, quoted, **asked)
        elif _FOOTNOTE.match(words):
            self._add(Kind.FOOTNOTE, start, end, quoted)
        elif len(whole) <= MAX_HEADING_CHARACTERS and _FURNITURE.match(words):
            self._add(Kind.BOILERPLATE, start, end, quoted)
        elif alone and (bold := _BOLD.match(words)):
            asks = (bold[1] or bold[2]).rstrip().endswith(("?", "？"))
            self._head(
                Kind.QUESTION if asks else Kind.HEADING, QUESTION_LEVEL if asks else PLAIN_LEVEL, start, end, quoted
            )
        elif alone and label and self._is_title(label) and self._stands_alone(at, last):
            self._head(Kind.HEADING, PLAIN_LEVEL, start, end, quoted)
        elif label and len(label[1].split()) <= MAX_LABEL_WORDS and not self._items:
            sender = opens_message(words)
            self._turn = None if sender else self._turn
            place = self._add(Kind.FIELD, start, end, quoted)
            self._turn = place if sender else self._turn
        elif alone and self._stands_alone(at, last):
            self._head(Kind.HEADING, PLAIN_LEVEL, start, end, quoted)
        else:
            parent = {"parent": self._items[-1][1]} if self._items else {}
            self._add(Kind.PARAGRAPH, start, end, quoted, **parent)

    def _next(self, at: int) -> _Line | None:
        """The first line from `at` on that is not blank."""
        return next((self._lines[n] for n in range(at, len(self._lines)) if self._lines[n].text), None)

    def _is_title(self, label: re.Match[str]) -> bool:
        """Whether a labelled line at the top is a title: "Correction: the cost of the bridge"."""
        return not self._blocks and _speaker(label) not in HEAD_LABELS

    def _is_numbered_heading(self, words: str, at: int, last: int) -> bool:
        """Whether an item in capitals stands apart and heads what is no item: "2. MOORING FEES"."""
        in_list = bool(self._blocks) and self._blocks[-1].kind is Kind.ITEM
        apart = (not at or not self._lines[at - 1].text) and (last < len(self._lines) and not self._lines[last].text)
        if in_list or not apart or not words.isupper() or len(words) > MAX_HEADING_CHARACTERS:
            return False
        following = self._next(last)
        return following is not None and not _ITEM.match(following.text)

    def _asked(self) -> dict[str, int | None]:
        """The turn before as the parent of the next one, if it ends with a question."""
        last = None if self._turn is None else self._blocks[-1]
        asks = last is not None and self._text[last.start : last.end].rstrip("\"'”’*_ ").endswith(("?", "？"))
        return {"parent": self._turn} if asks else {}

    def _item(self, line: _Line, end: int, mark: re.Match[str]) -> None:
        over = None if self._items else self._caption()
        while self._items and self._items[-1][0] >= line.indent:
            self._items.pop()
        if not self._items and not self._continues_list():
            self._groups += 1
            self._group, self._head_of_list = self._groups, len(self._blocks)
        if self._items:
            over = self._items[-1][1]
        elif over is None and self._blocks and self._blocks[-1].group == self._group:
            over = self._blocks[self._head_of_list].parent
        more: dict[str, int | None] = {} if over is None else {"parent": over}
        place = self._add(
            Kind.ITEM,
            line.start,
            end,
            line.quoted,
            level=len(self._items) + 1,
            ordinal=int(mark[1]) if mark[1] else None,
            group=self._group,
            **more,
        )
        self._items.append((line.indent, place))

    def _continues_list(self) -> bool:
        return bool(self._blocks) and self._blocks[-1].kind is Kind.ITEM and self._blocks[-1].group == self._group

    def _stands_alone(self, at: int, last: int) -> bool:
        """Whether a short line between blank ones heads what follows, which is longer."""
        words = self._lines[at].text
        before = self._lines[at - 1].text if at else ""
        following = self._next(last)
        if before or following is None or not self._may_head(words) or not words[0].isalnum() or _BYLINE.search(words):
            return False
        gap = last < len(self._lines) and not self._lines[last].text
        longer = len(following.text) > len(words) or not self._blocks
        return gap and longer and following.quoted == self._lines[at].quoted


def _unwrapped(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Put lines together that one block was broken into."""
    width = max(len(line.text) for line in lines)
    joined = [lines[0]]
    for line in lines[1:]:
        opens = _QUESTION.match(line.text) or _ANSWER.match(line.text) or TIMED.match(line.text)
        labelled = _is_labelled(line.text) and _is_labelled(joined[0].text)
        if opens or labelled or not is_wrapped(joined[-1].text, line.text, width=width):
            yield joined
            joined = []
        joined.append(line)
    yield joined


def opens_message(words: str) -> bool:
    """Whether a labelled line says who sent the message that follows: "From: Ada Holm"."""
    label = _LABEL.match(words)
    return label is not None and _speaker(label) in _SENDER


def _is_labelled(words: str) -> bool:
    label = _LABEL.match(words)
    return label is not None and len(label[1].split()) <= MAX_LABEL_WORDS and not label[1][0].islower()


def _speaker(label: re.Match[str]) -> str:
    return label[1].strip().casefold()


def _speakers(lines: Iterable[_Line]) -> frozenset[str]:
    """Labels that open at least half of the paragraphs, two of them or more, each again and again."""
    paragraphs = 0
    labels: Counter[str] = Counter()
    before = ""
    for line in lines:
        label = _LABEL.match(line.text)
        if line.text and (not before or label) and not HEADING.match(line.text):
            paragraphs += 1
            if label and len(label[1].split()) <= MAX_LABEL_WORDS and _speaker(label) not in _MAIL:
                labels[_speaker(label)] += 1
        before = line.text
    again = {label: count for label, count in labels.items() if count > 1}
    return frozenset(again) if len(again) > 1 and 2 * sum(again.values()) >= paragraphs else frozenset()


def _is_row(words: str) -> bool:
    return len(words) > 2 and words[0] == words[-1] == "|"


def _is_delimiter(words: str) -> bool:
    """Whether a line stands under a table's header: `|---|:--:|`."""
    return "-" in words and "|" in words and not words.strip("|-: \t")


def _is_underline(words: str) -> bool:
    return len(words) >= 3 and (not words.strip("=") or not words.strip("-"))
