"""Match the names of a claim with those of sentences: full names, parts, aliases or initials."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.language.sentence import ParsedSentence, parse
from assistant.language.statements import Name
from assistant.language.values import holds
from assistant.language.vocabulary import ACRONYMS, OPENERS, PARTICLES
from index.text.terms import stem

_PEOPLE_OF = frozenset("s n an ian ese ish i y a ns ans ians is e er ers".split()) | {""}
"""Suffixes that derive "German" from "Germany" and "Chinese" from "China"."""
_SMALL = PARTICLES | frozenset("and for in on".split())
"""Lower-case words inside names."""
_INITIALS = range(2, 7)
_DEGREES = {"celsius": "c", "fahrenheit": "f", "c": "celsius", "f": "fahrenheit"}

Mentions = Sequence[tuple[str, tuple[str, ...]]]
"""Names in a text, each with its aliases, as `Glossary.found_in` returns them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Context of a passage's sentences, which may supply names and dates that they omit."""

    statements: tuple[ParsedSentence, ...]
    """The passage's sentences and the article's title."""
    published: date | None
    publisher: frozenset[str]
    """Words of the publisher's name, case folded."""
    words: frozenset[str]
    """All words, case folded."""
    lower: frozenset[str]
    """Words that occur in lower case."""
    capital: frozenset[str]
    """Words that occur with a capital where only names have one."""

    @classmethod
    def of(cls, sentences: Sequence[str], *, title: str, publisher: str, published: date | None) -> "Surroundings":
        """Build from a passage's sentences and its article's metadata."""
        held = tuple(parse(text) for text in (*sentences, title) if text)
        lower: set[str] = set()
        for one in held:
            named = {name.place for name in one.names}
            lower |= {token.word for i, token in enumerate(one.tokens) if token.word and i not in named}
        return cls(
            statements=held,
            published=published,
            publisher=frozenset(t.word for t in parse(publisher).tokens if t.word) if publisher else frozenset(),
            words=frozenset(token.word for one in held for token in one.tokens if token.word),
            lower=frozenset(lower),
            capital=frozenset(name.word for one in held for name in one.names if not name.opens),
        )

    def is_name(self, name: Name) -> bool:
        """Whether a capitalised word is a name, and not just the first of a sentence."""
        if not name.opens:
            return True
        if name.word in OPENERS or (name.word in self.lower and name.word not in self.capital):
            return False
        return name.leads or name.follows or name.word in self.capital or _exact(name) or not name.word.isalpha()


def aliased(claim: ParsedSentence, run: Sequence[ParsedSentence], mentions: Mentions) -> frozenset[int]:
    """Find the positions of the claim's tokens in names for which the sentences use an alias."""
    places: set[int] = set()
    for name, group in mentions:
        if any(parse(other).tokens and any(holds(one.text, other) for one in run) for other in group):
            for match in re.finditer(re.escape(name), claim.text):
                within = range(match.start(), match.end() + 1)
                places |= {i for i, t in enumerate(claim.tokens) if t.start in within and t.end in within}
    return frozenset(places)


def unnamed(
    claim: ParsedSentence, run: Sequence[ParsedSentence], around: Surroundings, covered: frozenset[int]
) -> str | None:
    """Find the first name of the claim that the sentences do not have, as written; None if they have all.

    A name that only the rest of the passage has counts, since the sentences may refer to it ("she", "the mayor").

    Args:
        claim: the sentence to check.
        run: the sentences that may support it.
        around: their passage.
        covered: positions of the claim's tokens in names for which the sentences use an alias.
    """
    measured = {value.place + 1 for value in claim.values if value.token.figure}
    asked = [
        name
        for name in claim.names
        if name.place not in covered
        and name.place not in measured
        and (around.is_name(name) or _is_acronym(claim, name))
    ]
    if around.publisher and around.publisher <= {token.word for token in claim.tokens}:
        asked = [name for name in asked if name.word not in around.publisher]
    missing = [name for name in asked if not _held(claim, name, run) and not _known(name, around)]
    return _written(claim, missing) if missing else _mixed_up(claim, run)


def _is_acronym(claim: ParsedSentence, name: Name) -> bool:
    token = claim.tokens[name.place]
    return len(name.word) > 1 and claim.text[token.start : token.end].isupper()


def _held(claim: ParsedSentence, name: Name, run: Sequence[ParsedSentence]) -> bool:
    if len(name.word) == 1 and name.place:
        return any(_pair(claim, name.place) == _pair(one, held.place) for one in run for held in one.names)
    words = {token.word for one in run for token in one.tokens if token.word}
    if name.word in words or _DEGREES.get(name.word) in words:
        return True
    if _exact(name):
        return False
    if any(stem(name.word) in one.stems for one in run):
        return True
    return any(_same_root(name.word, word) for word in words) or _abbreviated(claim, name.place, run)


def _pair(one: ParsedSentence, place: int) -> tuple[str, str | None]:
    """Return a letter that is a name, and the word before it: the B of "Plan B"."""
    return one.stems[place - 1] if place else "", one.tokens[place].word


def _known(name: Name, around: Surroundings) -> bool:
    if len(name.word) > 1 and name.word in around.words:
        return True
    return len(name.word) > 1 and not _exact(name) and any(stem(name.word) in one.stems for one in around.statements)


def _exact(name: Name) -> bool:
    """Whether a name must match exactly: US is not "us", C++ is not C, and 3–1 not 3–2."""
    return name.word in ACRONYMS or not name.word.isalnum()


def _written(claim: ParsedSentence, missing: Sequence[Name]) -> str:
    """Return the first missing name as written in the claim."""
    first = last = missing[0].place
    for name in missing[1:]:
        if name.place == last + 1:
            last = name.place
    return claim.text[claim.tokens[first].start : claim.tokens[last].end]


def _same_root(word: str, other: str) -> bool:
    """Whether two words have the same root, as a country and its people."""
    if word[:4] != other[:4] or len(word) < 4:
        return False
    pairs = zip(word, other, strict=False)
    common = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(word), len(other)))
    return word[common:] in _PEOPLE_OF and other[common:] in _PEOPLE_OF


def _abbreviated(claim: ParsedSentence, place: int, run: Sequence[ParsedSentence]) -> bool:
    """Whether the claim abbreviates words of the sentences to initials, or spells theirs out."""
    token = claim.tokens[place]
    if (written := claim.text[token.start : token.end]).isupper() and len(written) in _INITIALS:
        return any(_spelled(one, written.lower()) for one in run)
    initials = {
        t.word
        for one in run
        for t in one.tokens
        if t.word and len(t.word) in _INITIALS and one.text[t.start : t.end].isupper()
    }
    return any(place in _spelled(claim, letters) for letters in initials)


def _spelled(one: ParsedSentence, initials: str) -> set[int]:
    """Return positions of consecutive names that begin with these letters."""
    runs: list[list[int]] = []
    for name in one.names:
        gap = range(runs[-1][-1] + 1, name.place) if runs else range(0)
        if runs and all(one.tokens[i].word in _SMALL for i in gap):
            runs[-1].append(name.place)
        else:
            runs.append([name.place])
    for places in runs:
        letters = "".join((one.tokens[place].word or " ")[0] for place in places)
        if (at := letters.find(initials)) >= 0:
            return set(places[at : at + len(initials)])
    return set()


def _mixed_up(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> str | None:
    """Find adjacent names in the claim whose words the sentences have only beside other names."""
    for name in claim.names:
        if not name.leads:
            continue
        second = claim.tokens[name.place + 1]
        own = [(one, held) for one in run for held in one.names]
        after = {one.tokens[held.place + 1].word if held.leads else None for one, held in own if held.word == name.word}
        before = {
            one.tokens[held.place - 1].word if held.follows else None for one, held in own if held.word == second.word
        }
        if after and before and None not in after | before and second.word not in after:
            return claim.text[claim.tokens[name.place].start : second.end]
    return None


def unquoted(
    claim: ParsedSentence, run: Sequence[ParsedSentence], around: Surroundings, covered: frozenset[int]
) -> Iterator[str]:
    """Yield quotations of the claim that the sentences do not have in those words."""
    for quoted in claim.quoted:
        if not parse(quoted).tokens or any(holds(one.text, quoted) for one in (*run, *around.statements)):
            continue
        at = claim.text.find(quoted)
        places = {i for i, t in enumerate(claim.tokens) if at <= t.start and t.end <= at + len(quoted)}
        if not places <= covered:
            yield quoted
