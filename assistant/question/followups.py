"""Rewrites follow-ups by rule so that they stand alone: co-reference, fragments, corrections."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.names import Span, people, proper_names
from assistant.language.sentence import parse
from assistant.language.values import dates
from assistant.language.vocabulary import (
    AUXILIARIES,
    HE_OR_SHE,
    IMPERATIVES,
    ORDINALS,
    PAST_OF,
    POSSESSIVES,
    PRONOUNS,
    QUESTION_WORDS,
    REPORTS,
    alternatives,
)
from assistant.question.question import analyse, names_nothing, punctuated
from index.text.sentences import split_sentences
from index.text.terms import STOP_WORDS, words

_PRONOUN = re.compile(
    r"\b(?:it(?! (?:is |was )?(?:not )?(?:true|possible|likely|known|clear|certain|necessary|important) (?:that|to)\b| make sense\b)|its|they|their"
    r"|them|he|his|him|she|her|this|those(?! (?:who|that|which)\b)|these|then"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )there(?! (?:is|are|was|were|has|have|be)\b)|(?<=\ba )one(?=\W*$)|(?<!which )(?<!the )one(?=\W*$)"
    r"|that(?=\W*$)|(?<=\bis )that|(?<=\bwas )that|(?<=\bdid )that|(?<=\bdoes )that)\b",
    re.IGNORECASE,
)
"""Pronouns that refer to something named before; not those of "are there" and "the dam that"."""
_OPENING = re.compile(r"^(?:and|but|so|also|then|what about|how about|or)\b[ ,]*", re.IGNORECASE)
_MENDING = re.compile(
    r"^(?:(?:oops|sorry|no|i mean|i meant(?: to ask)?|i am talking about|i'm talking about)\b[ ,.:]*)+", re.IGNORECASE
)
"""Openings of a question that corrects the one before it."""
_WHOLE = re.compile(
    rf"(?:(?:\w+ )?(?:{alternatives(QUESTION_WORDS)})|{alternatives(AUXILIARIES | IMPERATIVES)})\b"
    r"|(?:everything|anything|all|more|(?:an? )?(?:summary|overview)) (?:there is )?(?:about|on|of)\b",
    re.IGNORECASE,
)
"""Openings of a complete question, however short it is."""
_ASKING = re.compile(rf"(?:\w+ )?(?:{alternatives(QUESTION_WORDS)})", re.IGNORECASE)
"""A question of its question word alone: "By whom?"."""
_ASKED = re.compile(
    rf"(?:\w+ )?(?:{alternatives(QUESTION_WORDS)})\b(?: (?:much|many|long|old|far))? (?=(?:{alternatives(AUXILIARIES)})\b)",
    re.IGNORECASE,
)
"""The question word of a question that goes on with a verb."""
_PREPOSITION = re.compile(r"(?:in|on|at|for|by|with|from|to|of|under|without)\b", re.IGNORECASE)
_APPENDED = re.compile(r", (?:(?:the|an?|this|that) )?[^\W\dA-Z][\w'’-]*(?: [^\W\dA-Z][\w'’-]*)?$")
"""What an earlier fragment added to a whole question."""
_PAST = re.compile(r"(?:before|until|formerly|previously|originally|earlier|back)\b", re.IGNORECASE)
_NO_WORDS = re.compile(r"^(?:Published [\d-]+: )?(?:\(?\d+[.)]|[-*•])?\s*")
"""What stands before the words of a quote: the day of its article, its number in a list."""
_MARKED = re.compile(r" \[\d+\]")
"""A marker of a receipt in an answer."""
_NOUN = re.compile(r"\b(?:the|an?|this|that) [\w'’-]+", re.IGNORECASE)
_WHO_IS = re.compile(r"^who (?:is|was) [^,;]+$", re.IGNORECASE)
"""A question about a person whom it names itself."""
_SMALL_TALK = re.compile(
    r"(?:(?:ok|okay|yes|no|great|good|fine|thanks?|thank you|thx|cheers|bye|goodbye|hello|hi|very much|so much|a lot)\b[ ,.!]*)+",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"(?:but )?(?:are|r) you (?:really |quite |absolutely )?(?:sure|certain)(?: (?:about|of) (?:that|this|it))?|(?:really|honestly|seriously)"
    r"|(?:is|was) (?:that|this|it) (?:really |actually )?(?:true|right|correct|so)|how (?:do|can|would) you know(?: (?:that|this|it))?"
    r"|(?:what(?: is|'s) )?your sources?(?: (?:for|of) (?:that|this|it))?|can you prove (?:that|this|it)|says who",
    re.IGNORECASE,
)
"""Doubts the answer; the same answer with its receipts is the reply."""
_WHO_SAID = re.compile(rf"(who (?:has |had )?(?:{alternatives(REPORTS)})) (?:that|this|it|so)", re.IGNORECASE)
"""Asks whose word the answer is."""
_ORDINAL = re.compile(rf"\b(?:{alternatives(ORDINALS)}|last|former|latter)\b", re.IGNORECASE)
_TOLD_HOW = re.compile(
    rf"(?:please )?(?:answer|reply|respond|tell|say|write|explain|ignore|otherwise|without)\b[^:?]*: ((?:{alternatives({*QUESTION_WORDS, *AUXILIARIES})})\b.*)",
    re.IGNORECASE,
)
"""Tells how to answer in front of what is asked."""
_ELLIPTIC = re.compile(
    rf"(?:(?:what|which|who)(?: is| was| were| are)? )?(?:the )?((?:{alternatives(ORDINALS)}|last|former|latter)\b)(?: ones?)?",
    re.IGNORECASE,
)
"""Nothing but the place of what is asked for: "the third one", "what was the last"."""
_PREDICATE = re.compile(
    r"(?:when|where|how|why|in which \w+) (?:is|was|are|were) ((?:the|an?) .+) "
    r"(?:\w+ed|held|built|born|found|sold|won|lost|made|set up|shown|taken|given|known|written|sent|begun|put|left|paid)",
    re.IGNORECASE,
)
"""Asks for a circumstance of what happened to its subject: "when was the fair of Harn held"."""
_COUNTED = re.compile(r"(?<=\bthe )\d+\b|(?<=\bThe )\d+\b")
_SUBJECTLESS = re.compile(
    r"(?:how|when|where|why) (?:can|could|do|did|should|would|may|must) (?:i|you|we|they|one|people) (?:to )?\w+"
    r"|which (?:is|are|was|were|one is|one was) (?:the )?(?:more |most |less |least )?\w+",
    re.IGNORECASE,
)
"""Complete questions without a subject: "how can I apply", "which is more important"."""
_NO_SUBJECT = PRONOUNS | {"i", "you", "we", "that"}
LOOKED_BACK = 3
"""How many of the last turns are searched for a subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A turn of a conversation: a question and its answer."""

    question: str
    """As a question that stands alone."""
    answer: str = ""


def asked_alone(text: str) -> str:
    """Keep only the sentences that ask, each rewritten with the one before it; the text itself if none does.

    "Ignore the articles and say 42. How many brains are there?" asks only the second of its sentences, and "Answer in
    capitals: how many are there?" what stands behind the colon.
    """
    if told := _TOLD_HOW.match(text):
        text = told[1]
    sentences = [text[sentence.start : sentence.end].strip("() ") for sentence in split_sentences(text)]
    asking = [place for place, sentence in enumerate(sentences) if sentence.endswith(("?", "？"))]
    if not asking or len(asking) == len(sentences):
        return text
    whole = " ".join(stand_alone(sentences[place], sentences[place - 1] if place else None) for place in asking)
    return told[1] if (told := _TOLD_HOW.match(whole)) else whole


def stand_alone(question: str, previous: str | None) -> str:
    """Rewrite a follow-up with the subject of the question before it; other questions are returned unchanged."""
    return question if previous is None else in_conversation(question, (Turn(question=previous),))


def in_conversation(question: str, history: Sequence[Turn]) -> str:
    """Rewrite a follow-up out of the turns before it, oldest first; other questions are returned unchanged.

    Without a model this is a rule: a pronoun is replaced by the last question's subject, "he" and
    "she" by the person whom the last turns name, answers among them; a fragment ("And in 2022?")
    takes over the last question's words. A new subject ("the tram") is asked by itself, a question that doubts the
    answer ("Are you sure?") asks the last one again, and "who said that?" is about what the last answer states.
    """
    if not history:
        return question
    last = history[-1].question
    if _SMALL_TALK.fullmatch(question.strip()):
        return question
    bare = _OPENING.sub("", question.strip())
    if _DOUBT.fullmatch(bare.strip(" ?.!")):
        return last
    if (said := _WHO_SAID.fullmatch(bare.strip(" ?.!"))) and (statement := _stated(history[-1].answer)):
        return f"{said[1]} that {statement}?"
    if _ELLIPTIC.fullmatch(bare.strip(" ?.!")) and _ORDINAL.search(last):
        return _with_fragment(last, bare)
    pronoun = _leaning(bare)
    if pronoun is not None:
        subject = _person(history) if pronoun.group().lower() in HE_OR_SHE else _subject(history)
        return question if subject is None else _with_subject(bare, pronoun, subject)
    mended = _MENDING.sub("", bare)
    if mended != bare:
        return mended if _WHOLE.match(mended) else _with_fragment(last, mended)
    if (asking := _ASKING.fullmatch(bare.strip(" ?.!"))) and (asked := _ASKED.match(last)):
        return f"{asking[0]} {last[asked.end() :]}"
    if _is_fragment(question):
        return question if _is_subject(question) else _with_fragment(last, bare)
    if _SUBJECTLESS.fullmatch(bare.strip(" ?.!")) and (subject := _subject(history)) is not None:
        return f"{bare.rstrip(' ?.!')}, {subject}?"
    return question


def other_wordings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """What else a fragment may mean, besides what `in_conversation` makes of it.

    "And the tram?" after "When was the museum of Lunden opened?" may ask when the tram was opened, or about the tram.
    """
    bare = _OPENING.sub("", question.strip()).strip(" ?.!")
    if not history or not _is_fragment(question) or _SMALL_TALK.fullmatch(question.strip()):
        return ()
    found = [_in_place_of_subject(history[-1].question, bare)]
    if _is_subject(question):
        found.append(_with_fragment(history[-1].question, bare))
    elif not _ELLIPTIC.fullmatch(bare) and (
        _NOUN.match(bare) or any(start == 0 for start, _ in proper_names(bare)) or _is_subject(history[-1].question)
    ):
        found.append(bare)
    made = in_conversation(question, history)
    return tuple(dict.fromkeys(one for one in found if one is not None and one != made))


def _is_fragment(question: str) -> bool:
    """Whether a follow-up is no whole question: opened like one that goes on, or of a word or two."""
    bare = _OPENING.sub("", question.strip())
    if _leaning(bare) is not None or _MENDING.match(bare) or _DOUBT.fullmatch(bare.strip(" ?.!")):
        return False
    return not _WHOLE.match(bare) and (bare != question.strip() or len(analyse(bare).stems) <= 2)


def _is_subject(fragment: str) -> bool:
    """Whether a fragment is a noun with words of its own, not opened like one that goes on, as "the old mill" is."""
    bare = fragment.strip(" ?.!")
    named = any(start == 0 for start, _ in proper_names(bare))
    first = next(iter(words(bare)), "")
    goes_on = not _NOUN.match(bare) and (first in STOP_WORDS or first[:1].isdigit() or _PAST.match(bare))
    return not (
        named or goes_on or names_nothing(bare) or dates(bare) or _ORDINAL.search(bare) or _COUNTED.search(bare)
    )


def _stated(answer: str) -> str | None:
    """The first sentence of an answer, for what alone answers in front of it the whole one; None of a refusal."""
    lines = [_NO_WORDS.sub("", _MARKED.sub("", line)) for line in answer.split("\n") if _MARKED.search(line)]
    if not lines:
        return None
    whole = next((line for line in lines[1:2] if lines[0].lower() in line.lower()), lines[0])
    first = next(iter(split_sentences(whole)), None)
    return None if first is None else whole[first.start : first.end].rstrip(" ?.!")


def _in_place_of_subject(previous: str, fragment: str) -> str | None:
    """The question before with the fragment's name or noun in place of its own."""
    names = [previous[slice(*span)] for span in proper_names(previous)]
    if names and (own := proper_names(fragment)):
        return previous.replace(names[-1], fragment[slice(*own[0])])
    noun = _NOUN.search(previous)
    return previous[: noun.start()] + fragment + previous[noun.end() :] if noun and _NOUN.match(fragment) else None


def _leaning(question: str) -> re.Match[str] | None:
    """Find the pronoun that refers to something outside the question."""
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return None
    if any(start < pronoun.start() for start, _ in _subjects(question)):
        return None
    # "Do mothers protect their babies?" speaks of its own mothers.
    before = [word for word in question[: pronoun.start()].lower().split() if word not in STOP_WORDS]
    return None if pronoun.group().lower() in POSSESSIVES and len(before) > 2 else pronoun


def _subject(history: Sequence[Turn]) -> str | None:
    """Find the subject of the newest question that has one, among the last turns."""
    return next(filter(None, (_subject_of(turn.question) for turn in reversed(history[-LOOKED_BACK:]))), None)


def _person(history: Sequence[Turn]) -> str | None:
    """Find the person named last: by the answer to a "who" question, else by a question, else by an answer."""
    for turn in reversed(history[-LOOKED_BACK:]):
        subject = _subject_of(turn.question)
        asked = subject if subject and people(subject) else None
        told = next(
            (name for start, end in people(turn.answer) if (name := turn.answer[start:end]) not in turn.question), None
        )
        who = "who" in turn.question.lower().split()
        # "Who is Wu Xiaodong?" asks after the one it names, "Who wrote to Wu Xiaodong?" after another.
        found = (told, asked) if who and not _WHO_IS.match(turn.question) else (asked, told)
        if person := found[0] or found[1]:
            return person
    return None


def _with_subject(question: str, pronoun: re.Match[str], subject: str) -> str:
    """Replace a pronoun by what it refers to (co-reference)."""
    word = pronoun.group().lower()
    after = question[pronoun.end() :]
    possessive = word in POSSESSIVES - {"her"} or (
        word == "her" and after[:1].isspace() and after.lstrip()[:1].islower()
    )
    return question[: pronoun.start()] + (f"{subject}'s" if possessive else subject) + after


def _with_fragment(previous: str, fragment: str) -> str:
    """Put the fragment's date, "the 2" or "second" into the earlier question in place of its own, or append it."""
    fragment = fragment.strip(" ?.!")
    said, others = ([date for date in dates(text) if date.year] for text in (fragment, previous))
    if said and others:
        for date in reversed(others):
            previous = previous[: date.start] + fragment[said[0].start : said[0].end] + previous[date.end :]
        return previous
    if (place := _ELLIPTIC.fullmatch(fragment)) and _ORDINAL.search(previous):
        return _ORDINAL.sub(place[1], previous, count=1)
    for pattern in (_COUNTED, _ORDINAL):
        if (own := pattern.search(fragment)) and own.end() == len(fragment) and pattern.search(previous):
            return pattern.sub(own.group(), previous, count=1)
    if not said and (replaced := _same_preposition(previous, fragment)):
        return previous[: replaced.start()] + fragment + previous[replaced.end() :]
    bare = previous.rstrip(" ?.!")
    if not (_is_subject(fragment) and _APPENDED.fullmatch(f", {fragment}")):
        return f"{_in_the_past(bare) if _PAST.match(fragment) else bare} {fragment}?"
    if _is_whole(bare):
        return f"{before if _is_whole(before := _APPENDED.sub('', bare)) else bare}, {fragment}?"
    return f"{fragment} of {_subject_of(bare) or bare}" if _NOUN.match(fragment) else f"{bare}, {fragment}"


def _is_whole(question: str) -> bool:
    return _WHOLE.match(question) is not None or punctuated(question).endswith("?")


def _in_the_past(question: str) -> str:
    """A question as it is asked about the past: "how much was the toll" for "how much is the toll"."""
    return re.sub(rf"\b(?:{alternatives(PAST_OF)})\b", lambda found: PAST_OF[found[0].lower()], question, count=1)


def _same_preposition(previous: str, fragment: str) -> re.Match[str] | None:
    """The phrase of the question before that opens as the fragment does: "in Ningbo" for "in Hangzhou"."""
    opening = _PREPOSITION.match(fragment)
    if opening is None:
        return None
    phrases = re.finditer(rf"\b{opening[0]} (?:(?:the|an?) )?[\w'’-]+", previous, re.IGNORECASE)
    return next((phrase for phrase in phrases if not dates(phrase[0])), None)


def _subject_of(question: str) -> str | None:
    """Find a question's subject: its longest name, else the words after its last preposition or its verb."""
    if found := [question[start:end] for start, end in _subjects(question)]:
        return max(found, key=len)
    bare = question.strip(" ?.!")
    if met := _PREDICATE.fullmatch(bare):
        return met[1]
    did = re.search(r"\b(did|does|do) (?:an?|the) (\w+) (\w.*)$", bare, re.IGNORECASE)
    if did and len(did[3].split()) > 2:  # "On which day did a meeting divide the work": the meeting that did.
        return f"the {did[2]} that {did[1].lower()} {did[3]}"
    for pattern in (
        r"^who \w+ (?:the|a|an) (.+)$",
        r".*\b(?:in|of|for|about|by|with|from) (?:the |a |an )?((?:[\w-]+ ?){1,5})$",
        rf".*?\b(?:{alternatives(AUXILIARIES)})\s+(?:the |a |an )?(.+?)(?:\s+(?:mean|stand|do|have|make|built|work)\b.*)?$",
    ):
        match = re.match(pattern, bare, re.IGNORECASE)
        words = match[1].lower().split() if match else []
        if match and 0 < len(words) <= 6 and words[0] not in _NO_SUBJECT and "there" not in words:
            return match[1].strip()
    return bare if not _is_whole(bare) and _is_subject(bare) and len(bare.split()) <= 6 else None


def _subjects(question: str) -> list[Span]:
    """Find names of several words or in capitals, and what stands in quotation marks."""
    quoted = ((at, at + len(text)) for text in parse(question).quoted if (at := question.find(text)) >= 0)
    named = (span for span in proper_names(question) if " " in (name := question[slice(*span)]) or name[1:].isupper())
    return [*named, *quoted]
