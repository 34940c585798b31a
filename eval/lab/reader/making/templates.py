"""Load templates of synthetic documents: fields of things, their questions, and their statements."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a thing: its labels, kind of value, questions and statements."""

    labels: tuple[str, ...]
    kind: str
    questions: tuple[str, ...]
    statements: tuple[str, ...]

    @classmethod
    def of(cls, table: dict[str, Any]) -> Self:
        """Make a field from a table of `templates.toml`."""
        return cls(
            labels=tuple(table["labels"]),
            kind=table["kind"],
            questions=tuple(table["questions"]),
            statements=tuple(table.get("statements", ())),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form of document with head lines, such as minutes; `subject` fills {e} in its fields' questions."""

    name: str
    subject: tuple[str, ...]
    titles: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListKind:
    """A sort of list: its lead, and the questions for its items."""

    lead: str
    questions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """Statements of an old and a new value, in one sentence and in two, and of a negated value."""

    in_one_sentence: tuple[str, ...]
    in_two_sentences: tuple[tuple[str, str], ...]
    denied: tuple[str, ...]


_FOUND = tomllib.loads((Path(__file__).parent / "templates.toml").read_text("utf-8"))

HEADINGS: tuple[str, ...] = tuple(_FOUND["headings"])
OPPOSITES: dict[str, str] = dict(pair.split() for pair in _FOUND["opposites"])
PREFIXES: tuple[str, ...] = tuple(_FOUND["prefixes"])
SUFFIXES: dict[str, tuple[str, ...]] = {name: tuple(found) for name, found in _FOUND["suffixes"].items()}
DOMAINS = {name: tuple(map(Field.of, fields)) for name, fields in _FOUND["domains"].items()}
"""Fields of things in tables, lists and sentences, by the sort of thing."""
FORMS = tuple(
    Form(
        name=form["name"],
        subject=tuple(form["subject"]),
        titles=tuple(form["titles"]),
        fields=tuple(map(Field.of, form["fields"])),
    )
    for form in _FOUND["forms"]
)
FURNITURE = tuple(map(Field.of, _FOUND["furniture"]))
"""Page furniture: lines around a text; the labels are whole lines."""
LATER = Later(
    in_one_sentence=tuple(_FOUND["later"]["in_one_sentence"]),
    in_two_sentences=tuple((first, second) for first, second in _FOUND["later"]["in_two_sentences"]),
    denied=tuple(_FOUND["later"]["denied"]),
)
LISTS = tuple(ListKind(lead=kind["lead"], questions=tuple(kind["questions"])) for kind in _FOUND["lists"]["kinds"])
NOUNS: tuple[str, ...] = tuple(_FOUND["lists"]["nouns"])
DEEDS: tuple[str, ...] = tuple(_FOUND["lists"]["deeds"])
STEPS: tuple[str, ...] = tuple(_FOUND["lists"]["steps"])
