"""Find in a sentence's tokens what must not be altered: values, names, negations and directions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.language.denial import PASSED_OVER, SCOPE, negations
from assistant.language.values import Token
from assistant.language.vocabulary import MEASURES
from index.text.terms import STOP_WORDS, stem

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
    heads: tuple[str, ...] = ()
    """Stems of the telling words right behind it, the nearest first: what it counts."""

    @property
    def counts(self) -> bool:
        """Whether it certainly counts or measures something, and is no year or version: "more than 2000 seats"."""
        figure = self.token.figure
        return figure is not None and bool(self.measure or figure.unit or (figure.bound and self.heads))


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


def stem_of(token: Token) -> str:
    """The stem of a word; "" for a figure or date that is no word."""
    return stem(token.word) if token.word else ""


def negated(text: str, tokens: Sequence[Token], stems: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """For each negation the stems of what it negates, the nearest first."""
    return tuple(tuple(_telling(tokens, stems, at + 1)) for at in negations(text, tokens))


def _telling(tokens: Sequence[Token], stems: Sequence[str], at: int) -> list[str]:
    """Stems of the next telling words, within a few tokens."""
    near = range(at, min(at + 2 * SCOPE, len(tokens)))
    return [stems[i] for i in near if stems[i] and tokens[i].word not in PASSED_OVER][:SCOPE]


def directions(text: str, tokens: Sequence[Token], stems: Sequence[str]) -> list[tuple[int, int, str]]:
    """Opposites: which pair, which side of it, and the stem of a telling word beside it ("" for the word itself)."""
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


def values(text: str, tokens: Sequence[Token]) -> list[Value]:
    """Figures and dates, each with its measure and what it counts."""
    found: list[Value] = []
    for at, token in enumerate(tokens):
        if token.figure is None and token.date is None:
            continue
        if token.word == "may" and token.date is not None:
            continue  # More often a verb, at the beginning of a sentence.
        behind = tokens[at + 1].word if at + 1 < len(tokens) else None
        between = text[token.end : tokens[at + 1].start] if behind else ""
        near = behind is not None and not between.replace("-", "").strip()
        written = text[token.start : token.end]
        found.append(
            Value(
                token=_with_unit(token, tokens, at),
                place=at,
                measure=MEASURES.get(behind or "") if near else None,
                text=written,
                heads=_heads(text, tokens, at),
            )
        )
    return found


def _heads(text: str, tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    """Stems of the telling words behind a figure, up to the next figure or mark."""
    found: list[str] = []
    for before, token in pairwise(tokens[at : at + 2 * SCOPE]):
        if token.word is None or _marked(text[before.end : token.start]) or len(found) == 2:
            break
        if token.word not in STOP_WORDS:
            found.append(stem(token.word))
    return tuple(found)


def _marked(gap: str) -> bool:
    """Whether another mark than a quotation mark, an apostrophe or a hyphen stands between two words."""
    return any(not character.isspace() and character not in "'’“”\"-" for character in gap)


def _with_unit(token: Token, tokens: Sequence[Token], at: int) -> Token:
    """The first of two figures has the unit of the second: "5 and 6 percent"."""
    if token.figure is None or token.figure.unit or at + 2 >= len(tokens) or tokens[at + 1].word not in {"and", "or"}:
        return token
    second = tokens[at + 2].figure
    return replace(token, figure=replace(token.figure, unit=second.unit)) if second and second.unit else token


def names(text: str, tokens: Sequence[Token]) -> list[Name]:
    """Words that begin with a capital letter and could be names."""
    capital = [
        token.word is not None and token.date is None and (text[token.start].isupper() or text[token.start].isdigit())
        for token in tokens
    ]  # Digits that are no figure are a name: "5G", "3–1".
    found = []
    for at, token in enumerate(tokens):
        if not capital[at] or token.word is None or token.word in {"i", "i'm"}:
            continue
        found.append(
            Name(
                word=token.word,
                place=at,
                opens=at == 0 or any(mark in text[tokens[at - 1].end : token.start] for mark in ':;.!?“"‘('),
                follows=at > 0 and capital[at - 1] and _beside(text, tokens[at - 1], token),
                leads=at + 1 < len(tokens) and capital[at + 1] and _beside(text, token, tokens[at + 1]),
            )
        )
    return found


def _beside(text: str, token: Token, after: Token) -> bool:
    gap = text[token.end : after.start].removeprefix("'s").removeprefix("’s")
    return bool(gap) and not gap.replace("-", "").strip()
