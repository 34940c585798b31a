"""What is given whole: a list, a table, points told one after another, the answer under a question.

A question for the second or last of them gets that one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.language.sentence import parse
from assistant.language.values import read
from assistant.question.kinds import Kind
from assistant.question.question import Question, analyse
from assistant.reading.evidence import Candidate
from assistant.reading.reader import Quote
from index.search.engine import SearchEngine
from index.text.article import IndexedArticle, Sentence
from index.text.sentences import sentences_of
from index.text.structure import Block, Structure, cells_of
from index.text.structure import Kind as BlockKind
from index.text.terms import stem, stems

_PROCEDURE = re.compile(r"how (?:do|can|should|does|to|would)\b|what (?:do|should) (?:i|you|we)\b", re.IGNORECASE)
"""Asks for steps, where a list of them answers."""
_SEVERAL = re.compile(
    r"\b(?:each|every|(?<!at )all)\b|^(?:what|which) (?:(?!of )[\w-]+ ){0,2}(?!does\b)\w{2,}[^\Ws]s "
    r"(?:are|were|do|did|have|had|can|could|may|must|should|will|would|need|come|came)\b",
    re.IGNORECASE,
)
"""Asks for more than one: "what does each cost", "which expenses need"."""
_PLACE = re.compile(r"(?:and )?(?:what|which|who)(?: is| was|['’]s) the (?P<place>\w+) \w+", re.IGNORECASE)
"""Asks for one by its place: "what is the third step"."""
_LAST = frozenset({"last", "final"})
MOST_CHARACTERS = 100_000
"""Of a longer article the points are not looked for."""
MOST_ITEMS = 20
"""A longer list is not given whole."""
SAME_QUESTION = 0.5
"""Share of the shorter one's words from which on a question in an article is taken for the same."""
MOST_OF_ANSWER = 4
"""A longer answer under a question is not given whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Point:
    """A sentence that tells of the first, second or a later one of several things."""

    ordinal: int
    noun: str
    """Stem of what is counted."""
    sentence: Sentence


def given_whole(
    question: Question,
    found: Sequence[Candidate],
    answering: Sequence[float],
    chosen: Sequence[Candidate],
    engine: SearchEngine,
    *,
    led: bool,
) -> list[Quote]:
    """Quotes of what is to be given whole; empty if that is nothing.

    Args:
        question: as asked.
        found: candidates, best first.
        answering: (candidates,) logits that the network gives each.
        chosen: those that would be quoted, best first.
        engine: has their articles.
        led: whether a short answer out of the best stands in front.
    """
    first = chosen[0]
    article, structure = first.passage.article, engine.structure(first.passage.article.article_id)
    asked = _place_asked_for(question, first.text)
    one_named = any(token.figure and token.figure.ordinal for token in read(question.text))
    points = _points(question, structure) if asked or (question.kind is Kind.LIST and not one_named) else []
    if asked and (one := next((point for point in points if point.ordinal == asked), None)):
        return [Quote(article=article, sentences=(one.sentence,), best=one.sentence)]
    listed = _list(question, found, answering, chosen, structure, place=asked)
    if listed:
        return listed
    if question.kind is Kind.LIST and points and not led:
        return [Quote(article=article, sentences=(one.sentence,), best=one.sentence) for one in points]
    return _rows(question, chosen, structure) or _answer(question, first, structure)


def _place_asked_for(question: Question, text: str) -> int | None:
    """The 2 of "what is the second step?"; -1 for the last; None where none is asked for, or `text` names it itself."""
    found = _PLACE.match(question.text)
    if found is None or found["place"].lower() in parse(text).lower_words:
        return None
    token = next(iter(read(found["place"])), None)
    if token is None or token.word in _LAST:
        return None if token is None else -1
    return int(token.figure.value) if token.figure and token.figure.ordinal else None


def _points(question: Question, structure: Structure) -> list[_Point]:
    """Sentences about the first, second … of what the question names, in order; empty where there are not two."""
    points: dict[str, list[_Point]] = {}
    if len(structure.text) > MOST_CHARACTERS:
        return []
    for block in structure.blocks:
        if block.kind not in {BlockKind.PARAGRAPH, BlockKind.ITEM}:
            continue
        for sentence in sentences_of(structure.text, block):
            for point in _told(structure.text[sentence.start : sentence.end], sentence):
                told = points.setdefault(point.noun, [])
                if point.noun in question.stems and point.ordinal == len(told) + 1:
                    told.append(point)
    return max(points.values(), key=len, default=[]) if any(len(told) > 1 for told in points.values()) else []


def _told(text: str, sentence: Sentence) -> list[_Point]:
    tokens = read(text)
    return [
        _Point(ordinal=int(token.figure.value), noun=stem(after.word), sentence=sentence)
        for token, after in pairwise(tokens)
        if token.figure and token.figure.ordinal and not token.date and after.word
    ]


def _list(
    question: Question,
    found: Sequence[Candidate],
    answering: Sequence[float],
    chosen: Sequence[Candidate],
    structure: Structure,
    *,
    place: int | None,
) -> list[Quote]:
    """All items of the best one's list, behind their caption, if asked for or most answer; or the item at `place`."""
    article = chosen[0].passage.article
    block = chosen[0].passage.block(chosen[0].place)
    if block is None or block.kind not in {BlockKind.ITEM, BlockKind.CAPTION}:
        return []
    items = _items(structure, block)
    if not 1 < len(items) <= MOST_ITEMS:
        return []
    starts = {item.start for item in items}
    read = [logit for one, logit in zip(found, answering, strict=True) if one.sentence.start in starts]
    most = sum(logit > 0 for logit in read) > len(read) / 2
    over = _over(structure, items[0])
    if not (most or place or _asks_for_several(question) or _PROCEDURE.match(question.text)):
        return []
    if place and over and set(stems(structure.words(over))) & set(question.stems) and place <= len(items):
        items, over = [items[place if place < 0 else place - 1]], None
    elif place and not most:
        return []
    blocks = [over, *items] if over else items
    sentences = [sentence for one in blocks for sentence in sentences_of(structure.text, one)]
    best = chosen[0].sentence if chosen[0].sentence in sentences else sentences[-1]
    return [Quote(article=article, sentences=tuple(sentences), best=best)]


def _asks_for_several(question: Question) -> bool:
    several = question.kind is not Kind.QUANTITY and _SEVERAL.search(question.text) is not None
    return several or question.kind is Kind.LIST


def _items(structure: Structure, block: Block) -> list[Block]:
    """The items of a list, told by one of them or by its caption."""
    if block.kind is BlockKind.ITEM:
        return structure.group(block.group or 0)
    return [one for one in structure.blocks if one.kind is BlockKind.ITEM and _over(structure, one) == block]


def _over(structure: Structure, item: Block) -> Block | None:
    """The caption of a list."""
    over = None if item.parent is None else structure.blocks[item.parent]
    return over if over and over.kind is BlockKind.CAPTION else None


def _rows(question: Question, chosen: Sequence[Candidate], structure: Structure) -> list[Quote]:
    """All rows of a table, or of the sort asked for, and its header last; empty where not several are asked for."""
    article = chosen[0].passage.article
    blocks = [one.passage.block(one.place) for one in chosen if one.passage.article is article]
    first = blocks[0]
    if first is None or first.kind is not BlockKind.ROW or first.group is None:
        return []
    alike = sum(one is not None and one.group == first.group for one in blocks)
    if not _asks_for_several(question) or (question.kind is Kind.LIST and alike == 1):
        return []
    rows = [row for row in structure.group(first.group) if row.kind is BlockKind.ROW]
    head = [] if first.parent is None else [structure.blocks[first.parent]]
    firsts = [set(stems(next(iter(cells_of(structure.text[row.start : row.end])), ""))) for row in rows]
    named = any(words and words <= set(question.stems) for words in firsts)
    if named or not 1 < len(rows) <= MOST_ITEMS:
        return []
    shared = [len(words & set(question.stems)) for words in firsts]
    if (most := max(shared)) and shared.count(most) > 1:  # "Which seed potatoes": not the onion sets.
        rows = [row for row, number in zip(rows, shared, strict=True) if number == most]
    return [_row(article, row) for row in (*rows, *(one for one in head if one.kind is BlockKind.HEADER_ROW))]


def _row(article: IndexedArticle, block: Block) -> Quote:
    sentence = Sentence(start=block.start, end=block.end)
    return Quote(article=article, sentences=(sentence,), best=sentence, apart=True)


def _answer(question: Question, first: Candidate, structure: Structure) -> list[Quote]:
    """All of a short answer that stands under a question, where that is the one asked."""
    block = first.passage.block(first.place)
    if block is None or block.parent is None:
        return []
    over = structure.blocks[block.parent]
    words = structure.words(over)
    if over.kind not in {BlockKind.QUESTION, BlockKind.HEADING} or not words.endswith(("?", "？")):
        return []
    asked, answered = set(question.stems), set(analyse(words).stems)
    sentences = sentences_of(structure.text, block)
    same = len(asked & answered) >= SAME_QUESTION * min(len(asked), len(answered))
    if not asked & answered or not same or len(sentences) > MOST_OF_ANSWER:
        return []
    return [Quote(article=first.passage.article, sentences=tuple(sentences), best=first.sentence)]
