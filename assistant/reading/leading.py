"""The short answer in front: the words that the network is sure of, taken whole, unless something speaks against them.

Figures, dates and names are taken whole, as `assistant.language` reads them, with what bounds them ("no more than"),
and never out of words that deny them. A wrong short answer is worse than none, so that in doubt there is none.
"""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from collections.abc import Sequence

from assistant.language.denial import doubted
from assistant.language.names import Span, names, people, without_openers
from assistant.language.numbers import CLOCK
from assistant.language.sentence import parse
from assistant.language.statements import Value, values
from assistant.language.values import Token, dates, figures, read, values_of
from assistant.language.vocabulary import AUXILIARIES, HONORIFICS, MONTHS, OPENERS, ORDINALS, WEEKDAYS, alternatives
from assistant.question.kinds import Kind
from assistant.question.question import Question
from assistant.reading.contrast import contrasted
from assistant.reading.later import changes, denies, retracts
from assistant.reading.network import Span as Words
from index.text.structure import cells_of
from index.text.terms import stem, stems

_NOUNS = re.compile(
    r"(?:\s?°[CF]?\b|(?<=\d)[a-zA-Zµ]+[²³]?)?(?:[ \u00a0\u2009\u202f-](?!(?:and|or|but|of|in|on|at|to|for|from|by|with|as|that|which|who|is|are|was|were|had|has|have|while|when|"
    r"since|than|into|through|across|so|because|after|before|until|it|they|he|she|this|these|the|a|an|per|covering|"
    r"using|including|said|will|would|can|could|may|did|do|does|not|between)\b)[A-Za-z][\w'’-]*){0,5}"
)
_PART_OF = re.compile(r" of (?:the |its |their |his |her |our |these |those |all )*")
_BEFORE_DATE = re.compile(
    r"(?:\b(?:by|since|until|till|before|after|around|about|circa|from|early|late|mid|no later than|as early as|"
    r"(?:(?:by|at|since|until|before|after|in|from|towards?) )?(?:the )?(?:end|beginning|start|middle|turn) of)[ -](?:the )?)+$",
    re.IGNORECASE,
)
_TURNED_BEFORE = re.compile(
    r"\b(?:(?:all|none|nobody|nothing|no one) but|except(?: for)?|apart from|than|versus|vs\.?|compared (?:with|to)|as (?:many|much) as)\s+(?:the )?$|"
    r"\b(?:son|daughter|wife|husband|widow|widower|brother|sister|father|mother|successor|predecessor|friend|student|"
    r"deputy|assistant|heir|rival|critic) (?:of|to)\s+$",
    re.IGNORECASE,
)
"""What before a piece makes it another's, or one of the rest."""
_TURNED_BEHIND = re.compile(
    r"(?:['’]s|(?<=s)['’])\s|(?:(?<=\d)\s+\w+)?\s+(?:or (?:fewer|less|more|older)\b|(?:fewer|less|more|\w+er) than\b)"
)
"""What behind a piece makes it another's, or only the distance from another."""
_OVERTAKEN = re.compile(
    r"\b(?:(?:was|were|had been) (?:to|due|(?:expected|supposed|planned|scheduled|meant) (?:to|for))|originally|formerly|previously|"
    r"initially|used to|at first)\b|"
    r"\b(?:ris(?:en?|es|ing)|rose|increas\w+|gr[eo]wn?|f[ae]ll(?:en|s)?|dropped|cut|raised|lowered|up|down|changed|moved|"
    r"postponed|brought forward|shifted|put (?:off|back))\b"
    r"[^.;]{0,40}\bfrom (?:\w+ )?$",
    re.IGNORECASE,
)
"""In front of what was planned and may not have happened, or of what was so once."""
_TITLES = frozenset(map(stem, HONORIFICS))
_PLACES = frozenset(stems(" ".join([*ORDINALS, "last", "final", "former", "latter"])))
_QUOTED = re.compile(r'"[^"]{1,60}"|“[^”]{1,60}”')
_LABEL_MARK = re.compile(r"[:;,()]")
_YES_OR_NO = re.compile(rf"(?:[^,?]*, )?(?:{alternatives(AUXILIARIES)})\b", re.IGNORECASE)
_WHO_IS = re.compile(r"who(?: is| was| are| were|['’]s) ", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\(([^()]+)\)")
_OR_BEFORE = re.compile(r"\bor (?:(?:in|on|by|at|the|an?) )*$")
_OR_BEHIND = re.compile(r",?\s+or\s")
_UNIT = re.compile(r"\s?°[CF]?\b|(?<=\d)[a-zA-Zµ]+[²³]?")
_IN_YEAR = re.compile(r"\b(?:in|since|by|until|during|before|after|from)\s+(?:the year )?$", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b[A-Za-z]\.[A-Za-z]$")
"""At the end of "8 p.m", which lacks its point."""
_MARKS = " \t\n.,;:!?。，；：、！？\"“”'‘’([*_|"
_MEMBERS = re.compile(r",|;|、| and | or | & ")
_ASKS_THE_WAY = re.compile(
    r"how (?:to|(?:do|does|can|could|should|must|would) (?:i|you|we|one|people|somebody))\b", re.IGNORECASE
)
_OTHER_POST = re.compile(r"\b(vice|deputy|former|acting|assistant|interim|honorary|previous)[ -](?=\w)", re.IGNORECASE)
"""With which a post is another one."""
_TOLD_WHOLE = frozenset({Kind.CHANGE, Kind.DEFINITION, Kind.REASON})
"""Kinds of questions that a few words do not answer."""
MAX_LEAD_CHARACTERS = 160


def leading_span(
    question: Question, text: str, words: Words | None, others: Sequence[str] = (), before: str = ""
) -> Span | None:
    """Characters of `text` that alone answer; None if the network sees none, or something speaks against them.

    Args:
        question: as asked.
        text: the sentence that answers.
        words: its likeliest words, as the network sees it.
        others: the next likely sentences; what they deny does not lead.
        before: what is quoted in front of the sentence, since it leans on it.
    """
    if asks_yes_or_no(question):
        span = _compared(question, text)
        return None if span is None or _taken_back(text[slice(*span)], others) else span
    if words is None or question.kind in _TOLD_WHOLE or _ASKS_THE_WAY.match(question.text):
        return None
    start, end = _with_nouns(question, text, *_whole(text, words.start, words.end))
    lead = text[start:end]
    if (
        not lead
        or len(lead) > min(MAX_LEAD_CHARACTERS, 0.8 * len(text))
        or set(question.stems).isdisjoint(
            stems(f"{before} {text}")
        )  # Nothing says that it is told of what is asked about.
        or set(stems(lead)) <= {*stems(question.text), *_TITLES}
        or _belongs_to_what_follows(question, text, end)
        or (_OR_BEFORE.search(text, max(0, start - 20), start) or _OR_BEHIND.match(text, end))
        or _TURNED_BEFORE.search(text, max(0, start - 40), start)
        or lead.count("(") != lead.count(")")
        or (doubted(*_in_cell(text, start, end)) and not parse(question.text).negates)
        or contrasted(question, text, start, end)
        or any(word[1].lower() not in parse(text).lower_words for word in _OTHER_POST.finditer(question.text))
        or retracts(text)
        or _overtaken(question, text, start)
        or _another_is_meant(question, text, start, end)
        or (
            question.kind is Kind.PERSON
            and not asks_who_is(question, text)
            and people(text)
            and not names(lead[:1].lower() + lead[1:])
        )
        or (question.kind is Kind.DATE and not any(map(_is_time, read(lead))))
        or (question.kind is Kind.LIST and len(_MEMBERS.split(lead)) < 2)
        or (question.kind is Kind.QUANTITY and question.unit and _counts_nothing(text, start, end))
        or (question.kind is Kind.QUANTITY and question.unit and _counts_another(question, text, end))
        or _taken_back(lead, others)
        or any(_is_the_row_meant(question, other, text) for other in others)
    ):
        return None
    return start, end


def _taken_back(lead: str, others: Sequence[str]) -> bool:
    """Whether another sentence denies the lead, or says that it has changed."""
    return any(_denies(other, lead) or changes(other, lead) for other in others)


def _with_nouns(question: Question, text: str, start: int, end: int) -> Span:
    """The characters with the nouns behind a figure at their end, if it counts what is asked for or ends a list."""
    last = next((token for token in figures(text) if token.end == end), None)
    nouns = _NOUNS.match(text, end) if last is not None else None
    if last is None or nouns is None or not nouns[0].strip():
        return start, end
    counted = bool(question.unit) and question.unit[-1] in stems(nouns[0])
    listed = start < last.start and re.search(r"(?:\band|\bor|,) *$", text[start : last.start]) is not None
    return (start, nouns.end()) if counted or listed else (start, end)


def _counts_another(question: Question, text: str, end: int) -> bool:
    """Whether the figure at the end of the lead counts something else than what is asked for: "four chains" no firms."""
    nouns = _NOUNS.match(text, end) if any(token.end == end for token in figures(text)) else None
    return nouns is not None and bool(nouns[0].strip(" -")) and question.unit[-1] not in stems(nouns[0])


def _in_cell(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The cell of a table's row that holds the characters, which other cells say nothing about, with their place in it."""
    if not text.startswith("|"):
        return text, start, end
    first, last = text.rfind("|", 0, start) + 1, text.find("|", end)
    return text[first : last if last >= 0 else len(text)], start - first, end - first


def asks_who_is(question: Question, text: str) -> bool:
    """Whether it is asked who somebody is, and not for somebody's name; `text` tells what is a name in lower case."""
    found = _WHO_IS.match(question.text) if question.kind is Kind.PERSON else None
    if found is None:
        return False
    named = question.text[found.end() :]
    of_another = re.search(r"['’]s? \w", named) is not None
    return (named[:1].isupper() and not of_another) or any(
        stems(text[start:end]) == stems(named) for start, end in people(text)
    )


def _is_time(token: Token) -> bool:
    """Whether a token is a date, a day of the week or a time of day."""
    clock = token.figure is not None and token.figure.unit == CLOCK
    return token.date is not None or clock or token.word in WEEKDAYS


def _another_is_meant(question: Question, text: str, start: int, end: int) -> bool:
    """Whether the label of another value of its sort has more of the question: "adults £8, children £4"."""
    own = next((token for token in values_of(text) if start <= token.start < end), None)
    alike = (
        people(text)
        if own is None
        else [(token.start, token.end) for token in values_of(text) if _sort(token) == _sort(own)]
    )
    meant = next((n for n, span in enumerate(alike) if span[0] < end and start < span[1]), None)
    if meant is None:
        return False
    edges = [0, *(edge for span in alike for edge in span), len(text)]
    gaps = [text[edges[n] : edges[n + 1]] for n in range(0, len(edges), 2)]
    behind = [_IN_BRACKETS.match(gap) for gap in gaps[1:]]
    counted = [re.split(r"\W+", gap.strip(_MARKS), maxsplit=1) for gap in gaps[1:]]
    if len({words[0] for words in counted}) == 1:  # "9 crowns", "5 crowns".
        gaps[1:] = [" ".join(words[1:]) for words in counted]
    if all(behind):  # "Ada Holm (smith), Ole Lind (baker)".
        labels = [found[1] for found in behind if found]
    elif not any(map(str.isalnum, gaps[-1])):
        labels = [_LABEL_MARK.split(gap)[-1] for gap in gaps[:-1]]
    elif not any(map(str.isalnum, gaps[0])):
        labels = [_LABEL_MARK.split(gap.strip(_MARKS))[0] for gap in gaps[1:]]
    else:
        return False
    # Of several names the later ones leave out what was said of the first: only "the last one" tells them apart, and
    # the date: "in May it was led by Ada Holm, and in June by Ole Lind".
    asked = set(question.stems) & _PLACES if own is None and not all(behind) else set(question.stems)
    shared = [len(asked & set(stems(label))) + _dated_alike(question, label) for label in labels]
    return max(shared) > shared[meant]


def _dated_alike(question: Question, label: str) -> int:
    """How many dates of the label agree with one that is asked about."""
    asked = dates(question.text)
    return sum(any(date.agrees(one) or one.agrees(date) for one in asked) for date in dates(label))


def _sort(token: Token) -> str:
    """What a value is: a date, or a figure of a unit."""
    return "date" if token.date else str(token.figure and token.figure.unit)


def _overtaken(question: Question, text: str, start: int) -> bool:
    """Whether what stands before `start` tells of a plan or a time that is over, and the question asks for no such."""
    if text[start : start + 5].lower() == "from ":
        start += 5
    found = _OVERTAKEN.search(text[:start])
    return found is not None and not set(stems(found[0])) & set(question.stems)


def asks_yes_or_no(question: Question) -> bool:
    """Whether it opens with an auxiliary, perhaps behind what stands apart: "In 2021, was the bridge closed?"."""
    return _YES_OR_NO.match(question.text) is not None


def _compared(question: Question, text: str) -> Span | None:
    """The one figure that settles whether what is asked about is more or less: "longer than 300 m", "is 312 m long"."""
    tokens = read(text)
    asked = [value for value in values(question.text, read(question.text)) if _counted(value)]
    if len(asked) != 1:
        return None
    alike = [value for value in values(text, tokens) if _counted(value) == _counted(asked[0])]
    if len(alike) != 1:
        return None
    at = alike[0].place
    start, end = tokens[at].start, tokens[at].end
    if doubted(text, start, end) or _overtaken(question, text, start):
        return None
    figure = tokens[at].figure
    if figure and not figure.unit:  # With what it counts: "312 m", "64 rooms".
        end = tokens[at + 1].end
    return _whole(text, start, end)


def _counted(value: Value) -> str:
    """What a figure is a number of: its measure, unit or noun."""
    figure = value.token.figure
    return (figure.unit or value.measure or next(iter(value.heads), "")) if figure else ""


def _belongs_to_what_follows(question: Question, text: str, end: int) -> bool:
    """Whether words behind the lead turn it: "Anna Berg's brother", "90 coins fewer than"."""
    turned = _TURNED_BEHIND.match(text, end)
    asked = "than" if turned and turned[0].endswith("than") else "whose"
    return turned is not None and asked not in question.text.lower().split()


def _counts_nothing(text: str, start: int, end: int) -> bool:
    """Whether all figures and dates of the lead are labels, days, years, or a whole of which a part is meant."""
    valued = [one for one in read(text) if (one.figure or one.date) and start <= one.start and one.end <= end]
    return bool(valued) and not any(_counts(one) or _round(text, one) for one in valued)


def _round(text: str, token: Token) -> bool:
    """Whether a figure that may be a year counts things: "2000 coins"."""
    figure = token.figure
    plain = figure is not None and not (figure.ordinal or figure.label or figure.whole or figure.unit)
    return plain and not _IN_YEAR.search(text, max(0, token.start - 20), token.start)


def _is_the_row_meant(question: Question, other: str, row: str) -> bool:
    """Whether another row's first cell has more of the question: "Ten swims" than "Swim"."""
    if not (row.startswith("|") and other.startswith("|")):
        return False
    own, its = (set(stems(next(iter(cells_of(one)), ""))) for one in (row, other))
    return its <= set(question.stems) and own < its


def _denies(text: str, lead: str) -> bool:
    """Whether another sentence states the same words, or a figure or date of them, and denies it."""
    at = text.find(lead)
    return (at >= 0 and doubted(text, at, at + len(lead))) or denies(text, lead)


def _whole(text: str, start: int, end: int) -> Span:
    """The characters with the rest of each word, figure, date and name that they touch; no marks at their ends."""
    quoted = [match.span() for match in _QUOTED.finditer(text) if len(match[0]) < len(text) / 2]
    called = [name if any(map(str.isalnum, text[: name[0]])) else _unopened(text, name) for name in names(text)]
    for a, b in [*((token.start, token.end) for token in read(text)), *called, *quoted]:
        if a < end and start < b:
            start, end = min(start, a), max(end, b)
    for token in read(text):
        if token.figure and token.start < end and start < (whole := _end_of_whole(text, token) or token.end):
            start, end = min(start, token.start), max(end, whole)  # "Half of the 40", not "40".
    unit = _UNIT.match(text, end)
    end = unit.end() if unit and text[end - 1 : end].isdigit() else end
    before = _BEFORE_DATE.search(text, max(0, start - 40), start)
    if before and any(token.date for token in read(text[start:end])[:1]):
        start = before.start()
    while start < end and text[start] in _MARKS:
        start += 1
    while start < end and text[end - 1] in _MARKS.replace("'", "").replace("’", ""):
        end -= 1
    if text[end : end + 1] == "." and _ABBREVIATED.search(text[start:end]):
        end += 1
    if text[start:end].count('"') % 2 or text[start:end].count("“") > text[start:end].count("”"):
        end += text[end : end + 1] in {'"', "”"}
    return start, end


def _unopened(text: str, name: Span) -> Span:
    """A name without the words that only open the sentence: "Yesterday Anna Berg"."""
    return without_openers(text, name, OPENERS - MONTHS.keys())


def _counts(token: Token) -> bool:
    """Whether a token is a number of things, not the name of one, a year, or a whole of which a part is meant."""
    figure = token.figure
    if figure is None or figure.ordinal or figure.label or figure.whole or figure.unit == CLOCK:
        return False
    return token.date is None or not 1800 <= figure.value < 2100


def _end_of_whole(text: str, token: Token) -> int | None:
    """Where the figure ends that another is a part of: "half of the 40"."""
    part = _PART_OF.match(text, token.end)
    return next((one.end for one in figures(text) if one.start == part.end()), None) if part else None
