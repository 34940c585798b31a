"""Writes elements of HTML as light Markdown: headings, lists, tables, quotations and code, the rest as paragraphs."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from index.text.formats.html_table import table_markdown

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
)
HEADING = re.compile(r"h[1-6]")
TERM = re.compile(r"\*\*([^*\n]{1,60}[^*\n:：?？.!])\*\*")
VALUE = re.compile(r"(?![#>|*`-])[^\n]*[^\n.!?。！？]")
MAX_BOLD_CHARACTERS = 300
MAX_VALUE_CHARACTERS = 100
"""Of what a term stands for, where both are written on one line."""


def markdown_of(root: LexborNode, skipped: frozenset[int]) -> str:
    """Write what is under `root` as Markdown, elements in `skipped` (`mem_id`) left out."""
    writer = _Writer(skipped)
    writer.enter(root)
    path = [root]
    node = root.child if writer.goes_into(root) else None
    while len(path) > 0:
        if node is None:
            done = path.pop()
            writer.leave(done)
            node = done.next if path else None
        elif node.tag == "-text":
            writer.add(node.text_content or "")
            node = node.next
        elif node.is_element_node and node.mem_id not in skipped:
            writer.enter(node)
            path.append(node)
            node = node.child if writer.goes_into(node) else None
        else:
            node = node.next
    writer.end_block()
    return writer.text()


@dataclass(slots=True)
class _List:
    """A list that is open."""

    ordered: bool
    number: int
    marker: str = ""
    """Of the item that is open, until its first line is written."""


@dataclass(slots=True)
class _Writer:
    skipped: frozenset[int]
    blocks: list[tuple[str, bool]] = field(default_factory=list)
    """Blocks as they are written, each with whether it stands in a list."""
    words: list[str] = field(default_factory=list)
    """Of the block that is open."""
    bold: int = 0
    is_bold: bool = True
    """Whether all words of the open block are bold."""
    code: int = 0
    quotes: int = 0
    lists: list[_List] = field(default_factory=list)
    after_term: int = -1
    """Number of blocks when the last term of a description list ended."""
    prefix: str = ""
    """Of the block that is open: a heading's `#`."""

    def goes_into(self, node: LexborNode) -> bool:
        """Whether an element's children are still to be written."""
        return node.tag not in ("pre", "table", "sup") or (node.tag == "table" and self._is_layout(node))

    def add(self, text: str) -> None:
        """Add the text of a text node to the open block."""
        if self.bold == 0 and text and not text.isspace():
            self.is_bold = False
        self.words.append(text.replace("\r", " "))

    def enter(self, node: LexborNode) -> None:
        """Begin an element."""
        tag = node.tag or ""
        if tag in BLOCKS:
            self.end_block()
        if tag in ("b", "strong", "dt", "summary"):
            self.bold += 1
        elif tag == "br":
            self.words.append("\r")
        elif tag == "code" and not self.code:
            self.words.append("`")
            self.is_bold = False
        elif tag == "sup":
            self.words.append(_superscript(node))
        elif HEADING.fullmatch(tag):
            self.prefix = "#" * int(tag[1]) + " "
        elif tag in ("ul", "ol"):
            start = node.attributes.get("start") or ""
            self.lists.append(_List(tag == "ol", int(start) - 1 if re.fullmatch(r"[0-9]{1,6}", start) else 0))
        elif tag == "li" and self.lists:
            self.lists[-1].number += 1
            self.lists[-1].marker = f"{self.lists[-1].number}. " if self.lists[-1].ordered else "- "
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self._fence(node)
        elif tag == "table" and not self.goes_into(node):
            self._block(table_markdown(node, self.skipped))
        self.code += tag == "code"

    def leave(self, node: LexborNode) -> None:
        """End an element."""
        tag = node.tag or ""
        self.code -= tag == "code"
        if tag in BLOCKS:
            self.end_block()
        if tag == "dt":
            self.after_term = len(self.blocks)
        elif tag == "dd":
            self._join_value()
        if tag in ("b", "strong", "dt", "summary"):
            self.bold -= 1
        elif tag == "code" and not self.code:
            self.words.append("`")
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes -= 1
        elif HEADING.fullmatch(tag):
            self.prefix = ""

    def end_block(self) -> None:
        """Write the open block, if there is text in it."""
        lines = "".join(self.words).split("\r")
        text = "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
        bold, self.is_bold, self.words = self.is_bold, True, []
        if not text.strip("` "):
            return
        if self.prefix:
            self._block(self.prefix + text.replace("\n", " "))
        elif bold and len(text) <= MAX_BOLD_CHARACTERS:
            self._block(f"**{' '.join(text.split())}**")
        else:
            self._block(text)

    def text(self) -> str:
        """All blocks; the items of a list stand close together."""
        parts: list[str] = []
        was_item = False
        for block, is_item in self.blocks:
            parts += ("\n" if was_item and is_item else "\n\n", block)
            was_item = is_item
        return "".join(parts[1:]) + ("\n" if parts else "")

    def _block(self, text: str) -> None:
        depth = min(len(self.lists), 9)
        quote = "> " * min(self.quotes, 3)
        if not depth:
            self.blocks.append((_indented(text, quote, quote), False))
            return
        outer = "".join("   " if one.ordered else "  " for one in self.lists[: depth - 1])
        marker, self.lists[-1].marker = self.lists[-1].marker, ""
        inner = outer + ("   " if self.lists[-1].ordered else "  ")
        self.blocks.append((_indented(text, quote + (outer + marker if marker else inner), quote + inner), True))

    def _join_value(self) -> None:
        """Write a term and a short value as one labelled line, "Weight: 410 g": neither says anything alone."""
        if not 0 < self.after_term == len(self.blocks) - 1:
            return
        (term, is_item), (value, _) = self.blocks[-2:]
        label = TERM.fullmatch(term)
        if label and len(value) <= MAX_VALUE_CHARACTERS and VALUE.fullmatch(value):
            self.blocks[-2:] = [(f"{label[1]}: {value}", is_item)]

    def _fence(self, node: LexborNode) -> None:
        code = (node.text(deep=True) or "").strip("\n")
        if code.strip():
            bar = "`" * max(3, 1 + max((len(run) for run in re.findall("`++", code)), default=0))
            self._block(f"{bar}\n{code}\n{bar}")

    def _is_layout(self, node: LexborNode) -> bool:
        """Whether a table only places things on the page: it holds another, or says so."""
        return node.attributes.get("role") == "presentation" or any(
            inner.mem_id != node.mem_id for inner in node.css("table")
        )


def _indented(text: str, first: str, others: str) -> str:
    return first + text.replace("\n", "\n" + others)


def _superscript(node: LexborNode) -> str:
    """A raised sign: a footnote's mark in brackets, a power after "^", letters as they are."""
    text = " ".join((node.text(deep=True) or "").split())[:100]
    if node.css_first("a") is not None or (node.parent is not None and node.parent.tag == "a"):
        return text if text.startswith("[") else f"[{text}]" if text else ""
    return f"^{text}" if re.fullmatch(r"[-+−]?\d+", text) else text
