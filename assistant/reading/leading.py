"""The shortest piece of a sentence that answers, for questions that ask for a figure, a date, a name or a list.

Figures, dates and names are taken whole, as `assistant.language` reads them, with what bounds them ("no more than"),
and never out of words that deny them. A wrong piece is worse than none, so that in doubt there is none.
"""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.language.denial import doubted
from assistant.language.names import Span, people, proper_names, without_openers
from assistant.language.numbers import CLOCK
from assistant.language.sentence import parse
from assistant.language.values import Token, agrees, figures, read
from assistant.language.vocabulary import ABBREVIATIONS, ROLES
from assistant.question.kinds import Kind
from assistant.question.question import Question
from index.text.terms import stems

_NOUNS = re.compile(
    r"(?:\s?°[CF]?\b|(?<=\d)[a-zA-Zµ]+[²³]?)?(?:[ \u00a0\u2009\u202f-](?!(?:and|or|but|of|in|on|at|to|for|from|by|with|as|that|which|who|is|are|was|were|had|has|have|while|when|"
    r"since|than|into|through|across|so|because|after|before|until|it|they|he|she|this|these|the|a|an|per|covering|"
    r"using|including|said|will|would|can|could|may|did|do|does|not|between)\b)[A-Za-z][\w'’-]*){0,5}"
)
_AND_NOUNS = re.compile(r" (?:and|or)(?: [A-Za-z][\w'’-]*){1,2}")
_PART_OF = re.compile(r" of (?:the |its |their |his |her |our |these |those |all )*")
_NUMBER_OF = re.compile(r"\b(?:number|total) of ((?:[^.,;:!?]|[.,](?=\d))+)", re.IGNORECASE)
_PREPOSITION = re.compile(r"\b(?:of|in|on|at|to|for|from|by|with|under|among|who|that|which)\b")
_CLAUSE_ENDS = re.compile(r"[,.](?!\d)|[;:!?()，。；：]| (?:and|but|while|which|who) ")
_BEFORE_DATE = re.compile(
    r"(?:\b(?:by|since|until|till|before|after|around|about|circa|from|early|late|mid|no later than|as early as|"
    r"(?:(?:by|at|since|until|before|after|in|from|towards?) )?the (?:end|beginning|start|middle|turn) of)[ -](?:the )?)+$",
    re.IGNORECASE,
)
_TURNED_BEFORE = re.compile(
    r"\b(?:(?:all|none|nobody|nothing|no one) but|except(?: for)?|apart from|than|versus|vs\.?|compared (?:with|to)|as (?:many|much) as)\s+(?:the )?$|"
    r"\b(?:son|daughter|wife|husband|widow|widower|brother|sister|father|mother|successor|predecessor|friend|student|"
    r"deputy|assistant|heir|rival|critic) (?:of|to)\s+$",
    re.IGNORECASE,
)
"""What before a piece makes it another's, or one of the rest."""
_LIST = re.compile(r"(?:[:：]|\b(?:including|such as|namely|these are|they are|were|are)\b)\s*", re.IGNORECASE)
_BEHIND_LIST = frozenset("which who where when while as because said but".split())
"""Words that go on behind a list."""
_WHO_IS = re.compile(r"who (?:is|was|are|were) ", re.IGNORECASE)
_FRAME = frozenset(
    stem for word in "many much number year date time month day old long name person".split() for stem in stems(word)
)
"""Stems of words that only say what kind of thing is asked for."""
MAX_LEAD_CHARACTERS = 160
LEAST_COVERED = 0.6
LEAST_COVERED_PERSON = 0.8
"""Share of the question's words that a sentence must have for a piece of it to lead; names of people stand
beside anything, so more is asked for there."""


def leading_span(question: Question, text: str) -> Span | None:
    """Characters of `text` that answer a question for a figure, a date, a name or a list; None if unclear."""
    match question.kind:
        case Kind.QUANTITY:
            span = _quantity(question, text)
        case Kind.DATE:
            span = _date(question, text)
        case Kind.PERSON:
            span = None if _names_the_person(question.text) else _person(question, text)
        case Kind.LIST:
            span = _list(text)
        case _:
            span = None
    if (
        span is None
        or not _covers(question, text)
        or span[1] - span[0] > min(MAX_LEAD_CHARACTERS, 0.8 * len(text))
        or text[slice(*span)].lower() in question.text.lower()
        or _TURNED_BEFORE.search(text, max(0, span[0] - 40), span[0])
        or text[slice(*span)].endswith((" fewer", " less", " more"))
        or doubted(text, *span)
    ):
        return None
    return span


def _names_the_person(question: str) -> bool:
    """Whether a question asks what the one is whom it names: "Who is Anna Berg?"."""
    opening = _WHO_IS.match(question)
    return opening is not None and (opening.end(), len(question.rstrip(" ?."))) in proper_names(question)


def _covers(question: Question, text: str) -> bool:
    """Whether a sentence has all names and most words of the question; else a piece of it would say too much."""
    own = set(stems(text))
    asked = set(question.stems) - _FRAME
    names = {stem for name in question.names for stem in stems(name)}
    least = {Kind.PERSON: LEAST_COVERED_PERSON, Kind.LIST: 0.0}.get(question.kind, LEAST_COVERED)
    return names <= own and len(asked & own) >= least * len(asked)


def unit_beside_figure(question: Question, text: str) -> bool:
    """Whether a figure that is not the question's own counts what the question asks to be counted."""
    if not question.unit:
        return False
    spans = _quantities(question, text)
    return bool(_numbered(question, text, spans)) or any(
        _counts_unit(question, text, (start, _second_noun(text, end))) for start, end in spans
    )


def _quantities(question: Question, text: str) -> list[Span]:
    """Figures with the nouns right after them; years, labels and the question's own left out."""
    asked = read(question.text)
    place = re.search(r"\b(?:which|what) number(?! of)", question.text, re.IGNORECASE)  # It may be a tenth.
    spans = []
    for token in read(text):
        if place and token.figure and token.figure.ordinal:
            spans.append((token.start, token.end))
        if _counts(token) and not any(agrees(token, own) for own in asked):
            end = _with_whole(text, token)
            nouns = _NOUNS.match(text, end)
            spans.append((token.start, nouns.end() if nouns else end))
    return spans


def _counts(token: Token) -> bool:
    """Whether a token is a number of things, not the name of one, a year, or a whole of which a part is meant."""
    figure = token.figure
    if figure is None or figure.ordinal or figure.label or figure.whole or figure.unit == CLOCK:
        return False
    return token.date is None or not 1800 <= figure.value < 2100


def _with_whole(text: str, token: Token) -> int:
    """Where a figure ends with what it is a part of: "half of the 40", "two thirds of the"."""
    part = _PART_OF.match(text, token.end)
    if part is None or token.figure is None:
        return token.end
    whole = next((one.end for one in figures(text) if one.start == part.end()), None)
    fraction = token.figure.unit is None and token.figure.value < 1
    return whole or (part.end() - 1 if fraction else token.end)


def _counts_unit(question: Question, text: str, span: Span) -> bool:
    return question.unit[-1] in stems(text[slice(*span)])


def _second_noun(text: str, end: int) -> int:
    """Where the nouns behind a figure end if those after "and" are its own: "4,000 large and small firms"."""
    more = _AND_NOUNS.match(text, end)
    return more.end() if more else end


def _numbered(question: Question, text: str, spans: Sequence[Span]) -> list[Span]:
    """The figures that "the number of" what is counted comes to, within its clause."""
    found = []
    for match in _NUMBER_OF.finditer(text):
        if question.unit[-1] in stems(_PREPOSITION.split(match[1])[0]):
            found += [span for span in spans if match.start(1) < span[0] < match.end()][:1]
    return found


def _quantity(question: Question, text: str) -> Span | None:
    """The figure beside what is counted, with its noun, and with a second such pair joined by "and"."""
    spans = _quantities(question, text)
    beside = [span for span in spans if question.unit and _counts_unit(question, text, span)]
    if beside:
        joined = _joined(text, beside[0], spans)
        return joined if all(span[1] <= joined[1] for span in beside) else None  # "It had 90 once and has 12 now."
    numbered = _numbered(question, text, spans) if question.unit else []
    if numbered:
        return numbered[0]
    if question.unit and not _is_amount(question):
        return None
    return _nearest(question, text, _of_the_clause(question, text, spans))


def _of_the_clause(question: Question, text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans in whichever clause has most of the question's words: "users reached 9 million, the rate is 100%"."""
    asked = set(question.stems)
    ends = [m.start() for m in _CLAUSE_ENDS.finditer(text)]

    def shared(span: Span) -> int:
        start = max((end for end in ends if end < span[0]), default=0)
        end = min((end for end in ends if end >= span[1]), default=len(text))
        return len(asked.intersection(stems(text[start:end])))

    counts = [shared(span) for span in spans]
    return [span for span, count in zip(spans, counts, strict=True) if count == max(counts)]


def _is_amount(question: Question) -> bool:
    """Whether a figure may stand away from the noun: "how much money", "what percentage"."""
    return question.text.lower().find("how many") < 0


def _joined(text: str, span: Span, spans: Sequence[Span]) -> Span:
    bare = {figure.end for figure in figures(text)}
    for other in spans:  # "five gates, and two were opened" counts no second thing.
        if other[0] > span[1] and other[1] not in bare and text[span[1] : other[0]] in {" and ", ", and "}:
            return span[0], other[1]
    return span


def _date(question: Question, text: str) -> Span | None:
    """The date of what the question asks, with what bounds it; of several only one beside a word of the question."""
    found = []
    for token in read(text):
        if token.date is not None and (token.date.year or token.date.day):
            before = _BEFORE_DATE.search(text, max(0, token.start - 40), token.start)
            repeated = before is not None and _repeats(question, before[0])
            found.append((token.start if before is None or repeated else before.start(), token.end))
    fresh = _fresh(question, text, found)
    if len(fresh) < 2:
        return fresh[0] if fresh else None
    if any(text[a[1] : b[0]].strip(" ,") in {"", "or", "and", "or in", "and in"} for a, b in pairwise(fresh)):
        return None  # "In 1340 or 1352".
    return next(iter(_nearest_by_far(question, text, fresh)), None)


def _repeats(question: Question, before: str) -> bool:
    """Whether the question begins with the word before a date: "Since when", "By which year"."""
    word = before.strip().lower()
    return word in {"since", "by", "until"} and question.text.lower().startswith(word)


def _nearest_by_far(question: Question, text: str, spans: Sequence[Span]) -> list[Span]:
    """The one of several spans that is at least twice as near to a word of the question as any other, if one is."""
    if len(spans) < 2:
        return list(spans)
    near = sorted((_distance(question, text, span, spans), span) for span in spans)
    return [near[0][1]] if 2 * near[0][0] <= near[1][0] and near[0][0] < len(text) else []


def _distance(question: Question, text: str, span: Span, spans: Sequence[Span]) -> int:
    """Characters to the nearest word of the question, names aside, in the same clause; twice the text if none."""
    named = {stem for name in question.names for stem in stems(name)}
    asked = set(question.stems) - named - _FRAME
    ends = [m.start() for m in _CLAUSE_ENDS.finditer(text) if not any(a <= m.start() < b for a, b in spans)]
    start = max((end for end in ends if end < span[0]), default=0)
    end = min((end for end in ends if end >= span[1]), default=len(text))
    marks = [(mark, stem) for mark, stem in parse(text).places if stem in asked and start <= mark < end]
    near = (max(span[0] - mark - len(stem), mark - span[1], 1) for mark, stem in marks)
    return min(near, default=2 * len(text))


def _list(text: str) -> Span | None:
    """The members behind a colon, "are" or "including", up to the end of the sentence."""
    openers = list(_LIST.finditer(text))
    for opener in [one for one in openers if one[0][0] in ":："][-1:] or openers:
        start = opener.end()
        body = text[start:].rstrip(" .!?。")
        members = body.split(", ")
        behind = next(
            (i for i, member in enumerate(members) if i and member.split()[:1] and member.split()[0] in _BEHIND_LIST),
            len(members),
        )
        members = members[:behind]
        several = len(members) > 1 or " and " in body
        if several and len(members) < 14 and all(2 <= len(one) <= 84 for one in members):
            return None if _stops(body) else (start, start + len(", ".join(members)))
    return None


def _stops(text: str) -> bool:
    """Whether a mark in a list may end it, so that what stands before is not all of it."""
    if any(mark in text for mark in ";:；："):
        return True
    words = [word[:-1].lower() for word in text.split() if word.endswith(".")]
    return any(len(word) > 1 and word not in ABBREVIATIONS for word in words)


def _person(question: Question, text: str) -> Span | None:
    """The person of the clause that has most of the question's words; of several only one much nearer to a word of it."""
    fresh = _fresh(question, text, [without_openers(text, span, ROLES) for span in people(text)])
    if len(fresh) > 1:
        fresh = _nearest_by_far(question, text, _of_the_clause(question, text, fresh))
    owner = len(fresh) == 1 and text[fresh[0][1] :].startswith(("'s", "’s")) and "whose" not in question.text.lower()
    return fresh[0] if len(fresh) == 1 and not owner else None


def _fresh(question: Question, text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that say something which the question does not."""
    asked = set(question.stems)
    return [span for span in spans if not set(stems(text[slice(*span)])) <= asked]


def _nearest(question: Question, text: str, spans: Sequence[Span]) -> Span | None:
    """The span nearest to the question's words that does not repeat them."""
    asked, fresh = set(question.stems), _fresh(question, text, spans)
    marks = [start for start, stem in parse(text).places if stem in asked]
    if not fresh:
        return None
    if not marks:
        return fresh[0]
    return min(fresh, key=lambda s: min(min(abs(m - s[0]), abs(m - s[1])) for m in marks))
