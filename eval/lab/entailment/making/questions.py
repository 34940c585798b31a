"""Claims of questions with their answers: right ones, and ones with another value of the same kind."""

# ruff: noqa: E501 - tables are easier to read unbroken

import random
import re
from collections.abc import Iterator

from eval.lab.entailment.making.lexicon import Lexicon, past
from eval.lab.entailment.pairs import Label, Pair
from eval.lab.reader.examples import Row, sentence_spans

_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-4][0-9])\b")
_NAME = re.compile(r"\b[A-Z][\w'’-]+(?: (?:of |the |de |von |van )?[A-Z][\w'’-]+)*")
_AUXILIARY = r"was|were|is|are|has|had|have|did|does|do|can|could|will|would|may|might|must|should"
_WHO = re.compile(rf"^(?:Who|What)(?: all)? (?!(?:did|does|do|else|{_AUXILIARY}) )(.+?)\?*$")
_WHO_WAS = re.compile(r"^(?:Who|What) (was|were|is|are) (?!there\b)(.+?)\?*$")
_WHICH = re.compile(r"^(?:What|Which) ([a-z]+(?: [a-z]+)?) (was|were|is|are|has|had|can|could|will|would) (.+?)\?*$")
_DID = re.compile(r"^(When|Where|In (?:what|which) \w+|How many \w+|What|Who|Whom) (did|does|do) (.+?)\?*$")
_PARTICIPLE = re.compile(
    r"^(When|Where|In (?:what|which) \w+) (was|were|is|are) (.+?) (\w+(?:ed|en|rn|ilt|ade|eld|old|et|on|nt|nd|pt))\b(.*?)\?*$"
)


def claims_of(row: Row, lexicon: Lexicon, rng: random.Random) -> Iterator[Pair]:
    """Yield a true claim of a question and its answer and a false one, with the sentences around as evidence."""
    if not row.answers:
        return
    start, end = row.answers[0]
    answer = row.context[start:end].strip().rstrip(".,;:")
    spans = list(sentence_spans(row.context))
    held = [number for number, (first, last) in enumerate(spans) if first < end and last > start]
    if not held or not answer or len(answer) > 80:
        return
    first, last = max(0, held[0] - rng.randint(0, 2)), min(len(spans), held[-1] + 1 + rng.randint(0, 1))
    evidence = row.context[spans[first][0] : spans[last - 1][1]]
    if len(evidence) > 900:
        evidence = row.context[spans[held[0]][0] : spans[held[-1]][1]]
    yield Pair(
        kind="question", claim=stated(row.question, answer, lexicon, rng), evidence=evidence, label=Label.SUPPORTED
    )
    others = [text for text in alike(answer, evidence) if text.lower() not in row.question.lower()]
    plain = answer[:1].islower() and not any(letter.isdigit() for letter in answer)
    if others and rng.random() < (0.4 if plain else 0.9):
        claim = stated(row.question, rng.choice(others), lexicon, rng)
        yield Pair(kind="question, other value", claim=claim, evidence=evidence, label=Label.NOT_SUPPORTED)
    elsewhere = [number for number in range(len(spans)) if number not in held]
    if elsewhere and rng.random() < 0.25:
        at = rng.choice(elsewhere)
        other = row.context[spans[at][0] : spans[at][1]]
        if answer.lower() not in other.lower():
            claim = stated(row.question, answer, lexicon, rng)
            yield Pair(kind="question, elsewhere", claim=claim, evidence=other, label=Label.NOT_SAID)


def alike(answer: str, text: str) -> list[str]:
    """List values of `text` of the answer's kind (year, number, name, words) that do not overlap it."""
    if _YEAR.search(answer):
        pattern = _YEAR
    elif _NUMBER.search(answer):
        pattern = _NUMBER
    elif answer[:1].isupper():
        pattern = _NAME
    else:
        return _phrases(answer, text)
    found = dict.fromkeys(match.group() for match in pattern.finditer(text))
    own = answer.lower()
    return [one for one in found if one.lower() not in own and own not in one.lower()]


def _phrases(answer: str, text: str) -> list[str]:
    """List runs of words between punctuation and function words, of about the answer's length."""
    runs = re.split(r"[,;:.()]|\b(?:and|or|of|in|to|by|with|for|from|at|on|was|were|is|are|that|which|who)\b", text)
    wanted = len(answer.split())
    held = set(answer.lower().split())
    return [
        run.strip()
        for run in runs
        if 0 < len(run.split()) <= wanted + 2 and len(run.split()) >= wanted - 2 and not held & set(run.lower().split())
    ]


def stated(question: str, answer: str, lexicon: Lexicon, rng: random.Random) -> str:
    """Turn a question with its answer into a statement, or into both in a row where no rule fits."""
    question = question.strip()
    question = question[:1].upper() + question[1:]
    said = _statement(question, answer, lexicon) if rng.random() < 0.85 else None
    if said is None:
        return f"{question} Answer: {answer}."
    said = " ".join(said.split()).rstrip(" ,")
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")


def _statement(question: str, answer: str, lexicon: Lexicon) -> str | None:
    if found := _PARTICIPLE.match(question):
        word, auxiliary, subject, verb, rest = found.groups()
        return f"{subject} {auxiliary} {verb}{rest} {_placed(word, answer)}"
    if found := _DID.match(question):
        word, auxiliary, rest = found.groups()
        return _did(word, auxiliary, rest, answer, lexicon)
    if found := _WHO_WAS.match(question):
        auxiliary, rest = found.groups()
        if rest.split()[-1] in {"in", "of", "to", "with", "by", "for", "from", "on"}:
            return f"{rest} {answer}" if auxiliary in {"is", "are"} else None
        return f"{answer} {auxiliary} {rest}"
    if found := _WHICH.match(question):
        return f"{answer} {found.group(2)} {found.group(3)}"
    if found := _WHO.match(question):
        first = found.group(1).split()[0]
        if first in lexicon.bases or first.endswith(("ed", "s")):
            return f"{answer} {found.group(1)}"
    return None


def _did(word: str, auxiliary: str, rest: str, answer: str, lexicon: Lexicon) -> str | None:
    """Split “the committee meet in May” at its first infinitive, and put it into the past."""
    words = rest.split()
    for at in range(1, len(words)):
        if words[at] not in lexicon.verbs or (words[at - 1] in {"the", "a", "an", "of", "his", "her", "their"}):
            continue
        verb = words[at]
        if auxiliary == "did":
            irregular = [form for form, base in lexicon.bases.items() if base == verb]
            verb = past(verb) if not irregular else f"did {verb}"
        elif auxiliary == "does":
            verb += "s"
        before, after = " ".join(words[:at]), " ".join(words[at + 1 :])
        if word.startswith(("When", "Where", "In")):
            return f"{before} {verb} {after} {_placed(word, answer)}"
        return f"{before} {verb} {answer} {after}"
    return None


def _placed(word: str, answer: str) -> str:
    if re.match(r"(?:in|on|at|by|after|before|during|from|near|between|since|until|around)\b", answer, re.IGNORECASE):
        return answer[:1].lower() + answer[1:]
    if word == "When" and re.match(r"\d{1,2} [A-Z]|[A-Z][a-z]+ \d{1,2}\b|[A-Z][a-z]+day\b", answer):
        return f"on {answer}"
    return f"in {answer}"
