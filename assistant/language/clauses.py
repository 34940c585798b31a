"""Part a sentence that tells of two things into its two clauses, so that each can rest on a passage of its own.

"The dam held in March, while the tram opened in May" may take its halves from two articles. What one
clause says must never be borne out by what is told of the other, so each is checked by itself; and
where a clause cannot be understood by itself, the sentence is not parted.
"""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from dataclasses import dataclass

from assistant.language.sentence import parse
from assistant.language.vocabulary import AUXILIARIES, CONCLUSIONS, PRONOUNS, REPORTS, alternatives

_JOINT = re.compile(
    r"(?:[,;]\s+(?:and|while|whereas|but)|;|\s(?:while|whereas)|\sand(?=\s(?:[Tt]he\s)?[A-Z0-9]))\s+(?=\S)"
)
VERB = re.compile(
    rf"\b(?:{alternatives(AUXILIARIES)}|cannot|\w+n't|said|says|"
    r"gave|gives|set|sets|stood|stands?|wrote|writes|made|makes|took|takes|held|holds|built|builds|began|begins|became|"
    r"becomes|came|comes|led|leads|rose|rises|fell|falls|grew|grows|spoke|speaks|went|goes|won|wins|lost|loses|ran|runs|"
    r"saw|sees|left|leaves|kept|keeps|put|puts|brought|brings|met|meets|rests?|means?|meant|concerns?|covers?|consists?|"
    r"contains?|includes?|shows?|names?|calls?|links?|appears?|uses?|serves?|costs?|joins?|opens?|closes?|[a-z]{3,}ed)\b"
)
_REPORTS = re.compile(rf"\b(?:according to|(?:{alternatives(REPORTS)})\b(?! (?:on|about|of)\b))", re.IGNORECASE)
"""Whose words they are may hold for both clauses: they are parted only where each has its own."""
_BOUND = re.compile(
    r"^(?:if|unless|although|though|because|since|when|whenever|whether|neither|either|not|both|no|should|had)\b",
    re.IGNORECASE,
)
"""What opens a sentence that means something else without its second half."""
_LEANS = re.compile(
    rf"^(?:that|its|their|his|her|there|who|which)\b|\b(?:{alternatives(PRONOUNS - {'his', 'her'} | CONCLUSIONS)}|hers|same|former|latter|"
    r"too|ones?|respectively|as well)\b",
    re.IGNORECASE,
)
"""What a clause has that leans on another."""
_LEAD = re.compile(r"^(?:In|On|By|At|During|Since|From|Until|Before|After|As of|For|Between)\b")
_LEAST = 3
"""Telling words that a clause has at least."""
_LEAD_TOKENS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """Half of a sentence."""

    text: str
    """As it stands in the sentence; the two make up all of it."""
    stated: str
    """What has to be borne out: without the joining word, and with the date that opens the sentence."""


def clauses(sentence: str) -> tuple[Clause, ...]:
    """The two clauses of a sentence that can stand alone, or none."""
    if _BOUND.match(sentence):
        return ()
    for joint in _JOINT.finditer(sentence):
        first, second = sentence[: joint.start()], sentence[joint.end() :]
        if not (_stands(first) and _stands(second)) or _LEANS.search(second):
            continue
        if _REPORTS.search(first) and not _REPORTS.search(second):
            continue
        at = joint.start() + len(joint.group()) - len(joint.group().lstrip(" ,;"))
        return (
            Clause(text=sentence[:at].rstrip(), stated=f"{first.rstrip(' ,;')}."),
            Clause(text=sentence[at:], stated=f"{_lead(first, second)}{second}"),
        )
    return ()


def _stands(clause: str) -> bool:
    verb = VERB.search(clause)
    if verb is None or not clause[: verb.start()].strip():
        return False
    return sum(bool(stem) for stem in parse(clause).stems) >= _LEAST


def _lead(first: str, second: str) -> str:
    """The date that opens the sentence and so holds for the second clause too, unless that has its own."""
    if not _LEAD.match(first) or any(value.token.date for value in parse(second).values):
        return ""
    dated = [value for value in parse(first).values if value.token.date and value.place < _LEAD_TOKENS]
    return f"{first[: dated[-1].token.end]}, " if dated else ""
