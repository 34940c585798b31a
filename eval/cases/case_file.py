"""Read gold files: one case a line, in JSON; every mistake is reported with file, line and field.

The schema is `CaseRow`; `docs/gold.schema.json` is the JSON schema of a line, written by
`python -m eval.cases.case_file`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.config import with_config
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # Pydantic requires this one before Python 3.12.

from assistant.chain.assistant import checked_question
from assistant.language.values import read
from eval.cases.case import Evidence, GoldCase
from eval.cases.short_answers import normalise
from index.errors import UserError, reason_of

SHOWN_PROBLEMS = 5
"""Problems that an error lists; the rest is counted."""

Text = Annotated[str, Field(pattern=r"\S")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(date.fromisoformat)]
STRICT = ConfigDict(strict=True, extra="forbid", use_attribute_docstrings=True)


@with_config(STRICT)
class EvidenceRow(TypedDict):
    """Where the articles state the answer."""

    article: Text
    """The article's id."""
    quote: NotRequired[Text | None]
    """Its words to the letter; without them the whole article is meant."""
    part: NotRequired[Text | None]
    """Pieces with one label are alternatives; by default the piece's number."""


@with_config(STRICT)
class CaseRow(TypedDict):
    """A gold case, as a line of a gold file has it."""

    id: Text
    """Unique over all files of a run."""
    question: Text
    """What is asked."""
    turns: NotRequired[list[Text] | None]
    """Earlier questions of the same conversation, oldest first."""
    facts: NotRequired[list[Annotated[list[Text], Field(min_length=1)]] | None]
    """What a right answer states: a list of facts, each a list of accepted wordings."""
    never: NotRequired[list[Text] | None]
    """What an answer must not state beside the facts."""
    short: NotRequired[list[Text] | None]
    """Accepted short answers, for exact match and token F1."""
    reference: NotRequired[Text | None]
    """A right answer in prose; only a judge compares it."""
    evidence: NotRequired[list[EvidenceRow] | None]
    """Where the articles state it."""
    answerable: bool
    """Whether the articles answer the question; where they do not, refusing is right."""
    group: NotRequired[Text | None]
    """Cases of one group are no independent evidence, such as paraphrases of one question."""
    tags: NotRequired[list[Text] | None]
    """Slices of the gold set that are reported apart."""
    as_of: NotRequired[Day | None]
    """The day on which the case was last known to be right, as YYYY-MM-DD."""
    note: NotRequired[Text | None]
    """For people; never scored."""


_FORM: TypeAdapter[CaseRow] = TypeAdapter(CaseRow)
_MAYBE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_TEXT, _TEXTS = "text", "a list of texts"
_EXPECTED: Mapping[tuple[str, ...], str] = {
    ("id",): _TEXT,
    ("question",): _TEXT,
    ("turns",): _TEXTS,
    ("facts",): "a list of lists of accepted wordings",
    ("facts", "[]"): _TEXTS,
    ("never",): _TEXTS,
    ("short",): _TEXTS,
    ("reference",): _TEXT,
    ("group",): _TEXT,
    ("evidence",): "a list of objects with article and quote",
    ("evidence", "[]"): "an object with article and quote",
    **{("evidence", "[]", name): _TEXT for name in EvidenceRow.__annotations__},
    ("answerable",): "true or false",
    ("tags",): _TEXTS,
    ("as_of",): "a day as YYYY-MM-DD",
    ("note",): _TEXT,
}
"""What each field must be, in words; a mistake in a list of texts is reported for the whole list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A mistake in a line of a gold file."""

    place: str
    """File and line."""
    field: str
    what: str

    def __str__(self) -> str:
        """For a person."""
        return f"{self.place}: {self.field}: {self.what}"


class GoldInvalid(UserError):
    """Gold files are unreadable or malformed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - SHOWN_PROBLEMS
        shown = "; ".join(map(str, problems[:SHOWN_PROBLEMS])) + (f"; and {more} more" if more > 0 else "")
        super().__init__(f"{shown} (docs/gold.md describes the form)")


def load_gold(paths: Iterable[Path]) -> tuple[GoldCase, ...]:
    """Read the cases of gold files, and of all `*.jsonl` in folders, in the order of the files.

    Raises:
        GoldInvalid: files are missing, unreadable, or have malformed lines; all are listed with file, line and field.
        UserError: there is no case at all.
    """
    cases, problems = read_gold(paths)
    if problems:
        raise GoldInvalid(problems)
    if not cases:
        raise UserError(
            f"no gold cases in {', '.join(map(str, paths))}",
            "write one with `assistant eval add`, or name another file",
        )
    return cases


def read_gold(paths: Iterable[Path]) -> tuple[tuple[GoldCase, ...], tuple[Problem, ...]]:
    """Read gold as `load_gold` does, and return the problems beside the valid cases."""
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
    """Read cases from lines, and return the problems beside the valid cases.

    Args:
        lines: place (file and line, for messages) and text of each.
    """
    cases: dict[str, GoldCase] = {}
    problems: list[Problem] = []
    for place, line in lines:
        try:
            case = _case(line, place)
        except GoldInvalid as error:
            problems += error.problems
            continue
        if case.id in cases:
            twice = f"{case.id!r} is also the id of {cases[case.id].place}; ids are unique over all files"
            problems.append(Problem(place=place, field="id", what=twice))
        else:
            cases[case.id] = case
    return tuple(cases.values()), tuple(problems)


def gold_schema() -> dict[str, object]:
    """Return the JSON schema of a line."""
    return _FORM.json_schema()


def case_of(row: CaseRow, place: str = "") -> GoldCase:
    """Convert a valid row to a case."""
    return GoldCase(
        id=row["id"],
        question=row["question"],
        turns=tuple(row.get("turns") or ()),
        facts=tuple(tuple(fact) for fact in row.get("facts") or ()),
        never=tuple(row.get("never") or ()),
        short=tuple(row.get("short") or ()),
        reference=row.get("reference"),
        group=row.get("group"),
        evidence=tuple(
            Evidence(article_id=one["article"], quote=one.get("quote"), part=one.get("part") or str(number))
            for number, one in enumerate(row.get("evidence") or (), 1)
        ),
        answerable=row["answerable"],
        tags=tuple(row.get("tags") or ()),
        as_of=row.get("as_of"),  # type: ignore[arg-type] # A date by now, out of the text that the type names.
        note=row.get("note"),
        place=place,
    )


def _files(paths: Iterable[Path], problems: list[Problem]) -> list[Path]:
    """List the distinct gold files of files and folders."""
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
    """Read lines, split at line feeds only: questions may contain other separators."""
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(place=str(path), field="file", what=f"cannot be read ({reason_of(error)})"))
        return []


def _case(line: str, place: str) -> GoldCase:
    row = _object(line, place)
    try:
        case = case_of(_FORM.validate_python(row), place)
    except ValidationError as error:
        found = {one.field: one for one in (_problem(detail, row, place) for detail in error.errors())}
        raise GoldInvalid(list(found.values())) from None
    problems = [Problem(place=place, field=field, what=what) for field, what in _contradictions(case)]
    if problems:
        raise GoldInvalid(problems)
    return case


def _object(line: str, place: str) -> dict[str, object]:
    """Parse the JSON object of a line; refuses duplicate names and lone surrogates."""
    what = "it must be a JSON object"
    try:
        row = json.loads(line, object_pairs_hook=_unique)
        if isinstance(row, dict):
            if not _MAYBE_SURROGATE.search(line) or not re.search("[\ud800-\udfff]", _json(row)):
                return row
            what = "has half of a surrogate pair (\\ud800 to \\udfff), which is no text"
        else:
            what = f"is {_shown(row)}; {what}"
    except (ValueError, RecursionError) as error:
        what = f"is not JSON ({error})"
    raise GoldInvalid([Problem(place=place, field="line", what=what)])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):  # Python's JSON silently keeps the last one.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{_shown(twice)} is there twice")
    return row


def _problem(error: ErrorDetails, row: Mapping[str, object], place: str) -> Problem:
    """Describe what is wrong with a field."""
    path = error["loc"]
    if error["type"] == "extra_forbidden":
        whole, form = ("evidence", EvidenceRow) if len(path) > 1 else ("a case", CaseRow)
        what = f"is not a field of {whole}; known: {', '.join(form.__annotations__)}"
        return Problem(place=place, field=_name(path), what=what)
    while _kind(path) not in _EXPECTED:
        path = path[:-1]
    value: object = row
    for key in path:
        value = value.get(key) if isinstance(value, dict) else value[key]  # type: ignore[index]
    if error["type"] == "too_short":
        what = "has no accepted wording"
    elif value is None:
        what = f"is missing; it must be {_EXPECTED[_kind(path)]}"
    else:
        what = f"is {_shown(value)}; it must be {_EXPECTED[_kind(path)]}"
    return Problem(place=place, field=_name(path), what=what)


def _kind(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple("[]" if isinstance(key, int) else key for key in path)


def _name(path: Sequence[str | int]) -> str:
    """Format the name of a field, as "evidence[2].quote"."""
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def _contradictions(case: GoldCase) -> Iterator[tuple[str, str]]:
    """Yield valid fields that mean nothing or contradict each other, with what is wrong."""
    for name, question in [("question", case.question), *(("turns", turn) for turn in case.turns)]:
        try:
            checked_question(question)
        except UserError as error:
            yield name, error.message
    for name, wordings in [*((f"facts[{n}]", fact) for n, fact in enumerate(case.facts, 1)), ("never", case.never)]:
        if not all(map(read, wordings)):
            yield name, f"{_shown(wordings)} has a wording without a word, figure or date"
    if case.never and not case.facts:
        yield "never", "is there without facts; say what a right answer states too"
    for answer in case.short:
        if not normalise(answer):  # An empty answer would match it.
            yield "short", f"{_shown(answer)} is nothing but articles and punctuation"
    if case.answerable and not (case.facts or case.evidence or case.reference):
        yield "facts", "are missing; an answerable case needs facts, evidence or a reference"
    elif not case.answerable and (case.facts or case.short or case.evidence or case.reference):
        yield "answerable", "is false, yet there are facts, short answers, evidence or a reference"


def _shown(value: object) -> str:
    try:
        text = _json(value)
    except RecursionError:  # Reading JSON goes a little deeper than writing it.
        text = "nested too deep to be shown"
    return text if len(text) <= 60 else text[:57] + "…"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


if __name__ == "__main__":
    print(json.dumps(gold_schema(), ensure_ascii=False, indent=1))
