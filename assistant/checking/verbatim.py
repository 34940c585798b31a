"""Recognise claims that repeat their evidence, and those that are no sentences."""

import re
import unicodedata

from assistant.language.clauses import VERB
from assistant.language.sentence import ParsedSentence
from assistant.language.values import Token, agrees
from assistant.language.vocabulary import AUXILIARIES

_WORD = re.compile(r"\w+(?:[.,:/'’-]\w+)*|[^\w\s]")
_MARK = re.compile(r"\s*(?:>\s*)*(?:[-*+•·]\s+)?")
"""Of a list's item or a quotation, in front of its words."""
_ENDED = re.compile(r"[.!?…。！？；:][\"'”’)\]»）】》」』*_]*\s*$")
_PAUSES = frozenset(".,;:!?…“”\"'‘’«»()[]。，；：！？、「」《》*_")
_BEFORE_DATES = frozenset("in on at".split())
_GOES_ON = frozenset("which who where and while but".split())
_LIMITS = frozenset(
    "if unless except only not no never without claim claims claimed say says said according report reports reported "
    "believe believes believed allege alleged deny denied provided planned expected hope hopes hoped may might could "
    "would should perhaps possibly".split()
)
"""Words of a rest of a sentence that may limit what stands before it."""


def repeats(claim: str, evidence: str) -> bool:
    """Whether a claim is its evidence by the letter, apart from white space, punctuation, list marks, capitals."""
    return _words(claim) == _words(evidence) != []


def restates(claim: ParsedSentence, sentence: ParsedSentence) -> bool:
    """Whether a claim has a sentence's words in their order, or those up to where it could as well end.

    Values may be written otherwise, and dates may stand elsewhere or be left out; that those of the claim stand in the
    sentence is not judged here. “It was opened by the mayor” may end before “by”, and “it costs £4 and is open” before
    “and”, unless something is denied.
    """
    said, held = _undated(claim), _undated(sentence)
    if not 2 < len(said) <= len(held) or not all(map(agrees, said, held)):
        return False
    rest = held[len(said) :]
    if not rest:
        return True
    before = sentence.text[: rest[0].start].rstrip()
    ends = (
        rest[0].word == "by"
        or (before[-1:] in {",", ";"} and rest[0].word in _GOES_ON)
        or (rest[0].word == "and" and len(rest) > 1 and rest[1].word in AUXILIARIES)
    )
    return ends and not sentence.negates and not any(token.word in _LIMITS for token in rest)


def _undated(sentence: ParsedSentence) -> list[Token]:
    """The tokens but for dates, and the prepositions before those."""
    tokens = sentence.tokens
    return [
        token
        for place, token in enumerate(tokens)
        if token.date is None
        and not (token.word in _BEFORE_DATES and place + 1 < len(tokens) and tokens[place + 1].date is not None)
    ]


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", _MARK.sub("", text, count=1)).casefold()
    return [word for word in _WORD.findall(folded) if word not in _PAUSES]


def is_fragment(text: str) -> bool:
    """Whether a text is no sentence: a row of a table, or words without a verb and a stop, as a heading's."""
    return text.startswith("|") or not (_ENDED.search(text) or VERB.search(text))
