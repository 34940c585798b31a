"""Proposes gold from articles, without a model: questions that a sentence answers, and some that none does.

Each kind of question reverses a form of sentence: a figure that is counted, a cost, a date on which something was done,
a person who did it, what something is, the items of a list. What is proposed is a draft for a person to review.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.language.markdown import plain
from assistant.language.names import names, people
from assistant.language.values import Token, values_of
from assistant.language.vocabulary import DEPENDENT_OPENINGS, MONTHS, REPORTS
from eval.cases.anchors import occurrences
from eval.cases.case import Evidence, GoldCase
from eval.cases.drafting import new_id
from index.text.blocks import structure_of
from index.text.sentences import split_sentences
from index.text.structure import Kind
from index.text.terms import STOP_WORDS, stems

MOST_SUBJECT_WORDS = 7
LIST_ITEMS = (2, 6)
"""Fewest and most items of a list that is asked for."""
ITEM_WORDS = 6
NEAR_TOPIC = 4
"""One question that nothing answers for so many that something does."""

_BASES = {
    "has": "have", "have": "have", "had": "have", "holds": "hold", "held": "hold", "employs": "employ",
    "employed": "employ", "covers": "cover", "covered": "cover", "contains": "contain", "contained": "contain",
    "serves": "serve", "served": "serve", "receives": "receive", "received": "receive", "sells": "sell", "sold": "sell",
    "built": "build", "produces": "produce", "produced": "produce", "attracts": "attract", "attracted": "attract",
    "includes": "include", "included": "include", "integrated": "integrate", "integrates": "integrate",
    "handles": "handle", "handled": "handle", "lent": "lend", "launched": "launch", "opened": "open",
    "carries": "carry", "carried": "carry", "houses": "house", "housed": "house", "trained": "train",
}  # fmt: skip
"""Verbs of which the object is counted, and their plain form."""
_SUBJECT = r"(?P<subject>(?:[Tt]he |A |An )?[\w'’“”\"&+./-]+(?: [\w'’“”\"&+./-]+){0,6}?)"
_ABOUT = r"(?:about |over |nearly |some |almost |more than )?(?=\S)"
_COUNTED = re.compile(rf"{_SUBJECT} (?:had |has |have )?(?P<verb>{'|'.join(_BASES)}) {_ABOUT}")
_COST = re.compile(rf"{_SUBJECT} (?P<verb>costs?) {_ABOUT}")
_PARTICIPLE = r"[a-z]+(?:ed|ilt|ade|eld|und|ritten|iven|hosen|orn|old)"
_DONE = re.compile(rf"{_SUBJECT} (?P<be>was|were) (?P<verb>{_PARTICIPLE}) ")
_DID = re.compile(
    r"(?P<verb>[a-z]+ed|built|founded|wrote|led) (?P<object>the [\w'’ -]+?)"
    r"(?= (?:in|on|at|for|with)\b|[.;]|, (?:which|who|and|in|the|a)\b)"
)
_IS = re.compile(
    rf"{_SUBJECT} (?P<be>is|are) (?P<what>(?:an?|the) [\w'’ -]+?)"
    r"(?=[.,;:]| (?:that|which|who|for|in|on|at|with|by|from)\b)"
)
_UNIT = re.compile(
    r" ((?:[a-z][\w-]*)(?: [a-z][\w-]*){0,2}?)(?=[.,;]| (?:in|on|at|and|of|for|with|by|to|from|a|an|the)\b)"
)
_NUMBER = re.compile(r"\d[\d.,]*(?: million| billion)?|[a-z]{3,}")
_NOT_IN_SUBJECT = frozenset(
    "a an one two three four five six seven eight nine ten another other more most some many several among and or what "
    "who which that when where there not as if but said he she it they".split()
)
_NOT_FIRST = frozenset("in on at by for of from with".split())
_THING = re.compile(r"(?:How many [\w -]+? (?:does|did|do)|When (?:was|were)|By whom (?:was|were)) (.+) [a-z]+\?")
"""What a proposed question is about."""
_VAGUE = frozenset("one part result example reason way thing case kind number basis same first second only".split())
"""Heads of a complement that say nothing of what something is."""
_OF_A_PERSON = (
    ("Where was {} born?", "born birth birthplace native hometown"),
    ("What did {} study at university?", "study university degree graduate school"),
    ("Whom did {} marry?", "marry wife husband wedding spouse"),
)
_OF_A_THING = (
    ("How much did {} cost?", "cost price pay spend budget fund money yuan dollar crown euro"),
    ("Who designed {}?", "design architect draw plan build"),
    ("Who criticised {}?", "criticise criticism critic oppose against complain"),
)
"""Questions of what the articles name, and words of which none may stand with it if they are not to answer."""
_CLAUSE = re.compile(
    r"(?:^|\bthat |; |, and |, while )(?:In [^,;.]{3,30}?\d{4},? |On [^,;.]{3,30}?\d{4},? )?(?=[A-Z]|the [A-Z])"
)
"""Where a clause begins that may be asked for, behind the time that opens it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A draft of a case, with the sentence that it was made of."""

    case: GoldCase
    sentence: str
    """Empty for a question that no article answers."""
    drafted: str | None = None
    """The question as it was drafted, where a model reworded it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A question made of a sentence, with its answer's wording."""

    kind: str
    question: str
    answer: str


def propose(texts: Mapping[str, str], *, limit: int) -> list[Proposal]:
    """Propose cases, articles and kinds taking turns, so that a short list is not of one kind.

    Args:
        texts: articles by id.
        limit: most cases.
    """
    taken: set[str] = set()
    found: dict[str, list[Proposal]] = {}
    by_question: dict[str, set[str]] = {}
    asked = [(id_, sentence, one) for id_, text in texts.items() for sentence, one in _of_article(text)]
    for _, _, one in asked:
        by_question.setdefault(one.question.lower(), set()).add(one.answer.lower())
    for id_, sentence, one in asked:
        if len(by_question.pop(one.question.lower(), ())) == 1:  # Of two answers neither would be the right one.
            case = _case(one, id_, sentence, texts, taken)
            taken.add(case.id)
            found.setdefault(one.kind, []).append(Proposal(case=case, sentence=plain(sentence)))
    answerable = [one for cases in found.values() for one in cases]
    nothing = [Proposal(case=case, sentence="") for case in _unanswerable(texts, answerable, taken)]
    if nothing:
        found["near-topic"] = nothing[: max(2, len(answerable) // NEAR_TOPIC)]
    orders = [_spread(cases) for cases in found.values()]
    turns = [[cases[n] for cases in orders if n < len(cases)] for n in range(max(map(len, orders), default=0))]
    return [one for turn in turns for one in turn][:limit]


def _spread(cases: Sequence[Proposal]) -> list[Proposal]:
    """Order proposals so that articles take turns."""
    by_article: dict[str, list[Proposal]] = {}
    for one in cases:
        by_article.setdefault(one.case.evidence[0].article_id if one.case.evidence else "", []).append(one)
    longest = max(map(len, by_article.values()))
    return [rows[n] for n in range(longest) for rows in by_article.values() if n < len(rows)]


def _of_article(text: str) -> Iterator[tuple[str, _Asked]]:
    for sentence in split_sentences(text):
        quote = text[sentence.start : sentence.end].strip()
        shown = plain(quote)
        if shown.endswith(".") and "|" not in shown and "?" not in shown and len(shown.split()) <= 40:
            kinds = set()
            for clause in _CLAUSE.finditer(shown):
                for one in _of_clause(shown[clause.end() :]):
                    if one.kind not in kinds:
                        kinds.add(one.kind)
                        yield quote, one
    yield from _lists(text)


def _of_clause(shown: str) -> Iterator[_Asked]:
    """Ask for what a clause states."""
    values = values_of(shown)
    if (match := _COUNTED.match(shown)) and (subject := _subject(match)) and (asked := _counted(shown, match, values)):
        number, unit = asked
        verb = match["verb"]
        aux = "do" if verb == "have" else "does" if verb.endswith("s") else "did"
        yield _Asked(kind="figure", question=f"How many {unit} {aux} {subject} {_BASES[verb]}?", answer=number)
    if (match := _COST.match(shown)) and (subject := _subject(match)):
        value = next((one for one in values if one.start == match.end() and one.figure), None)
        if value is not None:
            aux = "does" if match["verb"] == "costs" else "did"
            answer = shown[value.start : value.end]
            yield _Asked(kind="figure", question=f"How much {aux} {subject} cost?", answer=answer)
    if (match := _DONE.match(shown)) and (subject := _subject(match)):
        yield from _done(shown, match, subject, values)
    yield from _did(shown)
    if (match := _IS.match(shown)) and (subject := _subject(match)) and _tells(match["what"]):
        if not subject.startswith("the ") and people(subject):
            return  # A person is more than one thing.
        answer = match["what"].split(" ", 1)[1]
        yield _Asked(kind="definition", question=f"What {match['be']} {subject}?", answer=answer)


def _tells(what: str) -> bool:
    """Whether a complement says what something is, and is complete."""
    words = what.lower().split()
    head = words[words.index("of") - 1] if "of" in words else words[-1]
    whole = not words[-1].endswith(("ed", "ing")) and words[-1] not in STOP_WORDS
    plain_words = not _NOT_IN_SUBJECT.intersection(words[1:])
    return head not in _VAGUE and whole and plain_words and 3 <= len(words) <= 7 and not values_of(what)


def _subject(match: re.Match[str]) -> str | None:
    """The subject of a question: it must name something, or the question could mean anything."""
    subject = match["subject"]
    first, *rest = subject.split()
    low = first.lower()
    if len(rest) >= MOST_SUBJECT_WORDS or low in DEPENDENT_OPENINGS or low in MONTHS or low in _NOT_FIRST:
        return None
    telling = rest if low == "the" else [first, *rest]
    if any(word.lower() in _NOT_IN_SUBJECT for word in telling):
        return None
    if not any(word[:1].isupper() or word[:1].isdigit() for word in telling) or not (low == "the" or names(subject)):
        return None
    return f"the {' '.join(rest)}" if low == "the" else subject


def _counted(shown: str, match: re.Match[str], values: Sequence[Token]) -> tuple[str, str] | None:
    """The figure behind a verb and the unit that it counts."""
    value = next((one for one in values if one.start == match.end() and one.figure and one.date is None), None)
    if value is None or value.figure is None or value.figure.ordinal:
        return None
    written = shown[value.start : value.end]
    behind, number = _UNIT.match(shown[value.end :]), _NUMBER.match(written)
    if behind is None or number is None or not behind[1].endswith("s") or "%" in written:
        return None
    return number[0].rstrip(".,"), f"{written[number.end() :].strip()} {behind[1]}".strip()


def _done(shown: str, match: re.Match[str], subject: str, values: Sequence[Token]) -> Iterator[_Asked]:
    """Ask when something was done, and who did it."""
    rest = shown[match.end() :]
    be, verb = match["be"], match["verb"]
    day = next((one for one in values if one.date and one.start >= match.end()), None)
    if day is not None and shown[match.end() : day.start] in {"in ", "on "}:
        yield _Asked(kind="date", question=f"When {be} {subject} {verb}?", answer=shown[day.start : day.end])
    by = re.match(r"by (?=[A-Z])", rest)
    person = next((span for span in names(rest) if by and span[0] == by.end()), None)
    if person is not None and " " in rest[slice(*person)]:
        yield _Asked(kind="who", question=f"By whom {be} {subject} {verb}?", answer=rest[slice(*person)])


def _did(shown: str) -> Iterator[_Asked]:
    """Ask who did something, of a clause that begins with a person's name."""
    person = next((span for span in people(shown) if span[0] == 0 and " " in shown[slice(*span)]), None)
    match = _DID.match(shown, person[1] + 1) if person else None
    if person and match and any(len(word) > 1 and word[0].isupper() for word in match["object"].split()[-1:]):
        yield _Asked(kind="who", question=f"Who {match['verb']} {match['object']}?", answer=shown[: person[1]])


def _lists(text: str) -> Iterator[tuple[str, _Asked]]:
    """Ask for the items under an introduction that ends in a colon."""
    blocks = structure_of(text).blocks
    for place, block in enumerate(blocks):
        opening = plain(text[block.start : block.end]).strip()
        match = re.fullmatch(rf"{_SUBJECT} (?P<verb>includes|contains):", opening)
        items = []
        for one in blocks[place + 1 :]:
            if one.kind is not Kind.ITEM:
                break
            items.append(plain(text[one.start : one.end]).strip(" .;,-*•"))
        few = LIST_ITEMS[0] <= len(items) <= LIST_ITEMS[1] and all(0 < len(one.split()) <= ITEM_WORDS for one in items)
        if few and match and (subject := _subject(match)):
            question = f"What does {subject} {match['verb'].rstrip('s')}?"
            whole = text[block.start : blocks[place + len(items)].end].strip()
            yield whole, _Asked(kind="list", question=question, answer="\n".join(items))


def _case(one: _Asked, id_: str, sentence: str, texts: Mapping[str, str], taken: set[str]) -> GoldCase:
    """Make a case; every sentence of an article with the same words is evidence too."""
    holders = [other for other, text in texts.items() if occurrences(sentence, text)]
    return GoldCase(
        id=new_id(one.question, taken),
        question=one.question,
        facts=tuple((item,) for item in one.answer.split("\n")),
        evidence=tuple(
            Evidence(article_id=other, quote=sentence, part="answer") for other in dict.fromkeys([id_, *holders])
        ),
        tags=(one.kind,),
    )


def _unanswerable(texts: Mapping[str, str], proposals: Sequence[Proposal], taken: set[str]) -> Iterator[GoldCase]:
    """Ask, of what is asked for anyway and of people who say something, what no sentence with their name says."""
    sentences = [plain(text[s.start : s.end]) for text in texts.values() for s in split_sentences(text)]
    questions = [one.case.question for one in proposals]
    things = [found[1] for one in questions if (found := _THING.fullmatch(one))]
    persons = [
        sentence[start:end]
        for sentence in sentences
        for start, end in people(sentence)
        if " " in sentence[start:end] and sentence[end + 1 :].partition(" ")[0].strip(",.") in REPORTS
    ]
    asked = ((_OF_A_THING, dict.fromkeys(things)), (_OF_A_PERSON, dict.fromkeys(persons)))
    turns = [(one, forms) for forms, ones in asked for one in ones]
    for place, (name, forms) in enumerate(turns):
        form, words = forms[place % len(forms)]
        barred = set(stems(words))
        about = [sentence for sentence in sentences if name.removeprefix("the ") in sentence]
        if not any(barred & set(stems(sentence)) for sentence in about):
            question = form.format(name)
            case = GoldCase(id=new_id(question, taken), question=question, answerable=False, tags=("near-topic",))
            taken.add(case.id)
            yield case
