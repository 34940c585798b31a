"""What a question asks for, read from its words by rule."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.terms import STOP_WORDS, indexable, stems


class Kind(StrEnum):
    """The kind of thing that a question asks for."""

    QUANTITY = "quantity"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    LIST = "list"
    DEFINITION = "definition"
    CHANGE = "change"
    NAME = "name"
    """Some other thing with a name: "which city", "what company"."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with what is known of it before anything is searched."""

    text: str
    kind: Kind
    stems: tuple[str, ...]
    """Its terms in order without stop words; all of its terms if there are only stop words."""
    names: tuple[str, ...]
    """Capitalised words, years and other figures in it, as written: what the evidence must share."""
    unit: tuple[str, ...] = ()
    """For quantities: stems of the noun that is counted ("how many *industrial brains*")."""


_KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.CHANGE, r"\bhow (?:has|have|did|does|is|are|was|were)\b.*\b(?:chang\w*|develop\w*|evolv\w*|grow\w*|grew|progress\w*)\b"
                  r"|\b(?:what|which) (?:has |have )?changed\b|\bchange(?:d|s)? (?:over|since|between|from)\b|\bover time\b"),
    (Kind.DEFINITION, r"\bwhat (?:does|do|did) .*\b(?:stand for|mean|refer to|signify)\b|\bwhat is (?:meant by|the meaning of)\b"
                      r"|\b(?:define|definition of)\b|\bstands? for\b|\babbreviat\w*|\bexplain (?:the )?(?:term|\")"),
    (Kind.QUANTITY, r"\bhow (?:many|much|often|long|large|big|high|tall|far|fast|old|deep|wide|heavy|hot|cold|few)\b"
                    r"|\b(?:what|which) (?:\w+ )?(?:number|percentage|percent|proportion|share|rate|amount|figure|population|total|price|cost|"
                    r"ratio|average|score|size|age|distance|length|height|speed|temperature|area|weight|depth|fraction)\b"
                    r"|\bwhat(?: is|'s| was| were| are) (?:the |its |their )?(?:\w+ ){0,3}(?:number|percentage|percent|proportion|share|rate|amount|"
                    r"population|total|price|cost|ratio|average|success rate|output)\b|\bhow many\b"),
    (Kind.DATE, r"^(?:and )?(?:since |until |by |from |on )?when\b|\b(?:in|on|since|by|until|during|for|of) (?:what|which) (?:\w+ )?(?:year|month|date|day|century|"
                r"decade|time|era|period)\b|\b(?:what|which) (?:\w+ )?(?:year|month|date|day|century|decade|era)\b|\bwhat time\b|[,;] when\b|\bwhen (?:did|was|were|is|does|will|has|had)\b"),
    (Kind.PERSON, r"\b(?:who|whom|whose)\b|\b(?:what|which) (?:\w+ ){0,2}(?:person|people|man|woman|president|king|queen|governor|mayor|secretary|minister|"
                  r"author|writer|scientist|leader|official|general|emperor|pope|scholar|actor|singer|player|coach|physicist|mathematician|speaker|reporter|deputy)\b"
                  r"|\bname of the (?:person|man|woman|president|king|governor|mayor|author|reporter)"),
    (Kind.PLACE, r"^(?:and )?where\b|\b(?:in|at|on|from|to|near) (?:what|which) (?:\w+ )?(?:city|country|place|state|town|region|province|county|river|"
                 r"location|area|continent|district|building|village)\b|\b(?:what|which) (?:\w+ ){0,2}(?:city|country|state|town|region|province|county|river|continent|district|village)\b|\bwhere (?:did|was|were|is|does|are|do|has|had|can)\b"),
    (Kind.REASON, r"^(?:and )?why\b|\bwhat (?:is|was|were|are) the (?:\w+ )?(?:reasons?|causes?|purpose)\b|\bwhat (?:caused|causes|led to)\b|\bfor what (?:reason|purpose)\b|\bwhy (?:did|was|were|is|does|are|do)\b"),
    (Kind.LIST, r"\b(?:which|what) (?:are|were) (?:the |its |their |all )?(?:\w+ ){0,3}\w+s\b|\b(?:list|name|enumerate) (?:the|all|some|every|its|three|four|five|six|seven|two)\b|\b(?:what|which) (?:\w+ )?(?:two|three|four|five|"
                r"six|seven|eight|nine|ten|\d+) \w+|\bwhat (?:steps|stages|examples|kinds|types|parts|members|elements)\b"),
    (Kind.DEFINITION, r"^what(?: is|'s| are| was| were) (?:an? |the )?[\"“'‘]?[\w+-]+(?:[ -][\w+-]+){0,5}[\"”'’]?\s*\?*$"),
    (Kind.NAME, r"^(?:\w+ ){0,3}(?:which|what) (?!(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|happened)\b)\w+|\bnamed?\b|\bcalled\b"),
)  # fmt: skip
_CJK_KINDS = (
    (Kind.QUANTITY, "多少|几个|几家|几次|多大|多长|多久"),
    (Kind.DATE, "什么时候|何时|哪一?年|哪天|哪一天|几月"),
    (Kind.PERSON, "谁|何人"),
    (Kind.PLACE, "哪里|哪儿|何处|什么地方"),
    (Kind.REASON, "为什么|为何|原因"),
    (Kind.LIST, "哪些|哪几"),
    (Kind.DEFINITION, "是什么|什么是|含义|指什么"),
)
_KINDS = (*_KINDS, *_CJK_KINDS)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)

_UNIT = re.compile(
    r"\bhow (?:many|much)\s+(?:more |other |different |new |of (?:the|its|their) )?((?:[\w'-]+\s*){1,3}?)"
    r"(?=\s*(?:\b(?:did|do|does|has|have|had|is|are|was|were|can|could|will|would|should|in|on|of|at|by|for|to|from|that|were)\b|[?,.]|$))",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w])(?:[A-Z][\w'’&.-]*[\w]|[A-Z]|\d[\d,.]*\w*)(?!\w)")
_OPENERS = frozenset(
    "what which who whom whose when where why how is are was were do does did has have had can could will would should "
    "in on at by for from to of the a an and name list tell give define explain describe please according since until "
    "during if as after before under with about i we my our".split()
)


_CHANGE_WORDS = re.compile(
    r"\b(?:how (?:has|have|had|did|does|is|are|was|were)|(?:has|have) changed|what (?:has |have )?changed (?:in|about|with)?|"
    r"chang(?:e|ed|es|ing)|develop(?:ed|s)?|evolv(?:e|ed)|over (?:time|the years))\b",
    re.IGNORECASE,
)


_MEANING = re.compile(
    r"^what (?:does|do|did) (?:the (?:term|word|name|abbreviation|acronym|number|figure|phrase) )?(.+?) (?:stand for|mean|refer to|signify)\b.*$"
    r"|^what is (?:meant by|the meaning of) (.+?)[?.\s]*$",
    re.IGNORECASE,
)


def topic(question: Question) -> str:
    """What to search for: what changed, or what is to be explained, since articles rarely use the words of such questions."""
    if question.kind is Kind.CHANGE:
        rest = " ".join(_CHANGE_WORDS.sub(" ", question.text).split())
        return rest if len(rest) > 3 else question.text
    meaning = _MEANING.match(question.text) if question.kind is Kind.DEFINITION else None
    return (meaning[1] or meaning[2]) if meaning else question.text


def analyse(text: str) -> Question:
    """Read a question: its kind, its terms, its names and figures."""
    text = " ".join(text.split())
    kind = next((kind for kind, pattern in _COMPILED if pattern.search(text)), Kind.OTHER)
    terms = tuple(stems(text))
    content = tuple(stem for word in _words(text) if word not in STOP_WORDS for stem in stems(word))
    unit = _UNIT.search(text) if kind is Kind.QUANTITY else None
    return Question(
        text=text,
        kind=kind,
        stems=content or terms,
        names=_names(text),
        unit=tuple(s for s in stems(unit[1]) if s not in STOP_WORDS) if unit else (),
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", indexable(text).lower())


def _names(text: str) -> tuple[str, ...]:
    """Capitalised words but the sentence's opener, and figures."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group().removesuffix("'s").removesuffix("’s").strip(".,")
        first = not text[: match.start()].strip("\"'“‘( ")
        if name.lower() in _OPENERS or (first and name.lower() in STOP_WORDS):
            continue
        found.append(name)
    return tuple(dict.fromkeys(found))
