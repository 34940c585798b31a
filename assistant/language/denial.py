"""What a text denies, and whether it states a wording: "not 30 but 31" does not state 30."""

from collections.abc import Sequence
from itertools import pairwise

from assistant.language.values import Token, places, read
from assistant.language.vocabulary import DENIALS, NEGATIONS, NEGATIONS_CJK
from index.text.terms import STOP_WORDS

SCOPE = 3
"""So many telling words behind a negation are what it negates."""
PASSED_OVER = STOP_WORDS | frozenset("yet ever any even longer".split())
"""Words between a negation and what it negates."""
_LIFTS = frozenset("until till since before only just merely than later earlier without".split())
"""Behind a negation they leave what follows as it is: "not until 1990"."""
_IN_PLACE = frozenset(("of", "than"))
"""Behind "instead" and "rather"."""
_ASIDE = frozenset("without except excluding".split())
"""Negations of a phrase, which leave the rest of the sentence as it is."""
_TURNS = frozenset("but although though while whereas however instead yet".split())
"""Words that open what is not denied."""
_BOUNDARIES = frozenset(".,;:!?()。，；：！？\n–—")
_SUPPOSED = frozenset("if unless unlike".split())
"""Words behind which a sentence says what might be, or is not."""
_UNTRUE = frozenset("false untrue wrong incorrect mistaken myth hoax rumour rumor".split())


def states(text: str, wording: str) -> bool:
    """Whether `text` holds the tokens of `wording` side by side, and does not deny them there.

    Raises:
        ValueError: `wording` has no word, figure or date.
    """
    tokens = read(text)
    return any(not denied(text, tokens, first, last) for first, last in places(text, wording))


def negations(text: str, tokens: Sequence[Token]) -> list[int]:
    """Places of the tokens that negate what follows them."""
    found = []
    for at, token in enumerate(tokens):
        word = token.word or ""
        if word not in NEGATIONS and not word.endswith("n't") and word not in NEGATIONS_CJK:
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if word == "not" and after is not None and after.word in {"only", "just", "merely"}:
            continue
        if word == "no" and after is not None and after.figure is not None and text[token.end] == ".":
            continue  # "No. 5".
        if word in {"no", "not"} and [token.word for token in tokens[at + 2 : at + 3]] == ["than"]:
            continue  # "No later than Monday" is a bound.
        if word == "no" and at == 0 and text[token.end : token.end + 1] == ",":
            continue  # "No, it held": what it held is what is stated.
        found.append(at)
    return found


def denied(text: str, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether words of the same sentence deny the tokens from `first` to `last`, end exclusive.

    A negation denies the first telling word behind it, and figures and dates up to `SCOPE` telling words on,
    within its clause; "it is false that" denies all that follows, and "is not true" all before it.
    """
    valued = tokens[first].figure is not None or tokens[first].date is not None
    denying = set(negations(text, tokens[: first + 1]))
    between = 0
    clause = True
    for at in range(first - 1, max(-1, first - 30), -1):
        gap = text[tokens[at].end : tokens[at + 1].start]
        if any(mark in ".!?。！？\n" for mark in gap.strip(" .") or ("." if ". " in gap else "")):
            break
        word = tokens[at].word or ""
        clause = clause and not _BOUNDARIES.intersection(gap) and word not in _TURNS | _LIFTS
        if word in DENIALS and (word in _UNTRUE or tokens[at + 1].word == "that"):
            return not _turned_back(tokens[at + 1 : first])
        if clause and at in denying:
            return between == 0 or (valued and between <= SCOPE)
        if between == 0 and word in _IN_PLACE and at and tokens[at - 1].word in {"instead", "rather"}:
            return True
        between += word not in PASSED_OVER
    return _called_untrue(text, tokens, last)


def _turned_back(tokens: Sequence[Token]) -> bool:
    return any(token.word in _TURNS for token in tokens)


def _called_untrue(text: str, tokens: Sequence[Token], last: int) -> bool:
    """Whether the sentence goes on to say that what stands before is not so."""
    for at in range(last, min(len(tokens), last + 12)):
        if at and any(mark in ".!?;。！？\n" for mark in text[tokens[at - 1].end : tokens[at].start]):
            return False
        before = tokens[at - 1].word
        if tokens[at].word in _UNTRUE and before in {"is", "was", "are", "were", "be", "been", "as"}:
            return True
        if tokens[at].word == "true" and before in {"not", "isn't", "wasn't", "never", "hardly"}:
            return True
    return False


def doubted(text: str, start: int, end: int) -> bool:
    """Whether some characters may be denied by words of their sentence; strict, for what must not be wrong.

    A negation does not count behind a comma after them, nor where "but" or a semicolon stands between.
    """
    tokens = read(text)
    if any(token.word in DENIALS or (token.word in _SUPPOSED and token.end <= start) for token in tokens):
        return True
    in_place = [one for one, other in pairwise(tokens) if one.word in {"instead", "rather"} and other.word in _IN_PLACE]
    if any(one.start < end for one in in_place):
        return True
    for at in negations(text, tokens):
        token = tokens[at]
        if token.word in _ASIDE:
            continue
        if token.end <= start:
            between = text[token.end : start]
            apart = ";" in between or any(other.word in _TURNS for other in tokens[at:] if other.end <= start)
        else:
            apart = token.start >= end and bool(_BOUNDARIES.intersection(text[end : token.start]))
        if not apart:
            return True
    return False
