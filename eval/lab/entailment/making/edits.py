"""Claims made by editing real sentences, so that they stay true or turn false."""

# ruff: noqa: E501 - tables are easier to read unbroken

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from eval.lab.entailment.making.lexicon import Lexicon
from eval.lab.entailment.pairs import Label, Pair

Edit = Callable[[str, random.Random], str | None]

_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-4][0-9])\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_NAME = re.compile(r"(?<!^)(?<!\. )\b[A-Z][a-z’'-]+(?: [A-Z][a-z’'-]+)*")
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b|\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b")
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|has been|have been|had been)\b(?! not|n't)"
)
_PAST = re.compile(r"(?<=\w )\b([a-z]+ed)\b(?= (?:the|a|an|its|his|her|their|in|to|on|by|from|at|with|[A-Z0-9]))")
_NOT = re.compile(r"\b(is|are|was|were|can|could|will|would|should|must|did|does|do|has|have|had) ?(?:not|n't)\b")
_MODAL = {
    "may": ("will", "must", "can only"),
    "might": ("will", "is sure to"),
    "could": ("will", "must"),
    "should": ("will",),
    "plans to": ("has begun to", "will certainly"),
    "plan to": ("have begun to", "will certainly"),
    "planned to": ("managed to", "was forced to"),
    "hopes to": ("will", "has managed to"),
    "hoped to": ("managed to",),
    "tried to": ("managed to",),
    "attempted to": ("managed to",),
    "is expected to": ("will certainly", "has agreed to"),
    "are expected to": ("will certainly", "have agreed to"),
    "was expected to": ("was known to",),
    "is likely to": ("is certain to", "is unlikely to"),
    "are likely to": ("are certain to", "are unlikely to"),
    "possibly": ("certainly",),
    "probably": ("certainly",),
    "perhaps": ("certainly",),
    "wanted to": ("refused to", "managed to"),
}
_MODAL_KEPT = {
    "may": ("might", "could", "may possibly"),
    "might": ("may", "could"),
    "plans to": ("intends to",),
    "planned to": ("intended to",),
    "tried to": ("attempted to",),
    "attempted to": ("tried to",),
    "is expected to": ("is likely to",),
    "are expected to": ("are likely to",),
    "is likely to": ("is expected to",),
    "probably": ("likely",),
    "possibly": ("perhaps",),
    "will": ("is going to", "is due to"),
    "must": ("has to",),
    "did not": ("didn't",),
    "was not": ("wasn't",),
    "were not": ("weren't",),
    "cannot": ("is unable to",),
    "because": ("since",),
    "such as": ("including",),
    "began": ("started",),
    "however, ": ("",),
    "several": ("a number of",),
    "about": ("approximately", "around", "roughly"),
    "approximately": ("about", "around"),
    "more than": ("over",),
    "over": ("more than",),
    "less than": ("under",),
    "also ": ("",),
}
_BEFORE_FIGURES = ("about", "more than", "over", "less than")
"""Phrases of `_MODAL_KEPT` that mean the same as their replacement before figures only: not “a book about dams”."""
_QUANTITY = {
    "some": ("all", "no", "most"),
    "many": ("all", "few", "no"),
    "most": ("all", "a few", "none of"),
    "several": ("all", "only two"),
    "few": ("many", "most"),
    "all": ("few", "no", "hardly any"),
    "both": ("neither of", "only one of"),
    "half": ("all", "a tenth"),
    "a majority of": ("a minority of", "all"),
    "at least": ("fewer than", "at most"),
    "more than": ("less than", "at most", "exactly"),
    "less than": ("more than", "at least"),
    "fewer than": ("more than", "at least"),
    "up to": ("more than", "exactly"),
    "almost": ("more than",),
    "nearly": ("more than",),
    "only": ("not only",),
    "mostly": ("entirely", "hardly"),
    "partly": ("entirely",),
    "one of": ("all of", "none of"),
}
_COMPARED = {
    "more": ("less",), "less": ("more",), "higher": ("lower",), "lower": ("higher",), "larger": ("smaller",),
    "smaller": ("larger",), "greater": ("smaller",), "before": ("after",), "after": ("before",), "better": ("worse",),
    "earlier": ("later",), "later": ("earlier",), "longer": ("shorter",), "older": ("younger",), "above": ("below",),
    "below": ("above",), "north": ("south",), "south": ("north",), "east": ("west",), "west": ("east",),
    "northern": ("southern",), "southern": ("northern",), "eastern": ("western",), "western": ("eastern",),
    "increased": ("fell", "decreased"), "decreased": ("rose", "increased"), "rose": ("fell",), "fell": ("rose",),
    "first": ("last",), "won": ("lost",), "lost": ("won",), "male": ("female",), "female": ("male",),
    "now": ("no longer",), "still": ("no longer",), "always": ("never",), "never": ("always",), "died": ("lived",),
}  # fmt: skip
_TELLING = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|without|\w+n't|all|both|half|only|may|might|could|should|most|few)\b"
)
_SPEAKERS = (
    "the mayor", "critics", "the company", "a spokesman", "one witness", "her lawyer", "the union", "a report",
    "opponents", "the minister", "local historians", "the director", "an official", "his brother", "the newspaper",
    "two members", "the owner", "a former employee", "legend", "the defence",
)  # fmt: skip
_SAYS = ("says", "claims", "believes", "argued", "said", "has claimed", "reported", "suggested", "insisted")
_CONDITIONS = (
    "If the council agrees", "If funds allow", "Unless it rains", "Provided that the permit is granted",
    "If nobody objects", "Should the vote pass", "Only if the members approve", "If the price falls",
)  # fmt: skip


def _replaced(table: dict[str, tuple[str, ...]], *, before_figures: Sequence[str] = ()) -> Edit:
    """Make an edit that replaces a phrase of `table`; one in `before_figures` only where a figure follows."""
    words = {name: re.compile(rf"\b{re.escape(name.strip())}\b{' ' if name.endswith(' ') else ''}") for name in table}
    words |= {name: re.compile(rf"\b{name}(?= [$£€]?\d)") for name in before_figures}

    def edit(sentence: str, rng: random.Random) -> str | None:
        found = [name for name, word in words.items() if word.search(sentence)]
        if not found:
            return None
        name = rng.choice(found)
        return words[name].sub(rng.choice(table[name]), sentence, count=1)

    return edit


def other_number(sentence: str, rng: random.Random) -> str | None:
    """Change one number: another of about its size, a digit less, or two digits exchanged."""
    found = [match for match in _NUMBER.finditer(sentence) if not _YEAR.fullmatch(match.group())]
    if not found:
        return None
    match = rng.choice(found)
    text = match.group()
    digits = text.replace(",", "")
    changed = rng.choice(
        (
            lambda: digits[1:].lstrip("0.") or "7",
            lambda: digits[:1] + digits[::-1][: len(digits) - 1],
            lambda: str(round(float(digits) * rng.choice((0.1, 0.5, 0.8, 1.2, 1.5, 2, 10)) + 1)),
            lambda: digits + "0",
            lambda: str(int(float(digits)) + rng.choice((1, 2, 3, -1))),
        )
    )()
    return None if float(changed) == float(digits) else sentence[: match.start()] + changed + sentence[match.end() :]


def other_year(sentence: str, rng: random.Random) -> str | None:
    """Change a year."""
    found = list(_YEAR.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    year = int(match.group()) + rng.choice((-30, -11, -10, -4, -2, -1, 1, 2, 3, 9, 10, 100))
    return sentence[: match.start()] + str(year) + sentence[match.end() :]


def names_exchanged(sentence: str, rng: random.Random) -> str | None:
    """Exchange two names that words with a verb or preposition separate."""
    names = list(_NAME.finditer(sentence))
    pairs = [
        (one, other)
        for one, other in pairwise(names)
        if not re.fullmatch(r"\W*|.*?\b(?:and|or|with)\b.*?|, ", sentence[one.end() : other.start()])
        and len(sentence[one.end() : other.start()].split()) <= 8
        and one.group() not in _MONTHS
        and other.group() not in _MONTHS
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    middle = sentence[one.end() : other.start()]
    return sentence[: one.start()] + other.group() + middle + one.group() + sentence[other.end() :]


def denied(sentence: str, rng: random.Random) -> str | None:
    """Deny a sentence, or state what it denies."""
    if found := _NOT.search(sentence):
        if found.group(1) in {"did", "does", "do"}:
            return None
        return sentence[: found.start()] + found.group(1) + sentence[found.end() :]
    if found := _AUXILIARY.search(sentence):
        return sentence[: found.end()] + " not" + sentence[found.end() :]
    if (found := _PAST.search(sentence)) and rng.random() < 0.7:
        return (
            sentence[: found.start()] + rng.choice(("never ", "almost ", "refused to be ")) + sentence[found.start() :]
        )
    return None


def antonym(lexicon: Lexicon) -> Edit:
    """Make an edit that puts an antonym of WordNet in the place of a word."""

    def edit(sentence: str, rng: random.Random) -> str | None:
        words = [match for match in re.finditer(r"\b[a-z]{3,}\b", sentence) if match.group() in lexicon.antonyms]
        if not words:
            return None
        match = rng.choice(words)
        other = rng.choice(lexicon.antonyms[match.group()])
        return sentence[: match.start()] + other + sentence[match.end() :]

    return edit


def shortened(sentence: str, rng: random.Random) -> str | None:
    """Leave out what is no limit of the rest: an apposition, a clause with which, who or a participle."""
    cuts = (
        r" \([^()]*\)",
        r", (?:which|who|where) [^,;]+(?:,|(?=\.$))",
        r", [a-z]+ing [^,;]+(?=\.$)",
        r", and (?:was|were|is|are|has|had) [^,;]+(?=\.$)",
        r"; [^;]+(?=\.$)",
        r"^(?:However|Moreover|In addition|Also|Furthermore|Thus|Therefore|Then|For example|Finally), ",
        r", (?:a|an|the) [a-z][^,;]{5,60},(?= (?:was|is|were|are|had|has|[a-z]+ed) )",
    )
    found = [cut for cut in cuts if re.search(cut, sentence)]
    if not found:
        return None
    rest = re.sub(rng.choice(found), "", sentence, count=1)
    return rest[:1].upper() + rest[1:] if len(rest.split()) > 4 else None


_LIMIT = re.compile(
    r"(?:(?<=\b[Tt]he )|(?<=\ba )|(?<=\ban ))(?:former|alleged|suspected|planned|proposed|possible|potential) |"
    r"\b(?:almost|nearly|hardly|barely|rarely|allegedly|reportedly|probably|possibly|perhaps|partly|failed to|half of|part of|"
    r"(?:some|most|many) of(?= the)) ",
    re.IGNORECASE,
)
_OF_ITS_OWN = re.compile(
    r"former|alleged|suspected|planned|proposed|possible|potential|first|last|next|second|third|other|only|same|most|least|"
    r"half|many|several|future|late|false|fake|failed|acting|deputy|vice|\w+(?:er|est|less)"
)
"""Words in front of a noun without which it is another thing."""
_UNITS = (
    ("km", "kilometres", "kilometers"), ("m", "metres", "meters"), ("cm", "centimetres", "cm"), ("kg", "kilograms", "kilos"),
    ("g", "grams", "g"), ("°C", "degrees Celsius", "degrees"), ("%", " per cent", " percent"), ("mm", "millimetres", "mm"),
    ("km/h", "kilometres per hour", "km an hour"), ("m/s", "metres per second", "metres a second"), ("sq m", "square metres", "m²"),
    ("km²", "square kilometres", "sq km"), ("h", "hours", "hrs"), ("min", "minutes", "mins"), ("l", "litres", "liters"),
)  # fmt: skip


def first_clause(sentence: str, rng: random.Random) -> str | None:
    """Keep what stands before the last "but", "and", "so" or semicolon that opens a clause."""
    del rng
    found = re.search(r"(?:,|;|(?<=\w)) (?:but|and|so|while|whereas|although|though) [^;]{12,}\.$|; [^;]+\.$", sentence)
    if not found or re.search(r"\b(?:between|both|either|neither|whether|if)\b", sentence[: found.start()]):
        return None
    rest = sentence[: found.start()].rstrip(",;") + "."
    return rest if len(rest.split()) > 4 else None


def second_verb(sentence: str, rng: random.Random) -> str | None:
    """Keep subject and second verb of “Mia mended the roof and painted the door.”."""
    del rng
    found = re.match(
        r"((?:(?:The|Its|Our|A) )?(?:(?!is |was |are |were |be |been |has |had |have )[\w'-]+ ){1,3})\w+ed [^,;.]*?,? (?:and|then|but) ((?:then )?\w+ed [^;]+\.)$",
        sentence,
    )
    return found.group(1) + found.group(2) if found else None


def item_kept(sentence: str, rng: random.Random) -> str | None:
    """Keep one of two things at the end."""
    found = re.search(r"\b([a-z]{3,}s) and ([a-z]{3,}s)\.$", sentence)
    if not found or re.search(r"\b(?:between|both|from|neither)\b", sentence):
        return None
    return sentence[: found.start()] + rng.choice(found.groups()) + "."


def word_left_out(sentence: str, rng: random.Random) -> str | None:
    """Leave out a word between an article and the noun of one thing, as in “the (red) barn”."""
    found = [
        match
        for match in re.finditer(
            r"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er|[Oo]ur) ([a-z-]{3,}) (?!(?:will|can|must|would|could|should|may|have|from|with|that|than|when|then|were|into|over|back)\b)(?=[a-z]{3,}[a-rt-z]\b)",
            sentence,
        )
        if not _OF_ITS_OWN.fullmatch(match.group(1))
    ]
    if not found:
        return None
    match = rng.choice(found)
    kept = sentence[: match.start(1)] + sentence[match.end() :]
    return re.sub(r"\b([Aa])n? (?=[a-z])", lambda at: _article(at, kept), kept)


def _article(at: re.Match[str], text: str) -> str:
    return f"{at.group(1)}{'n' if text[at.end()] in 'aeiou' else ''} "


def limit_left_out(sentence: str, rng: random.Random) -> str | None:
    """Leave out a word that limits what is said."""
    found = list(_LIMIT.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    rest = sentence[: match.start()] + sentence[match.end() :]
    return rest[:1].upper() + rest[1:]


def _by_agent(sentence: str) -> re.Match[str] | None:
    return re.match(
        r"((?:The|A|An|Its|This|[A-Z][\w'-]+)(?: [\w'-]+){0,5})(?:, [^,]{3,40},)? (?:was|were) (\w+ed) by "
        r"((?:the |a |an )?[\w'’-]+(?: (?:of |the )*[A-Z][\w'’-]+| [a-z]+){0,2})((?: (?:in|on|at|after|before|during) (?:(?! and )[^,;])+)?)\.$",
        sentence,
    )


def turned_active(sentence: str, rng: random.Random) -> str | None:
    """“The roof was mended by Mia in May.” as “Mia mended the roof in May.”."""
    del rng
    if not (found := _by_agent(sentence)):
        return None
    thing, verb, agent, rest = found.groups()
    return f"{agent[:1].upper()}{agent[1:]} {verb} {lowered(thing)}{rest}."


def roles_turned(sentence: str, rng: random.Random) -> str | None:
    """“The roof was mended by Mia.” as “The roof mended Mia.”."""
    del rng
    if not (found := _by_agent(sentence)):
        return None
    thing, verb, agent, rest = found.groups()
    return f"{thing} {verb} {agent}{rest}."


def unit_rewritten(sentence: str, rng: random.Random) -> str | None:
    """Write a unit, thousands, millions or a half otherwise."""
    for names in rng.sample(_UNITS, k=len(_UNITS)):
        for name in names:
            if found := re.search(rf"(?<=\d)( ?){re.escape(name.strip())}(?!\w|/)", sentence):
                other = rng.choice([one for one in names if one != name])
                space = "" if other == "%" else " "
                return sentence[: found.start()] + space + other.strip() + sentence[found.end() :]
    if found := re.search(r"\b(\d+)\.(\d) (million|billion)\b", sentence):
        less = {"million": "thousand", "billion": "million"}[found.group(3)]
        amount = int(found.group(1) + found.group(2)) * 100
        return f"{sentence[: found.start()]}{amount:,} {less}{sentence[found.end() :]}"
    if found := re.search(r"\b(\d{1,3}),(\d)00\b(?!,)", sentence):
        short = f"{found.group(1)}.{found.group(2)}".removesuffix(".0")
        return f"{sentence[: found.start()]}{short} thousand{sentence[found.end() :]}"
    if found := re.search(r"\b(\d+)\.5\b|\b(\d+)½", sentence):
        whole = found.group(1) or found.group(2)
        return sentence[: found.start()] + (f"{whole}½" if found.group(1) else f"{whole}.5") + sentence[found.end() :]
    return None


def front_moved(sentence: str, rng: random.Random) -> str | None:
    """Move “In 1990, …” to the end."""
    del rng
    found = re.match(r"((?:In|On|At|During|After|Before|By|Since) [^,]{3,40}), ([A-Za-z][^;]+)\.$", sentence)
    if not found or len(found.group(2).split()) > 16:
        return None
    front, rest = found.groups()
    return rest[:1].upper() + rest[1:] + " " + front[:1].lower() + front[1:] + "."


def rewritten_value(sentence: str, rng: random.Random) -> str | None:
    """Write a date, a small number, a large one or a percentage otherwise."""
    if found := _DATE.search(sentence):
        month, day, year = (
            found.group(1) or found.group(5),
            found.group(2) or found.group(4),
            found.group(3) or found.group(6),
        )
        at = _MONTHS.index(month) + 1
        forms = [
            f"{int(day)} {month} {year}",
            f"{month} {int(day)}, {year}",
            f"{year}-{at:02}-{int(day):02}",
            f"{day} {month[:3]} {year}",
        ]
        return (
            sentence[: found.start()]
            + rng.choice([form for form in forms if form != found.group()])
            + sentence[found.end() :]
        )
    if found := re.search(r"\b(\d[\d.]*) ?(?:%|percent|per cent)(?!\w)", sentence):
        return (
            sentence[: found.start()]
            + rng.choice((f"{found.group(1)} percent", f"{found.group(1)} per cent", f"{found.group(1)}%"))
            + sentence[found.end() :]
        )
    if found := re.search(r"\b(\d{1,3}),(\d{3})\b(?!,)", sentence):
        return sentence[: found.start()] + found.group(1) + found.group(2) + sentence[found.end() :]
    if (found := re.search(r"(?<![\d.,$£€-])\b(\d{1,2})\b(?= [a-z]{3})", sentence)) and int(found.group(1)) < len(
        _SMALL
    ):
        return sentence[: found.start()] + _SMALL[int(found.group(1))] + sentence[found.end() :]
    if found := re.search(rf"\b({'|'.join(_SMALL[2:])})\b (?=[a-z]+s\b)", sentence):
        return sentence[: found.start()] + str(_SMALL.index(found.group(1))) + " " + sentence[found.end() :]
    return None


TRUE_EDITS: dict[str, tuple[float, Edit]] = {
    "as written": (0.5, lambda sentence, rng: sentence),
    "shortened": (0.8, shortened),
    "first clause": (0.8, first_clause),
    "second verb": (1.0, second_verb),
    "item kept": (0.8, item_kept),
    "word left out": (0.6, word_left_out),
    "turned active": (1.0, turned_active),
    "unit rewritten": (1.0, unit_rewritten),
    "front moved": (0.8, front_moved),
    "value rewritten": (0.9, rewritten_value),
    "kept": (0.9, _replaced(_MODAL_KEPT, before_figures=_BEFORE_FIGURES)),
}
"""Edits that keep a sentence true, with the probability of making each."""


def false_edits(lexicon: Lexicon) -> dict[str, tuple[float, Edit]]:
    """Edits that turn a sentence false, with the probability of making each."""
    return {
        "number": (0.35, other_number),
        "year": (0.3, other_year),
        "names exchanged": (0.5, names_exchanged),
        "denied": (0.3, denied),
        "antonym": (0.3, antonym(lexicon)),
        "modality": (0.9, _replaced(_MODAL)),
        "quantity": (0.7, _replaced(_QUANTITY)),
        "compared": (0.5, _replaced(_COMPARED)),
        "limit left out": (0.9, limit_left_out),
        "roles turned": (1.0, roles_turned),
    }


def edited(sentences: Sequence[str], lexicon: Lexicon, rng: random.Random) -> Iterator[Pair]:
    """Yield pairs about one sentence of a run of sentences that stand together."""
    at = rng.randrange(len(sentences))
    sentence = sentences[at]
    first, last = max(0, at - rng.randint(0, 2)), at + 1 + rng.randint(0, 1)
    if rng.random() < 0.35 and (changed := _turned(sentence, lexicon, rng)):
        # What a claim is made of must not tell: here the evidence is the sentence that was changed.
        sentences = [*sentences[:at], changed, *sentences[at + 1 :]]
        evidence = " ".join(sentences[first:last])
        yield Pair(kind="edit, of the evidence", claim=sentence, evidence=evidence, label=Label.NOT_SUPPORTED)
        sentence = changed
    evidence = " ".join(sentences[first:last])
    true = {name: edit for name, (chance, edit) in TRUE_EDITS.items() if rng.random() < chance}
    false = {name: edit for name, (chance, edit) in false_edits(lexicon).items() if rng.random() < chance}
    held = [(name, made) for name, edit in true.items() if (made := edit(sentence, rng))]
    turned = [(name, made) for name, edit in false.items() if (made := edit(sentence, rng)) and made != sentence]
    rng.shuffle(held)
    rng.shuffle(turned)
    for name, made in held[:2]:
        yield Pair(kind=f"edit, {name}", claim=made, evidence=evidence, label=Label.SUPPORTED)
    for name, made in turned[:2]:
        # A false claim in a shortened form too: shortness must not tell.
        short = shortened(made, rng) if rng.random() < 0.3 else None
        kept = short if short and turned and short != shortened(sentence, rng) else made
        yield Pair(kind=f"edit, {name}", claim=kept, evidence=evidence, label=Label.NOT_SUPPORTED)
    if _TELLING.search(sentence) and not held:
        # What false claims are made of must not tell.
        kept = shortened(sentence, rng) or sentence
        yield Pair(kind="edit, telling words kept", claim=kept, evidence=evidence, label=Label.SUPPORTED)
    others = [other for number, other in enumerate(sentences) if number != at and other not in evidence]
    if others and rng.random() < 0.3:
        yield Pair(kind="edit, elsewhere", claim=sentence, evidence=rng.choice(others), label=Label.NOT_SAID)
    if held and turned and rng.random() < 0.15 and len(sentences) > 1:
        other = sentences[at - 1] if at else sentences[1]
        both = f"{other.rstrip('.')}, and {lowered(turned[0][1])}"
        yield Pair(kind="edit, partial", claim=both, evidence=f"{other} {sentence}", label=Label.NOT_SUPPORTED)
        both = f"{other.rstrip('.')}, and {lowered(held[0][1])}"
        yield Pair(kind="edit, joined", claim=both, evidence=f"{other} {sentence}", label=Label.SUPPORTED)


def _turned(sentence: str, lexicon: Lexicon, rng: random.Random) -> str | None:
    edits = [edit for _, edit in false_edits(lexicon).values()]
    found = [made for edit in rng.sample(edits, k=len(edits)) if (made := edit(sentence, rng)) and made != sentence]
    return found[0] if found else None


def attributed(sentence: str, around: str, rng: random.Random) -> Iterator[Pair]:
    """Yield pairs about who says a sentence, or on what condition it holds."""
    speaker, says = rng.choice(_SPEAKERS), rng.choice(_SAYS)
    other = rng.choice([one for one in _SPEAKERS if one != speaker])
    low, plain = lowered(sentence), sentence.rstrip(".")
    if rng.random() < 0.65:
        forms = (
            f"{speaker[:1].upper()}{speaker[1:]} {says} that {low}",
            f"According to {speaker}, {low}",
            f"{plain}, {speaker} {says}.",
            f"{plain}, according to {speaker}.",
        )
        written, said = rng.sample(forms, k=2)
        evidence = f"{written} {around}".strip() if rng.random() < 0.5 else f"{around} {written}".strip()
        yield Pair(kind="hedge, kept", claim=said, evidence=evidence, label=Label.SUPPORTED)
        yield Pair(kind="hedge, dropped", claim=sentence, evidence=evidence, label=Label.NOT_SAID)
        if rng.random() < 0.3:
            claim = said.replace(speaker, other).replace(
                f"{speaker[:1].upper()}{speaker[1:]}", f"{other[:1].upper()}{other[1:]}"
            )
            yield Pair(kind="hedge, other", claim=claim, evidence=evidence, label=Label.NOT_SUPPORTED)
        if rng.random() < 0.3:
            yield Pair(
                kind="hedge, plain",
                claim=sentence,
                evidence=f"{sentence} {speaker[:1].upper()}{speaker[1:]} {says} that this is well known.",
                label=Label.SUPPORTED,
            )
    else:
        condition = rng.choice(_CONDITIONS)
        written = rng.choice((f"{condition}, {low}", f"{plain}, {lowered(condition)}."))
        evidence = f"{around} {written}".strip()
        kept = f"{condition}, {low}" if not written.startswith(condition) else f"{plain}, {lowered(condition)}."
        yield Pair(kind="condition, kept", claim=kept, evidence=evidence, label=Label.SUPPORTED)
        yield Pair(kind="condition, dropped", claim=sentence, evidence=evidence, label=Label.NOT_SAID)


def lowered(sentence: str) -> str:
    """Lower the first letter of a sentence if its first word is a function word."""
    first = sentence.split(" ", 1)[0]
    common = "The A An In On At It This These Those He She They There If Unless Provided Should Only When During After Its His Her Their Some Many Most All Both"
    return sentence[:1].lower() + sentence[1:] if first in common.split() else sentence
