"""Word lists and patterns of English that several rooms read texts with."""

import re

NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions billion billions trillion dozen dozens half third quarter twice once double triple several "
    "percent".split()
)


MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


FIGURE = re.compile(r"[$£€¥]?\d[\d,.]*\d%?|[$£€¥]?\d%?")


DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{MONTHS})\b(?! (?:have|be|not))|\bcentur(?:y|ies)\b|\b\d+ (?:BC|AD|BCE|CE)\b|\d年"
)


CAPITALISED = re.compile(r"(?<![\w])[A-Z][\w'’-]*(?:\s+(?:of |de |the |von |van )?[A-Z][\w'’-]*)*")


PLACE = re.compile(
    r"\b(?:in|at|from|to|near|of|into|across|through|outside|around|on)\s+(?:the\s+)?(?:\w+\s+)?([A-Z][\w'’-]+)"
    r"|\b(?:north|south|east|west|border|coast|located|situated|capital)\w*\b"
)


VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|will|would|can|could|may|must|should|do|does|did|said|says|"
    r"\w{2,}(?:ed|es|ing))\b",
    re.IGNORECASE,
)
