"""Classifies questions by their words; the first pattern that fits decides."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from enum import StrEnum


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


_KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.CHANGE, r"\bhow (?:has|have|did|does|is|are|was|were)\b.*\b(?:chang\w*|develop\w*|evolv\w*|grow\w*|grew|progress\w*)\b"
                  r"|\b(?:what|which) (?:has |have )?changed\b|\bchange(?:d|s)? (?:over|since|between|from)\b|\bover time\b"),
    (Kind.DEFINITION, r"\bwhat (?:does|do|did) .*\b(?:stand for|mean|refer to|signify)\b|\bwhat is (?:meant by|the meaning of)\b"
                      r"|\b(?:define|definition of)\b|\bstands? for\b|\babbreviat\w*|\bexplain (?:the )?(?:term|\")"),
    (Kind.QUANTITY, r"\bhow (?:many|much|often|long|large|big|high|tall|far|fast|old|deep|wide|heavy|hot|cold|few)\b"
                    r"|\b(?:what|which) (?:\w+ )?(?:number|percentage|percent|proportion|share|rate|amount|figure|population|total|price|cost|"
                    r"ratio|average|score|size|age|distance|length|height|speed|temperature|area|weight|depth|fraction)\b"
                    r"|\bwhat(?: is|'s| was| were| are) (?:the |its |their )?(?:\w+ ){0,3}(?:number|percentage|percent|proportion|share|rate|amount|"
                    r"population|total|price|cost|ratio|average|success rate|output)\b"),
    (Kind.DATE, r"^(?:and )?(?:since |until |by |from |on )?when\b|\b(?:in|on|since|by|until|during|for|of) (?:what|which) (?:\w+ )?(?:year|month|date|day|century|"
                r"decade|time|era|period)\b|\b(?:what|which) (?:\w+ )?(?:year|month|date|day|century|decade|era)\b|\bwhat time\b|[,;] when\b|\bwhen (?:did|was|were|is|does|will|has|had)\b"),
    (Kind.PERSON, r"\b(?:who|whom|whose)\b|\b(?:what|which) (?:\w+ ){0,2}(?:person|people|man|woman|president|king|queen|governor|mayor|secretary|minister|"
                  r"author|writer|scientist|leader|emperor|pope|scholar|actor|singer|player|coach|physicist|mathematician|speaker|reporter|deputy)\b"
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
KINDS_BY_PATTERN = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
