"""The steps of a question that come before composing: understand it, retrieve passages, read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.chain.open_index import OpenIndex
from assistant.language.values import dates
from assistant.models.seam import Usage, together
from assistant.question.followups import Turn, asked_alone
from assistant.question.question import Question, analyse, punctuated, topic
from assistant.question.seams import Condenser, Splitter
from assistant.reading.reader import Reading
from assistant.retrieval.before import asked_before
from assistant.retrieval.second_search import search_twice
from index.search.engine import Filters, Passage, Retrieved, SearchEngine
from index.text.terms import stems

Previous = str | Sequence[Turn] | None
"""The previous question of a conversation, rewritten to stand alone; or all earlier turns, oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as it will be searched."""

    question: str
    """As typed."""
    parts: tuple[str, ...]
    """Questions that stand alone; most questions have one part."""
    others: tuple[str, ...]
    """What else a follow-up of one part may mean."""
    context: str
    """What was answered just before it in a conversation; empty without one."""
    usage: Usage
    """What a model took to make the question whole and to split it."""
    notes: tuple[str, ...]
    """Problems on the way, for the operator."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """What one wording of a question's part found."""

    asked: Question
    """The part itself, or what else it may mean."""
    whole: str
    """The same as it was searched, where `retrieved` may be of its topic alone."""
    retrieved: Retrieved
    """With the passages that are read."""
    ranked: tuple[Passage, ...]
    """Passages as deep as was asked for, best first."""
    then: bool = False
    """Whether the articles of the time that the part names were searched for the rest of it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadPart:
    """A part of a question with what was found for it and the reading of that."""

    part: str
    found: Found
    reading: Reading


def understand(question: str, previous: Previous, condenser: Condenser, splitter: Splitter) -> Asked:
    """Make a question stand alone, and split it where it asks for several things."""
    history = (Turn(question=previous),) if isinstance(previous, str) else tuple(previous or ())
    condensed = condenser.condense(question, history)
    if history and condensed.question == history[-1].question:  # The same again, in the light it was asked in.
        history = history[:-1]
    split = splitter.split(condensed.question)
    return Asked(
        question=question,
        parts=split.parts,
        others=condensed.others if len(split.parts) == 1 else (),
        context=history[-1].answer if history else "",
        usage=together([condensed.usage, split.usage]),
        notes=tuple(filter(None, (condensed.note, split.note))),
    )


def retrieve(
    index: OpenIndex, part: str, filters: Filters, *, depth: int, context: str, others: Sequence[str] = ()
) -> list[Found]:
    """Search for a part of a question: as asked, its bare topic, and what alone asks, where these differ.

    At least `depth` passages are ranked; `context` is what was answered just before it, and `others` are wordings of
    what else it may mean.
    """
    read = index.settings.passages
    found: list[Found] = []

    def search(wording: str, among: Filters) -> Retrieved:
        def once(text: str, k: int) -> Retrieved:
            return index.search(text, k, among)

        return search_twice(wording, max(read, depth), once, index.engine.idf, context=context)

    def add(asked: Question, whole: str, wide: Retrieved, *, then: bool = False) -> None:
        retrieved = replace(wide, passages=wide.passages[:read])
        found.append(Found(asked=asked, whole=whole, retrieved=retrieved, ranked=wide.passages, then=then))

    for meant in map(punctuated, (part, *others)):
        asked, alone = analyse(meant), asked_alone(meant)
        whole = ""
        for wording in dict.fromkeys([meant, topic(asked), alone]):
            wide = search(wording, filters)
            whole = wide.question if wording == alone else whole or wide.question
            add(asked, whole, wide)
        if before := asked_before(asked, filters, index.engine.articles.values()):
            wide = search(before.question, before.filters)
            add(asked, wide.question, wide, then=True)
    return found


def read(index: OpenIndex, part: str, found: Sequence[Found], context: str = "", *, typed: str = "") -> ReadPart:
    """Read what each wording found; the surest reading that quotes something counts.

    Of a question that may mean several things, one that would only repeat what was just answered counts last, and one
    that leaves out what was said before it second to last. If it may be meant as it was `typed`, that counts first if
    it is answered. What repeats the answer has to have one of the words that were typed. What articles of the time that
    is asked about state is preferred to what others do that do not name that time.
    """
    readings = [
        index.reader.read(
            replace(analyse(one.retrieved.question), kind=one.asked.kind, asked=one.whole), one.retrieved, index.engine
        )
        for one in found
    ]
    several = len({one.asked.text for one in found}) > 1

    meant = set(analyse(part).stems)
    alone = analyse(punctuated(typed))
    timed = any(one.then for one in found)

    def preferred(n: int) -> tuple[bool, bool, bool, bool, bool, float]:
        repeats = several and _repeats(readings[n], context, index.engine)
        bare = several and set(found[n].asked.stems) < meant
        itself = several and found[n].asked.text == alone.text
        idle = repeats and not set(alone.stems) & set(stems(_quoted(readings[n], index.engine)))
        answers = readings[n].reason is None and not idle
        of_then = timed and (found[n].then or bool(_years(part) & _years(_quoted(readings[n], index.engine))))
        return answers, answers and itself, of_then, not repeats, not bare, readings[n].confidence

    best = max(range(len(found)), key=preferred)
    reading = readings[best]
    if found[best].then:
        reading = replace(reading, quotes=[replace(quote, dated=True) for quote in reading.quotes])
    return ReadPart(part=found[best].asked.text if several else part, found=found[best], reading=reading)


def _quoted(reading: Reading, engine: SearchEngine) -> str:
    """What a reading quotes."""
    return " ".join(engine.text(quote.article.article_id)[quote.start : quote.end] for quote in reading.quotes)


def _years(text: str) -> set[int]:
    return {one.year for one in dates(text) if one.year is not None}


def _repeats(reading: Reading, said: str, engine: SearchEngine) -> bool:
    """Whether the sentence that answers was quoted just before."""
    if not reading.quotes or not said:
        return False
    quote = reading.quotes[0]
    return engine.text(quote.article.article_id)[quote.best.start : quote.best.end] in said
