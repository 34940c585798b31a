"""Recognise claims that repeat their evidence, and those that the network does not read: no English sentences."""

import re
import unicodedata

from assistant.language.clauses import VERB
from assistant.language.sentence import ParsedSentence
from assistant.language.values import Token, agrees

_WORD = re.compile(r"\w+(?:[.,:/'’-]\w+)*|[^\w\s]")
_MARK = re.compile(r"\s*(?:>\s*)*(?:[-*+•·]\s+)?")
"""Of a list's item or a quotation, in front of its words."""
_ENDED = re.compile(r"[.!?…。！？；:][\"'”’)\]»）】》」』*_]*\s*$")
_PAUSES = frozenset(".,;:!?…“”\"'‘’«»()[]。，；：！？、「」《》*_")
_ENGLISH = frozenset(
    "the a an of and to in is are was were be been has have had it its for on by with that this from at as or not "
    "which who they he she will would can may their his her there no more than but".split()
)
_OTHERS = frozenset(
    "der die das und ist nicht ein eine einen dem den des wurde wurden sich mit auf für von zu im am werden hat haben "
    "le la les une est dans pour que qui sur avec pas ont été du et el los las por con para fue del y es en il di che "
    "della sono per non è gli nel uma não os foi do da em het een van niet zijn op och att som är inte på det og ikke "
    "av til er nie jest się na w z i".split()
)
"""Function words of German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Norwegian and Polish."""
_IN_NAMES = frozenset("da de di du do dos del della la le el los las van von y".split())
"""Those that names have before a capital in English too: "Vasco da Gama"."""
_NAME_FOLLOWS = re.compile(r"\s(?:[a-z]{2,3}\s)?[A-Z]")
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
    sentence is not judged here. “It was opened by the mayor” may end before “by”, unless something is denied.
    """
    said, held = _undated(claim), _undated(sentence)
    if not 2 < len(said) <= len(held) or not all(map(agrees, said, held)):
        return False
    rest = held[len(said) :]
    if not rest:
        return True
    before = sentence.text[: rest[0].start].rstrip()
    ends = rest[0].word == "by" or (before[-1:] in {",", ";"} and rest[0].word in _GOES_ON)
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


def is_foreign(text: str) -> bool:
    """Whether a text seems not to be English: another script, or more function words of other languages."""
    letters = [letter for letter in text if letter.isalpha()]
    if letters and sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 3:
        return True
    english = others = 0
    last = ""
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group().casefold()
        english += word in _ENGLISH
        in_name = (word in _IN_NAMES or last in _IN_NAMES) and _NAME_FOLLOWS.match(text, match.end())
        others += word in _OTHERS and word not in _ENGLISH and not in_name
        last = word
    return others > english
