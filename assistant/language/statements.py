"""What a sentence states that must not be altered: its figures, dates, names, negations and directions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from assistant.language.values import Token, read
from index.text.terms import STOP_WORDS, stem

NEGATIONS = frozenset(
    "not no never without neither nor none nobody nothing nowhere cannot unable fail fails failed failing refuse "
    "refuses refused lack lacks lacked lacking deny denies denied decline declined declines hardly unless".split()
)
"""Words that turn around what follows them; so do the contractions of "not"."""
_NEGATED_CJK = frozenset("不没未无非")
INTERJECTIONS = frozenset("yes yeah yep nope ok okay sure certainly absolutely definitely indeed well".split())
"""Words that may open a reply and state nothing."""
_FILLERS = INTERJECTIONS | frozenset(
    "no hello hi please thanks thank welcome sorry right correct true false maybe perhaps exactly answer answers "
    "question following follows course".split()
)
"""Words of a reply that state nothing of the matter."""
_SCOPE = 3
"""So many telling words behind a negation are what it negates."""
_PASSED_OVER = STOP_WORDS | frozenset("yet ever any even longer".split())

_OPPOSITES = (
    "more|less fewer",
    "most|least fewest",
    "before|after",
    "earlier|later",
    "above over exceeding exceeded|below under beneath",
    "up|down",
    "fast faster fastest quick quicker|slow slower slowest",
    "higher highest|lower lowest",
    "increase rise rose risen grow grew grown growth climb gain expand raise"
    "|decrease fall fell fallen drop decline shrink shrank reduce reduction cut lower",
    "first earliest|last latest final",
    "larger largest bigger biggest|smaller smallest",
    "longer longest|shorter shortest",
    "maximum|minimum",
    "older oldest|younger youngest newest",
    "begin began begun start open|end ended finish close conclude",
    "accept approve|reject",
    "allow permit|ban forbid forbade forbidden prohibit",
    "support|oppose",
    "buy bought|sell sold",
    "win won|lose lost",
    "improve|worsen deteriorate",
    "strengthen|weaken",
    "import|export",
    "north northern|south southern",
    "east eastern|west western",
    "all every|none no",
    "always|never",
    "with|without",
    "possible|impossible",
    "success succeed successful|failure fail unsuccessful",
)
"""Sides of opposites, by their words."""
_SIDES: dict[str, set[tuple[int, int]]] = {}
for _number, _opposite in enumerate(_OPPOSITES):
    for _side, _listed in enumerate(_opposite.split("|")):
        for _word in _listed.split():
            _SIDES.setdefault(stem(_word), set()).add((_number, _side))
_OF_RELATION = frozenset(
    "before after above over below under up down with without first last all no every none".split()
)
"""What these set apart is told only by the word beside them."""

_PREFIX = re.compile(
    r"(?:un(?P<un>[a-z]{4,})|(?:in|im|ir|il)(?P<latin>[a-z]{3,}(?:able|ible|[ae]nt|[ae]nce|ency|al|ate|ite|ive|ect|ely|ly|ity|"
    r"ure|ise|ular))|dis(?P<dis>agree|approve|connect|continue|honest|like|obey|satisf|trust|allow|advantage)(?P<end>[a-z]*))"
)
_NO_PREFIX = frozenset("import impart impress important under until union unit instant instance intent invent".split())


def denied_by_prefix(word: str) -> str | None:
    """What is left of "unclear" or "impossible" without the prefix that denies it; None of a word that has none."""
    match = _PREFIX.fullmatch(word) if word not in _NO_PREFIX else None
    return match and (match["un"] or match["latin"] or f"{match['dis']}{match['end']}")


_BOUNDS = {
    **dict.fromkeys("more over above exceeding exceeded least exceeds surpassing beyond".split(), 1),
    **dict.fromkeys("less fewer under below nearly almost most barely".split(), -1),
}
"""Words before a figure that say on which side of it the truth lies; "than" may stand between, "at" before."""

MEASURES = {
    word: names.split()[0]
    for names in (
        "kilometre kilometres kilometer kilometers km",
        "metre metres meter meters m",
        "centimetre centimetres centimeter centimeters cm",
        "millimetre millimetres millimeter millimeters mm",
        "mile miles",
        "foot feet ft",
        "kilogram kilograms kg",
        "gram grams g",
        "tonne tonnes ton tons t",
        "pound pounds lb lbs",
        "litre litres liter liters",
        "hectare hectares ha",
        "acre acres",
        "second seconds",
        "minute minutes",
        "hour hours",
        "day days",
        "week weeks",
        "month months",
        "year years",
        "decade decades",
        "century centuries",
        "kilowatt kilowatts kw",
        "megawatt megawatts mw",
        "gigawatt gigawatts gw",
        "degree degrees",
        "crown crowns",
        "rupee rupees",
        "franc francs",
    )
    for word in names.split()
}
"""Measures by any of their words: a figure of one is not a figure of another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A figure or date with the measure behind it."""

    token: Token
    place: int
    """Among the sentence's tokens."""
    measure: str | None
    """Of `MEASURES`, when one stands right behind it."""
    text: str
    """As written."""
    pronoun: bool
    """Whether it is a "one" that may stand for no number."""
    bound: int = 0
    """1 where it is said to be exceeded ("more than 500"), -1 where it is not reached ("nearly 10"), else 0."""
    heads: tuple[str, ...] = ()
    """Stems of the telling words right behind it, the nearest first: what it counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A word that begins with a capital letter."""

    word: str
    """Case folded."""
    place: int
    """Among the sentence's tokens."""
    opens: bool
    """Whether it opens the sentence or a quotation, where any word has a capital."""
    follows: bool
    """Whether the token right before it is a name too."""
    leads: bool
    """Whether the token right after it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A sentence, taken apart."""

    text: str
    tokens: tuple[Token, ...]
    stems: tuple[str, ...]
    """One for each token: the stem of a word, "" for what is none."""
    values: tuple[Value, ...]
    names: tuple[Name, ...]
    negations: tuple[tuple[str, ...], ...]
    """For each negation the stems of what it negates, the nearest first."""
    directions: frozenset[tuple[int, int, str]]
    """Opposites: which pair, which side of it, and the stem of a telling word beside it ("" for the word itself)."""
    quoted: tuple[str, ...]
    """What stands in quotation marks."""

    @property
    def telling(self) -> frozenset[str]:
        """Stems of the words that say what it is about; figures and dates are not among them."""
        return frozenset(
            own
            for token, own in zip(self.tokens, self.stems, strict=True)
            if own and token.word not in STOP_WORDS and token.word not in _FILLERS
        )


@lru_cache(maxsize=8192)
def statement(text: str) -> Statement:
    """Take a sentence apart; it is remembered, as articles' sentences come again and again."""
    tokens = read(text)
    stems = tuple(_stem(token) for token in tokens)
    return Statement(
        text=text,
        tokens=tokens,
        stems=stems,
        values=tuple(_values(text, tokens)),
        names=tuple(_names(text, tokens)),
        negations=tuple(tuple(_telling(tokens, stems, at + 1)) for at in _negations(text, tokens)),
        directions=frozenset(_directions(text, tokens, stems)),
        quoted=tuple(match.strip(" ,.") for match in re.findall(r"[“\"]([^“”\"]{2,80})[”\"]", text)),
    )


def _stem(token: Token) -> str:
    return stem(token.word) if token.word else ""


def _negations(text: str, tokens: Sequence[Token]) -> list[int]:
    found = []
    for at, token in enumerate(tokens):
        word = token.word or ""
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if word == "not" and after is not None and after.word in {"only", "just", "merely"}:
            continue
        if word == "no" and after is not None and after.figure is not None and text[token.end] == ".":
            continue  # "No. 5".
        if word in {"no", "not"} and [token.word for token in tokens[at + 2 : at + 3]] == ["than"]:
            continue  # "No more than 10" is a bound.
        if word == "no" and at == 0 and text[token.end : token.end + 1] == ",":
            continue  # "No, it held": what it held is what is stated.
        if word in NEGATIONS or word.endswith("n't") or word in _NEGATED_CJK:
            found.append(at)
    return found


def _telling(tokens: Sequence[Token], stems: Sequence[str], at: int) -> list[str]:
    """Stems of the next telling words, within a few tokens."""
    near = range(at, min(at + 2 * _SCOPE, len(tokens)))
    return [stems[i] for i in near if stems[i] and tokens[i].word not in _PASSED_OVER][:_SCOPE]


def _directions(text: str, tokens: Sequence[Token], stems: Sequence[str]) -> list[tuple[int, int, str]]:
    found = []
    for at, token in enumerate(tokens):
        written = text[token.start : token.end].lower()
        for pair, side in _SIDES.get(stems[at] or written, ()):  # "First" is a figure too.
            found += [(pair, side, beside) for beside in _neighbours(tokens, stems, at)]
            if written not in _OF_RELATION:
                found.append((pair, side, ""))
    return found


def _neighbours(tokens: Sequence[Token], stems: Sequence[str], at: int) -> set[str]:
    """The telling word or value behind, or before at the end of a sentence, and the telling word nearest to it."""
    near = [*range(at + 1, min(at + 5, len(tokens))), *range(at - 1, max(at - 5, -1), -1)]
    told = [i for i in near if tokens[i].word not in STOP_WORDS]
    first = next((stems[i] or _plain(tokens[i]) for i in told), "")
    return {first, next((stems[i] for i in told if stems[i] and tokens[i].date is None), first)}


def _plain(token: Token) -> str:
    return str(token.figure.value) if token.figure else str(token.date)


def _values(text: str, tokens: Sequence[Token]) -> list[Value]:
    found: list[Value] = []
    for at, token in enumerate(tokens):
        if token.figure is None and token.date is None:
            continue
        if token.word == "may" and token.date is not None:
            continue  # More often a verb, at the beginning of a sentence.
        behind = tokens[at + 1].word if at + 1 < len(tokens) else None
        between = text[token.end : tokens[at + 1].start] if behind else ""
        near = behind is not None and not re.search(r"[^\s-]", between)
        written = text[token.start : token.end]
        found.append(
            Value(
                token=_with_unit(token, tokens, at),
                place=at,
                measure=MEASURES.get(behind or "") if near else None,
                text=written,
                pronoun=written.lower() == "one",
                bound=_bound(tokens, at),
                heads=_heads(text, tokens, at),
            )
        )
    return found


def _bound(tokens: Sequence[Token], at: int) -> int:
    """Of the words right before a figure: "more than", "nearly" and the like."""
    before = [token.word or "" for token in tokens[max(0, at - 3) : at]]
    if before and before[-1] == "than":
        before.pop()
    if not before or not (side := _BOUNDS.get(before[-1], 0)):
        return 0
    return -side if before[-2:-1] in (["no"], ["not"]) else side


def _heads(text: str, tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    """Stems of the telling words behind a figure, up to the next figure or mark."""
    found: list[str] = []
    for before, token in pairwise(tokens[at : at + 2 * _SCOPE]):
        if token.word is None or re.search(r"[^\s'’“”\"-]", text[before.end : token.start]) or len(found) == 2:
            break
        if token.word not in STOP_WORDS:
            found.append(stem(token.word))
    return tuple(found)


def _with_unit(token: Token, tokens: Sequence[Token], at: int) -> Token:
    """The first figure of a range has the unit of the second: "5 to 6 percent"."""
    if (
        token.figure is None
        or token.figure.unit
        or at + 2 >= len(tokens)
        or tokens[at + 1].word not in {"to", "and", "or"}
    ):
        return token
    second = tokens[at + 2].figure
    return replace(token, figure=replace(token.figure, unit=second.unit)) if second and second.unit else token


def _names(text: str, tokens: Sequence[Token]) -> list[Name]:
    capital = [token.word is not None and token.date is None and text[token.start].isupper() for token in tokens]
    found = []
    for at, token in enumerate(tokens):
        if not capital[at] or token.word is None or token.word in {"i", "i'm"}:
            continue
        found.append(
            Name(
                word=token.word,
                place=at,
                opens=re.fullmatch(r"(?s)(?:.*[:;.!?“\"‘(])?\W*(?:(?i:the|an?)\W+)?", text[: token.start]) is not None,
                follows=at > 0 and capital[at - 1] and _beside(text, tokens[at - 1], token),
                leads=at + 1 < len(tokens) and capital[at + 1] and _beside(text, token, tokens[at + 1]),
            )
        )
    return found


def _beside(text: str, token: Token, after: Token) -> bool:
    return re.fullmatch(r"(?:['’]s)?[\s-]+", text[token.end : after.start]) is not None
