"""The shortest piece of a sentence that answers, for questions that ask for a figure, a date, a name or a list."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from collections.abc import Sequence

from assistant.language.vocabulary import CAPITALISED, MONTHS, NUMBER_WORDS
from assistant.question.kinds import Kind
from assistant.question.question import Question
from index.text.terms import STOP_WORDS, stems

Span = tuple[int, int]

_NUMBER = r"(?:[$£€¥]\s?)?\d[\d,.]*(?<![.,])(?:\s?%|(?:\s(?:million|billion|trillion|thousand|hundred|dozen|percent|per cent))+)?"
_SPELT = "|".join(sorted(NUMBER_WORDS - {"half", "third", "quarter", "once", "double"}, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?:(?:more than|over|about|around|nearly|almost|at least|less than|under|up to|some|approximately|roughly|only) )?"
    rf"(?:(?:{_NUMBER})|\b(?:{_SPELT})\b(?:[ -](?:{_SPELT})\b)*)",
    re.IGNORECASE,
)
_NOUNS = re.compile(
    r"(?:[ -](?!(?:and|or|but|of|in|on|at|to|for|from|by|with|as|that|which|who|is|are|was|were|had|has|have|while|when|"
    r"since|than|into|through|across|so|because|after|before|until|it|they|he|she|this|these|the|a|an|per|covering|"
    r"using|including|said|will|would|can|could|may|did|do|does|not|between)\b)[A-Za-z][\w'’-]*){1,5}"
)
_AND_NOUNS = re.compile(r" (?:and|or)(?: [A-Za-z][\w'’-]*){1,2}")
_NUMBER_OF = re.compile(r"\b(?:number|total) of ((?:[^.,;:!?]|[.,](?=\d))+)", re.IGNORECASE)
_PREPOSITION = re.compile(r"\b(?:of|in|on|at|to|for|from|by|with|under|among|who|that|which)\b")
_CLAUSE_ENDS = re.compile(r"[,.](?!\d)|[;:!?()，。；：]")
_DATES = re.compile(
    rf"(?:(?:by |at |since |until |before |after )?the (?:end|beginning|start|middle) of )?"
    rf"(?:\b\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTHS})(?:,? \d{{4}})?|\b(?:{MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"
    rf"|\b(?:{MONTHS})(?: of)? \d{{4}}\b|\b(?:1\d{{3}}|20\d\d)s?\b|\b\d{{1,2}}(?:st|nd|rd|th) century\b|\b\d{{4}}年(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"(?:(?<=[:：])|(?<=\bincluding\b)|(?<=\bsuch as\b)|(?<=\bnamely\b)|(?<=\bthese are\b)|(?<=\bthey are\b)|(?<=\bwere\b)|(?<=\bare\b))"
    r"\s*((?:[^,;.:]{2,80}, ){1,12}(?:and |or )?[^,;.:]{2,80}|[^,;.:]{2,60} and [^,;.:]{2,60})",
    re.IGNORECASE,
)
_DESCRIBE = re.compile(r"[Ww]ho (?:is|was|are|were) (?:[A-Z][\w'’-]* ?){2,4}[?.]*$")
"""Asks what a person is, not for a name; matched against questions whose kind is a person."""
_NO_PERSON = frozenset(
    [
        *MONTHS.split("|"),
        *"Committee Bureau Department Office Province Provincial Municipal City County Service News Agency "
        "Congress Party Government Republic University Company Council Ministry District Commission Conference".split(),
    ]
)
_ROLES = frozenset(
    "Governor President Mayor Secretary Chairman Chairwoman Chair Minister Deputy Reporter Director".split()
)
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
            span = _nearest(question, text, [m.span() for m in _DATES.finditer(text)])
        case Kind.PERSON:
            span = None if _DESCRIBE.match(question.text) else _nearest(question, text, _people(text))
        case Kind.LIST:
            span = next((m.span(1) for m in _LIST.finditer(text)), None)
        case _:
            span = None
    if (
        span is None
        or not _covers(question, text)
        or span[1] - span[0] > MAX_LEAD_CHARACTERS
        or text[slice(*span)].lower() in question.text.lower()
    ):
        return None
    return None if span[1] - span[0] > 0.8 * len(text) else span


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
    """Figures with the nouns right after them; years, days of months and the question's own left out."""
    spans = []
    for match in _QUANTITY.finditer(text):
        if re.fullmatch(r"(?:1[89]|20)\d\d", match.group().strip()) or match.group().lower() in question.text.lower():
            continue
        if re.match(r"-\d", text[match.end() :]) or re.search(r"\d-$", text[: match.start()]):
            continue  # A telephone number, a range, part of a name.
        if re.match(rf"\s(?:{MONTHS})\b", text[match.end() :]) or re.search(rf"(?:{MONTHS}) $", text[: match.start()]):
            continue
        nouns = _NOUNS.match(text, match.end())
        spans.append((match.start(), nouns.end() if nouns else match.end()))
    return spans


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
        return _joined(text, beside[0], spans)
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
    for other in spans:
        bare = _QUANTITY.fullmatch(text, *other)  # "five gates, and two were opened" counts no second thing.
        if other[0] > span[1] and not bare and re.fullmatch(r",? and ", text[span[1] : other[0]]):
            return span[0], other[1]
    return span


def _people(text: str) -> list[Span]:
    """Runs of two to four capitalised words that name no month and no body, as names of people mostly are."""
    long = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    closed = text.rstrip("\"'”’) ").endswith((".", "!", "?"))
    if not closed and len(long) > 3 and sum(word[0].isupper() for word in long) > 0.7 * len(long):
        return []  # A title, which has capitals everywhere.
    spans = []
    for match in CAPITALISED.finditer(text):
        words = match.group().split()
        start = match.start()
        while words and (words[0].lower() in STOP_WORDS or words[0] in _ROLES):
            start += len(words[0]) + 1
            words = words[1:]
        quoted = text[:start].endswith(('"', "“", "‘", "'", "《"))
        if 2 <= len(words) <= 4 and "of" not in words and not quoted and not _NO_PERSON.intersection(words):
            spans.append((start, match.end()))
    return spans


def _nearest(question: Question, text: str, spans: Sequence[Span]) -> Span | None:
    """The span nearest to the question's words that does not repeat them."""
    asked = set(question.stems)
    fresh = [s for s in spans if not set(stems(text[slice(*s)])) <= asked]
    marks = [m.start() for m in re.finditer(r"[^\W_]+", text) if asked.intersection(stems(m.group()))]
    if not fresh:
        return None
    if not marks:
        return fresh[0]
    return min(fresh, key=lambda s: min(min(abs(m - s[0]), abs(m - s[1])) for m in marks))
