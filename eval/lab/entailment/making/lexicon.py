"""Antonyms and verbs of WordNet, read from the files that Debian's package wordnet-base installs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """Words of WordNet in lower case, without phrases."""

    antonyms: dict[str, tuple[str, ...]]
    """Antonyms of each word, inflected forms of regular verbs and plurals of nouns included."""
    verbs: frozenset[str]
    """Infinitives."""
    bases: dict[str, str]
    """Infinitive of each irregular verb form."""


def read_lexicon(folder: Path = WORDNET) -> Lexicon:
    """Read the lexicon; FileNotFoundError if the package is not installed."""
    verbs = frozenset(
        line.split(" ", 1)[0]
        for line in (folder / "index.verb").read_text("latin-1").splitlines()
        if line[:1].isalpha() and "_" not in line.split(" ", 1)[0]
    )
    bases = dict(
        line.split()[:2] for line in (folder / "verb.exc").read_text("latin-1").splitlines() if "_" not in line
    )
    irregular = frozenset(bases.values())
    found: dict[str, set[str]] = defaultdict(set)
    for part in ("adj", "adv", "verb", "noun"):
        for one, other in _antonyms(folder / f"data.{part}"):
            found[one].add(other)
            if part == "verb" and not {one, other} & irregular:
                for inflect in (past, third, gerund):
                    found[inflect(one)].add(inflect(other))
            elif part == "noun":
                found[third(one)].add(third(other))
    antonyms = {word: tuple(sorted(others)) for word, others in found.items() if len(word) > 2}
    return Lexicon(antonyms=antonyms, verbs=verbs, bases=bases)


def _antonyms(path: Path) -> Iterator[tuple[str, str]]:
    """Yield pairs of single words of `path` between which WordNet has an antonym pointer."""
    words: dict[str, list[str]] = {}
    pointers: list[tuple[str, int, str, int]] = []
    for line in path.read_text("latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split(" | ", 1)[0].split()
        count = int(fields[3], 16)
        words[fields[0]] = [word.split("(")[0].lower() for word in fields[4 : 4 + 2 * count : 2]]
        at = 4 + 2 * count
        for number in range(int(fields[at])):
            symbol, target, _, places = fields[at + 1 + 4 * number : at + 5 + 4 * number]
            if symbol == "!":
                pointers.append((fields[0], int(places[:2], 16), target, int(places[2:], 16)))
    for source, own, target, other in pointers:
        pair = words[source][own - 1], words[target][other - 1]
        if all(word.isalpha() for word in pair):
            yield pair


def past(verb: str) -> str:
    """Form the past tense of a regular verb."""
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ied"
    return verb + "ed"


def third(verb: str) -> str:
    """Form the third person of a verb, or the plural of a noun."""
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def gerund(verb: str) -> str:
    """Form the present participle of a verb."""
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"
