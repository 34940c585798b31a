"""Read the written documents (`*.jsonl` beside this module).

They were written for this project by a language model that saw neither the exams nor the project: ordinary documents of
many kinds about invented people and places, each with questions that it answers, near-topic questions that it does not,
and true and false claims about it.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.text.article import Sentence
from index.text.blocks import structure_of
from index.text.sentences import sentences_of

FOLDER = Path(__file__).parent
HELD_OUT = 6
"""One document in this many, by the SHA-256 of its title, is kept for thresholds and calibration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenQuestion:
    """A question about a document; `sentences` are the texts that answer it, none if nothing does."""

    text: str
    answer: str | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenClaim:
    """A claim with its evidence; `kind` tells how a false one is false."""

    text: str
    evidence: tuple[str, ...]
    supported: bool
    kind: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A written document."""

    title: str
    date: str
    text: str
    questions: tuple[WrittenQuestion, ...]
    claims: tuple[WrittenClaim, ...]

    @property
    def held_out(self) -> bool:
        """Whether it is kept for thresholds and never trained on."""
        return int(hashlib.sha256(self.title.encode()).hexdigest(), 16) % HELD_OUT == 0

    @cached_property
    def sentences(self) -> list[tuple[Sentence, str]]:
        """Each sentence with its heading path."""
        structure = structure_of(self.text)
        return [
            (sentence, structure.context(place))
            for place, block in enumerate(structure.blocks)
            for sentence in sentences_of(self.text, block)
        ]


def read_documents(folder: Path = FOLDER) -> list[Document]:
    """All documents, in the order of their files."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [_document(json.loads(line)) for line in lines]


def hashes(folder: Path = FOLDER) -> dict[str, str]:
    """SHA-256 of each file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.jsonl"))}


def _document(record: dict[str, object]) -> Document:
    questions, claims = record["q"], record["c"]
    assert isinstance(questions, list)
    assert isinstance(claims, list)
    return Document(
        title=str(record["title"]),
        date=str(record["date"] or ""),
        text=str(record["text"]),
        questions=tuple(
            WrittenQuestion(text=one["q"], answer=one["a"], sentences=tuple(one["s"])) for one in questions
        ),
        claims=tuple(
            WrittenClaim(text=one["c"], evidence=tuple(one["s"]), supported=one["l"] == "S", kind=one["k"])
            for one in claims
        ),
    )
