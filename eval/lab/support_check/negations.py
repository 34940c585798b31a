"""Negate sentences, in each of the forms of English.

This gives errors in both directions: the negation against an article that states the sentence (a negation added), and
the sentence against an article that negates it (a negation dropped).
"""

import re
from collections.abc import Iterator

FORMS = ("not", "never", "no longer", "hardly", "failed to", "neither", "without", "no", "lacked", "un-")
"""Forms of negation; "un-" stands for all adjectives with a negating prefix."""

_AUXILIARY = re.compile(r"\b(?:is|was|are|were|has|had|have|will|would|can|could|should|must|may)\b")
_TO_DO = re.compile(r"\b(?:was|were|is|are) (?=to [a-z])")
_BOTH = re.compile(r"^(?P<first>[A-Z][^,.;]{2,50}?) and (?P<second>[^,.;]{2,50}?) (?P<verb>is|was|are|were|had|has)\b")
_HAS = re.compile(r"\b(?:has|had|have) (?=(?:an?|the|one|two|three|four|five|seven|many|some|richer)\b)")
_ADJECTIVES = {
    "accurate": "inaccurate", "clear": "unclear", "clearly": "unclearly", "complete": "incomplete",
    "effective": "ineffective", "effectively": "ineffectively", "efficient": "inefficient", "equally": "unequally",
    "efficiently": "inefficiently", "important": "unimportant", "known": "unknown", "possible": "impossible",
    "practical": "impractical", "responsible": "irresponsible", "shared": "unshared", "successful": "unsuccessful",
    "related": "unrelated", "connected": "unconnected", "finished": "unfinished", "planned": "unplanned",
    "integrated": "unintegrated", "precise": "imprecise", "precisely": "imprecisely", "available": "unavailable",
}  # fmt: skip
_DENIED = re.compile(
    r"\b(?:not|n't|never|no|without|neither|nor|hardly|nobody|nothing|none|cannot|fail\w*|lack\w*|unless)\b|n't\b",
    re.IGNORECASE,
)


def denials(text: str) -> Iterator[tuple[str, str]]:
    """Yield each form that suits a sentence, with the negated sentence; nothing if it is already negative."""
    if _DENIED.search(text):
        return
    for form in FORMS:
        denied = _denied(text, form)
        if denied is not None and denied != text:
            yield form, denied


def _denied(text: str, form: str) -> str | None:
    match form:
        case "not" | "never" | "no longer" | "hardly":
            at = _AUXILIARY.search(text)
            return f"{text[: at.end()]} {form}{text[at.end() :]}" if at else None
        case "failed to":
            return _TO_DO.sub("failed ", text, count=1)
        case "neither":
            both = _BOTH.match(text)
            return f"Neither {both['first']} nor {both['second']}{text[both.start('verb') - 1 :]}" if both else None
        case "without":
            return re.sub(r"\bwith (?!every\b|the whole\b)", "without ", text, count=1)
        case "no":
            return re.sub(r"\b(has|had|have|gave|gives|brought|named|set) (?:an?|the) ", r"\1 no ", text, count=1)
        case "lacked":
            return _HAS.sub("lacked ", text, count=1)
        case _:
            found = next((m for m in re.finditer(r"[a-z]+", text) if m.group() in _ADJECTIVES), None)
            return f"{text[: found.start()]}{_ADJECTIVES[found.group()]}{text[found.end() :]}" if found else None
