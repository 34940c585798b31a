"""Make unanswerable questions, and answerable twins, from rows."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.cases.short_answers import normalise
from eval.lab.reader.examples import Example, Row, Span, plain_example, sentence_spans
from eval.lab.reader.making.neighbours import Neighbours
from eval.lab.reader.making.templates import OPPOSITES
from eval.lab.reader.words import content_words

NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:of|the|de|von|van)\s+[A-Z][\w'’-]*|\s+[A-Z][\w'’-]*)*")
YEAR = re.compile(r"\b(1[0-9]{3}|20[0-4][0-9])\b")
NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})*(?:\.\d+)?\b")
_LIKE_NUMBER = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand)\b")
_LIKE_NAME = re.compile(r"[a-z,] [A-Z][a-z]")
_HEAD_NOUN = re.compile(
    r"\b(?:[Ww]hat|[Ww]hich) ((?:[a-z]+ )?)([a-z]{4,})\b(?= (?:is|was|are|were|did|does|do|has|had|have|of|in))"
)
NOT_NAMES = frozenset(
    "What Which Who Whom Whose When Where Why How In On At The A An To For From Is Are Was Were Did Does Do During By "
    "Of After Before According Besides Name If I".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pools:
    """Replacements for parts of a question, drawn from all rows so that they look real."""

    names: tuple[str, ...]
    names_by_title: dict[str, tuple[str, ...]]
    titles: tuple[str, ...]
    head_nouns: tuple[str, ...]


def pools(rows: Sequence[Row]) -> Pools:
    """Collect names, titles and head nouns of the rows' questions."""
    names: dict[str, None] = {}
    by_title: dict[str, dict[str, None]] = {}
    nouns: dict[str, None] = {}
    for row in rows:
        for name in names_in(row.question):
            names[name] = None
            by_title.setdefault(row.title, {})[name] = None
        if found := _HEAD_NOUN.search(row.question):
            nouns[found.group(2)] = None
    titles = dict.fromkeys(
        row.title for row in rows if row.title and not row.title.startswith(("Amazon Reviews", "Filtered Reddit"))
    )
    return Pools(
        names=tuple(names),
        names_by_title={title: tuple(found) for title, found in by_title.items() if title},
        titles=tuple(titles),
        head_nouns=tuple(nouns),
    )


def names_in(question: str) -> list[str]:
    """Find capitalised runs of words in `question`, without its question words."""
    found = []
    for match in NAME.finditer(question):
        kept = match.group().split()
        while kept and (kept[0] in NOT_NAMES):
            kept = kept[1:]
        name = " ".join(kept).rstrip(".'’-").removesuffix("'s").removesuffix("’s")
        if len(name) > 2:
            found.append(name)
    return found


def near(row: Row, neighbours: Neighbours, rng: random.Random) -> Example | None:
    """Pair the question with one of its set's nearest paragraphs that contains none of the answers."""
    found = neighbours.nearest(row.question, 5)
    answers = [normalise(text) for text in row.texts]
    others = [text for text in found if text != row.context and not _holds(text, answers)]
    if not others or not all(answers):
        return None
    # The first ones are the hardest, and teach more.
    other = others[min(int(rng.expovariate(1.0)), len(others) - 1)]
    blocks = tuple(other[start:end] for start, end in sentence_spans(other))
    return Example(kind="near", question=row.question, header=row.title, blocks=blocks)


def elsewhere(row: Row, paragraphs: Mapping[str, str], nearest: Sequence[str], rng: random.Random) -> Example | None:
    """Pair the question with a near paragraph about something else, under its own title, with a like value.

    Args:
        row: of the question.
        paragraphs: title of each paragraph.
        nearest: paragraphs, best first.
        rng: draws.
    """
    answers = [text for text in map(normalise, row.texts) if text]
    if not answers or not row.title:
        return None
    like = _LIKE_NUMBER if any(map(str.isdigit, row.texts[0])) else _LIKE_NAME if row.texts[0][:1].isupper() else None
    others = [
        text
        for text in nearest
        if paragraphs[text] != row.title and not _holds(text, answers) and (like is None or like.search(text))
    ]
    if not others:
        return None
    other = others[min(int(rng.expovariate(0.7)), len(others) - 1)]
    blocks = tuple(other[start:end] for start, end in sentence_spans(other))
    return Example(kind="elsewhere", question=row.question, header=paragraphs[other], blocks=blocks)


def taken_out(row: Row) -> Example | None:
    """Remove the sentences with an answer; None if too little is left, or the answer's words recur."""
    whole = plain_example(row)
    answers = [text for text in map(normalise, row.texts) if text]
    kept = tuple(
        block
        for number, block in enumerate(whole.blocks)
        if number not in whole.answering and not _holds(block, answers)
    )
    if not whole.answerable or len(kept) < 2:
        return None
    return Example(kind="taken out", question=row.question, header=row.title, blocks=kept)


def _holds(text: str, answers: Sequence[str]) -> bool:
    padded = f" {normalise(text)} "
    return any(f" {answer} " in padded for answer in answers)


def altered(row: Row, pool: Pools, rng: random.Random) -> Example | None:
    """Replace one part of the row's question by something that the passage lacks."""
    changes: list[Callable[[Row, Pools, random.Random], str | None]] = [
        _other_subject,
        _other_name,
        _other_year,
        _other_number,
        _opposite,
        _other_head_noun,
    ]
    rng.shuffle(changes)
    for change in changes:
        question = change(row, pool, rng)
        if question and question != row.question:
            whole = plain_example(row, kind="altered " + change.__name__.lstrip("_").replace("_", " "))
            return replace(whole, question=question, answering=frozenset(), span=None)
    return None


def _other_subject(row: Row, pool: Pools, rng: random.Random) -> str | None:
    name = row.title.split(" (")[0]
    if len(name) < 3 or name.lower() not in row.question.lower():
        return None
    other = rng.choice(pool.titles).split(" (")[0]
    if _holds(row.context, [normalise(other)]) or content_words(other) & content_words(row.title):
        return None
    return re.sub(re.escape(name), lambda _: other, row.question, flags=re.IGNORECASE)


def _other_name(row: Row, pool: Pools, rng: random.Random) -> str | None:
    names = [name for name in names_in(row.question) if name in row.context or name in row.title]
    if not names:
        return None
    name = rng.choice(names)
    same_title = pool.names_by_title.get(row.title, ())
    for _ in range(8):
        other = rng.choice(same_title if same_title and rng.random() < 0.6 else pool.names)
        alike = len(other.split()) == len(name.split())
        if alike and not content_words(other) & (content_words(row.context) | content_words(row.title + row.question)):
            return row.question.replace(name, other)
    return None


def _other_year(row: Row, pool: Pools, rng: random.Random) -> str | None:
    del pool
    years = YEAR.findall(row.question)
    if not years:
        return None
    other = str(int(rng.choice(years)) + rng.choice((-40, -11, -7, -3, -2, -1, 1, 2, 3, 6, 10, 25)))
    return None if other in row.context or other in row.title else row.question.replace(rng.choice(years), other)


def _other_number(row: Row, pool: Pools, rng: random.Random) -> str | None:
    del pool
    numbers = [number for number in NUMBER.findall(row.question) if not YEAR.fullmatch(number)]
    if not numbers:
        return None
    number = rng.choice(numbers)
    other = str(max(2, round(float(number.replace(",", "")) * rng.choice((0.5, 0.8, 1.5, 2, 3)) + rng.randint(-1, 2))))
    return None if re.search(rf"\b{other}\b", row.context) else re.sub(rf"\b{re.escape(number)}\b", other, row.question)


def _opposite(row: Row, pool: Pools, rng: random.Random) -> str | None:
    del pool
    found = [word for word in re.findall(r"[a-z]+", row.question) if word in OPPOSITES]
    found = [word for word in found if not re.search(rf"\b{OPPOSITES[word]}\b", row.context)]
    if not found:
        return None
    word = rng.choice(found)
    return re.sub(rf"\b{word}\b", OPPOSITES[word], row.question)


def _other_head_noun(row: Row, pool: Pools, rng: random.Random) -> str | None:
    found = _HEAD_NOUN.search(row.question)
    if not found or not pool.head_nouns:
        return None
    other = rng.choice(pool.head_nouns)
    if other[:5] in row.context.lower() or other in row.question:
        return None
    return row.question[: found.start(2)] + other + row.question[found.end(2) :]


def renamed(row: Row, pool: Pools, rng: random.Random) -> Example | None:
    """Change a name of the question in question, passage and head alike: still answerable.

    Without such twins, an unusual name in a question would predict that it is unanswerable.
    """
    names = [name for name in names_in(row.question) if name in row.context]
    names = [name for name in names if not any(name in text or text in name for text in row.texts)]
    if not names:
        return None
    name = rng.choice(names)
    other = rng.choice(pool.names)
    if content_words(other) & content_words(row.context + row.question):
        return None
    whole = plain_example(row, kind="renamed")
    span = whole.span
    if span is None or span.first != span.last:
        return None
    before = whole.blocks[span.first][: span.start]
    moved = (len(other) - len(name)) * before.count(name)
    inside = whole.blocks[span.first][span.start : span.end]
    blocks = tuple(block.replace(name, other) for block in whole.blocks)
    shifted = Span(first=span.first, start=span.start + moved, last=span.last, end=span.end + moved)
    if blocks[span.first][shifted.start : shifted.end] != inside:
        return None
    return replace(
        whole,
        question=row.question.replace(name, other),
        header=row.title.replace(name, other),
        blocks=blocks,
        span=shifted,
    )
