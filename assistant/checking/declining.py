"""Recognise sentences in which a model says that the passages do not answer."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re

_MATERIAL = r"(?:passages?|articles?|excerpts?|snippets?|extracts?|documents?|sources?|texts?|context|materials|(?:provided|given|available|supplied|retrieved|above|this|the) information|information (?:provided|given|available|supplied|above|here))"
_NOT = r"(?:not|n['’]t|cannot|no|nothing|never|none|neither|nor|nowhere|without|insufficient|lacks?|fails? to)"
_SAYING = r"(?:say|state|tell|mention|contain|include|provide|specify|give|answer|address|describe|discuss|indicate|explain|cover|reveal|disclose|offer|list|name|note|clarify|refer|touch|speak|support|enough|sufficient|information|details?|mention|reference|anything|relevant|determine|find|found|clear|possible|known)(?:s|d|ed|ing|n)?"
_PATTERNS = (
    # "The passages do not say …", "none of the articles mentions …", "the provided context lacks details"
    rf"\b(?:none|neither|nothing) (?:of|in|from) (?:the |these |those )?(?:\w+ )?{_MATERIAL}\b",
    rf"\b{_MATERIAL}\b[^.!?]{{0,40}}?{_NOT}\b[^.!?]{{0,30}}?\b{_SAYING}\b",
    # "It is not stated in the passages", "this cannot be answered from the articles", "no mention … in the text"
    rf"{_NOT}\b[^.!?]{{0,60}}?\b{_SAYING}\b[^.!?]{{0,60}}?\b(?:in|by|from|within|among|on the basis of|based on|using|with|according to) (?:any of )?(?:the |these |those |this |any |what )?(?:\w+ ){{0,2}}{_MATERIAL}\b",
    rf"\b(?:based on|according to|from|given|in) (?:the |these |those |this )?(?:\w+ ){{0,2}}{_MATERIAL}\b[^.!?]{{0,30}}?{_NOT}\b[^.!?]{{0,30}}?\b{_SAYING}\b",
    rf"\b{_MATERIAL}\b[^.!?]{{0,20}}?\b(?:says?|states?|tells?|contains?|includes?|gives?|provides?|offers?|mentions?|ha[sv]e?) (?:nothing|no|little|neither)\b",
    rf"\b{_MATERIAL} (?:\w+ )?(?:only|merely|just) {_SAYING}\b",
    rf"\b(?:not|n['’]t|nowhere|un(?:clear|known|certain|stated|specified|answered|mentioned))\b[^.!?]{{0,20}}?\b(?:from|in|by|among|part of) (?:the |these |those |any of the |any )(?:\w+ ){{0,2}}{_MATERIAL}\b",
    r"\b(?:is|are)(?: not|n['’]t) (?:stated|mentioned|specified)\W*$",
    # "There is no information about …", "not enough information"
    r"^(?:\W*(?:unfortunately|sorry|regrettably|however|but)\W+)?(?:(?:there (?:is|was|are|seems to be)|(?:i|we) (?:have|find|found|see|saw)) )?(?:no|not any|not enough|insufficient|too little) (?:\w+ ){0,2}(?:information|mention|details?|answer)\b",
    r"\b(?:the|your|this) (?:question|query|answer)\b[^.!?]{0,30}?\b(?:cannot|can['’]t|can not|could not|is not|isn['’]t|was not|remains?|unable)\b[^.!?]{0,20}?\b(?:answer|answered|determined|found|given|given here|known|stated|provided|available|unanswered|unclear|unknown|be)\b",
    # "I cannot say", "I'm sorry", "as an AI"
    r"^(?:\W*(?:unfortunately|sorry|regrettably|well|hmm)\W+)?(?:i|we)(?:['’]m| am|['’]re| are)? (?:sorry|afraid|unable|not able|not sure|cannot|can['’]?t|can not|could not|couldn['’]t|do not|don['’]t|did not|didn['’]t|was not able|have no|apologi[sz]e)\b",
    r"\bas an? (?:ai|language model|assistant)\b",
    r"\bunable to (?:answer|determine|find|say|tell|provide)\b",
    # "Unknown.", "Not stated."
    r"^\W*(?:unknown|unclear|n/?a|none|not (?:stated|mentioned|specified|given|provided|found|known|available|answered|disclosed|reported|clear)|no (?:answer|information|data))\b.{0,25}$",
    r"(?:段落|文章|资料|文中|原文|上文|材料)[^。！？]{0,12}(?:没有|未|并未|不)[^。！？]{0,6}(?:提|说|回答|包含|给出|涉及|明)",
)
_DECLINES = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)


def declines(sentence: str) -> bool:
    """Whether a sentence says of the passages, or of the model, that there is no answer.

    No receipt can support such a sentence, however similar to a passage ("The passages do not say what the bridge
    cost").

    Args:
        sentence: on one line, without markers.
    """
    return _DECLINES.search(sentence) is not None
