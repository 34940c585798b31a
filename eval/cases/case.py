"""Gold cases: questions with what a right answer must state and where the articles state it.

A case is one line of a JSON Lines file. Evidence is anchored by article and exact quote, never by a
chunk, so that it survives another chunk size, another encoder and another engine.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assistant.chain.assistant import checked_question
from assistant.language.values import read
from eval.cases.short_answers import normalise
from index.errors import UserError

SHOWN_PROBLEMS = 5
"""Problems that an error names before the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Characters of an article that support a right answer."""

    article_id: str
    quote: str | None
    """To the letter; None for the article as a whole, where a public set says no more."""
    part: str
    """Pieces of evidence with one label are alternatives: any of them is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldCase:
    """A question with its right answer."""

    id: str
    question: str
    turns: tuple[str, ...] = ()
    """Earlier questions of the same conversation, oldest first."""
    facts: tuple[tuple[str, ...], ...] = ()
    """What a right answer states, each as accepted wordings."""
    never: tuple[str, ...] = ()
    """What an answer that states all facts must not state beside them."""
    short: tuple[str, ...] = ()
    """Accepted short answers, where the question has one."""
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()
    as_of: date | None = None
    """The day on which the case was last known to be right."""
    note: str | None = None
    place: str = field(default="", compare=False)
    """File and line, for messages."""

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change when what is asked or expected changes; tags and notes apart."""
        row = to_row(self)
        content = {key: value for key, value in row.items() if key not in {"tags", "note", "as_of"}}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]

    @property
    def parts(self) -> dict[str, tuple[Evidence, ...]]:
        """Alternatives by the label of the part that they support, in the order of the case."""
        found: dict[str, tuple[Evidence, ...]] = {}
        for one in self.evidence:
            found[one.part] = (*found.get(one.part, ()), one)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with a line of a gold file."""

    place: str
    """File and line."""
    field: str
    what: str

    def __str__(self) -> str:
        """For a person."""
        return f"{self.place}: {self.field}: {self.what}"


class GoldInvalid(UserError):
    """Gold files cannot be read or are not of the form."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - SHOWN_PROBLEMS
        shown = "; ".join(map(str, problems[:SHOWN_PROBLEMS])) + (f"; and {more} more" if more > 0 else "")
        super().__init__(f"{shown} (docs/gold.md describes the form)")


def load_gold(paths: Iterable[Path]) -> tuple[GoldCase, ...]:
    """The cases of gold files, and of all `*.jsonl` in folders, in the order of the files.

    Raises:
        GoldInvalid: a file is missing, cannot be read, or has a line that is not of the form; every such
            line is listed with its file, its number and the field.
        UserError: there is no case at all.
    """
    cases, problems = read_gold(paths)
    if problems:
        raise GoldInvalid(problems)
    if not cases:
        raise UserError(
            f"no gold cases in {', '.join(map(str, paths))}; write one with `assistant eval add`, or name another file"
        )
    return cases


def spread(cases: Sequence[GoldCase], limit: int | None) -> tuple[GoldCase, ...]:
    """At most `limit` cases at equal distances, since a file's first cases are all of one kind."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    return tuple(cases[place * len(cases) // limit] for place in range(limit))


def read_gold(paths: Iterable[Path]) -> tuple[tuple[GoldCase, ...], tuple[Problem, ...]]:
    """As `load_gold`, with the problems beside the cases that are well."""
    problems: list[Problem] = []
    lines = [
        (f"{path}:{number}", line)
        for path in _files(paths, problems)
        for number, line in enumerate(_lines(path, problems), 1)
        if line.strip()
    ]
    cases, found = read_lines(lines)
    return cases, (*problems, *found)


def read_lines(lines: Iterable[tuple[str, str]]) -> tuple[tuple[GoldCase, ...], tuple[Problem, ...]]:
    """The cases of lines, and what is wrong with the others.

    Args:
        lines: the place of each, for messages, and its text.
    """
    cases: dict[str, GoldCase] = {}
    problems: list[Problem] = []
    for place, line in lines:
        found = _case(line, place)
        if not isinstance(found, GoldCase):
            problems += found
        elif found.id in cases:
            twice = f"{found.id!r} is also the id of {cases[found.id].place}; ids are unique over all files"
            problems.append(Problem(place=place, field="id", what=twice))
        else:
            cases[found.id] = found
    return tuple(cases.values()), tuple(problems)


def gold_digest(cases: Iterable[GoldCase]) -> str:
    """Twelve hexadecimal digits for a set of cases, whatever their order."""
    lines = sorted(f"{case.id} {case.digest}" for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def to_row(case: GoldCase) -> dict[str, object]:
    """The case as the JSON object of its line; what is empty is left out."""
    row: dict[str, object] = {"id": case.id, "question": case.question}
    if case.turns:
        row["turns"] = list(case.turns)
    if case.facts:
        row["facts"] = [list(fact) for fact in case.facts]
    if case.never:
        row["never"] = list(case.never)
    if case.short:
        row["short"] = list(case.short)
    if case.evidence:
        row["evidence"] = [_evidence_row(one, place) for place, one in enumerate(case.evidence)]
    row["answerable"] = case.answerable
    if case.tags:
        row["tags"] = list(case.tags)
    if case.as_of:
        row["as_of"] = case.as_of.isoformat()
    if case.note:
        row["note"] = case.note
    return row


def to_line(case: GoldCase) -> str:
    """The case as a line of a gold file, without the line feed."""
    return json.dumps(to_row(case), ensure_ascii=False)


def _evidence_row(one: Evidence, place: int) -> dict[str, object]:
    row: dict[str, object] = {"article": one.article_id}
    if one.quote is not None:
        row["quote"] = one.quote
    return row if one.part == str(place + 1) else row | {"part": one.part}


def _files(paths: Iterable[Path], problems: list[Problem]) -> list[Path]:
    """The gold files of what was named, each once."""
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            within = sorted(path.rglob("*.jsonl"))
            if not within:
                problems.append(Problem(place=str(path), field="folder", what="holds no .jsonl file"))
        elif path.exists():
            within = [path]
        else:
            problems.append(Problem(place=str(path), field="file", what="does not exist"))
            continue
        for file in within:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _lines(path: Path, problems: list[Problem]) -> list[str]:
    """Split at line feeds only: questions may hold other line separators."""
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(place=str(path), field="file", what=f"cannot be read ({error})"))
        return []


class _Row:
    """A JSON object whose fields are taken one by one; what is wrong is collected."""

    def __init__(self, row: Mapping[str, object], place: str) -> None:
        self._row = dict(row)
        self._place = place
        self.problems: list[Problem] = []

    def wrong(self, name: str, what: str) -> None:
        self.problems.append(Problem(place=self._place, field=name, what=what))

    def has(self, name: str) -> bool:
        return self._row.get(name) is not None

    def take(self, name: str) -> object:
        return self._row.pop(name, None)

    def text(self, name: str) -> str | None:
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, f"is {_shown(value)}; it must be text")
            return None
        return value

    def listed(self, name: str) -> tuple[str, ...]:
        value = self.take(name)
        return () if value is None else self.texts(name, value)

    def texts(self, name: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            self.wrong(name, f"is {_shown(value)}; it must be a list of texts")
            return ()
        return tuple(value)

    def leftovers(self, known: str) -> None:
        for name in self._row:
            self.wrong(name, f"is not a field of a case; known: {known}")


_FIELDS = "id, question, turns, facts, never, short, evidence, answerable, tags, as_of, note"


def _case(line: str, place: str) -> GoldCase | list[Problem]:
    try:
        row = json.loads(line, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        return [Problem(place=place, field="line", what=f"is not JSON ({error})")]
    if not isinstance(row, dict):
        return [Problem(place=place, field="line", what=f"is {_shown(row)}; it must be a JSON object")]
    if re.search(r"[\ud800-\udfff]", json.dumps(row, ensure_ascii=False)):
        return [
            Problem(
                place=place, field="line", what="has half of a surrogate pair (\\ud800 to \\udfff), which is no text"
            )
        ]
    fields = _Row(row, place)
    id_ = _required(fields, "id")
    question = _question(fields, "question", _required(fields, "question"))
    turns = tuple(_question(fields, "turns", one) for one in fields.listed("turns"))
    facts = _facts(fields)
    never = fields.listed("never")
    if not all(map(read, never)):
        fields.wrong("never", f"{_shown(list(never))} has a wording without a word, figure or date")
    if never and not facts:
        fields.wrong("never", "is there without facts; say what a right answer states too")
    short = _short(fields)
    evidence = _evidence(fields)
    bare = not facts and not evidence and not any(p.field.startswith(("facts", "evidence")) for p in fields.problems)
    answerable = fields.take("answerable")
    if not isinstance(answerable, bool):
        fields.wrong("answerable", f"is {_shown(answerable)}; it must be true or false")
    elif answerable and bare:
        fields.wrong("facts", "are missing; an answerable case needs facts, evidence or both")
    elif not answerable and (facts or short or evidence):
        fields.wrong("answerable", "is false, yet there are facts, short answers or evidence")
    tags = fields.listed("tags")
    case = GoldCase(
        id=id_,
        question=question,
        turns=turns,
        facts=facts,
        never=never,
        short=short,
        evidence=evidence,
        answerable=answerable is True,
        tags=tags,
        as_of=_day(fields),
        note=fields.text("note"),
        place=place,
    )
    fields.leftovers(_FIELDS)
    return fields.problems or case


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):  # JSON lets the last one win, in silence.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{_shown(twice)} is there twice")
    return row


def _required(fields: _Row, name: str) -> str:
    if not fields.has(name):
        fields.wrong(name, "is missing")
    return fields.text(name) or ""


def _question(fields: _Row, name: str, text: str) -> str:
    if text:
        try:
            checked_question(text)
        except UserError as error:
            fields.wrong(name, str(error))
    return text


def _facts(fields: _Row) -> tuple[tuple[str, ...], ...]:
    value = fields.take("facts")
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong("facts", f"is {_shown(value)}; it must be a list of lists of accepted wordings")
        return ()
    facts = []
    for number, one in enumerate(value, 1):
        wordings = fields.texts(f"facts[{number}]", one)
        if one == []:
            fields.wrong(f"facts[{number}]", "has no accepted wording")
        if not all(map(read, wordings)):
            fields.wrong(f"facts[{number}]", f"{_shown(one)} has a wording without a word, figure or date")
        facts.append(wordings)
    return tuple(facts)


def _short(fields: _Row) -> tuple[str, ...]:
    answers = fields.listed("short")
    for answer in answers:
        if not normalise(answer):  # An empty answer would match it.
            fields.wrong("short", f"{_shown(answer)} is nothing but articles and punctuation")
    return answers


def _evidence(fields: _Row) -> tuple[Evidence, ...]:
    value = fields.take("evidence")
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong("evidence", f"is {_shown(value)}; it must be a list of objects with article and quote")
        return ()
    found = []
    for number, one in enumerate(value, 1):
        name = f"evidence[{number}]"
        if not isinstance(one, dict):
            fields.wrong(name, f"is {_shown(one)}; it must be an object with article and quote")
            continue
        texts = {key: one.get(key) for key in ("article", "quote", "part")}
        for key, text in texts.items():
            if not (isinstance(text, str) and text.strip()) and (key == "article" or text is not None):
                fields.wrong(f"{name}.{key}", f"is {_shown(text)}; it must be text")
        for key in one.keys() - texts.keys():
            fields.wrong(f"{name}.{key}", "is not a field of evidence; known: article, quote, part")
        article, quote, part = (text if isinstance(text, str) else None for text in texts.values())
        found.append(Evidence(article_id=article or "", quote=quote, part=part or str(number)))
    return tuple(found)


def _day(fields: _Row) -> date | None:
    text = fields.text("as_of")
    if text is None:
        return None
    try:
        day: date | None = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # Python also reads 20220306 and 2022-W09-7.
        fields.wrong("as_of", f"is {_shown(text)}; it must be a day as YYYY-MM-DD")
    return day


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
