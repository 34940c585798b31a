"""Exams of readers: questions with a paragraph, reference answers, and whether they are answerable."""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from eval.cases.short_answers import normalise
from eval.lab.reader.examples import Example, Row, is_for_thresholds, plain_example, read_rows
from eval.lab.reader.making import forms, lists, records
from eval.lab.reader.making.values import values_from
from eval.lab.reader.making.written import WrittenWindows
from eval.lab.written.documents import read_documents


@dataclass(frozen=True, kw_only=True, slots=True)
class Exam:
    """Examples, each with the references of its short answer, if any."""

    name: str
    examples: tuple[Example, ...]
    references: tuple[tuple[str, ...], ...]

    def sample(self, most: int) -> "Exam":
        """Sample at most `most` examples, by the SHA-256 of question and first block."""

        def key(number: int) -> str:
            example = self.examples[number]
            return hashlib.sha256("\n".join((example.question, *example.blocks[:1])).encode()).hexdigest()

        kept = sorted(sorted(range(len(self.examples)), key=key)[:most])
        return Exam(
            name=self.name,
            examples=tuple(self.examples[number] for number in kept),
            references=tuple(self.references[number] for number in kept),
        )


def _exam(name: str, rows: Sequence[Row]) -> Exam:
    return Exam(
        name=name,
        examples=tuple(plain_example(row) for row in rows),
        references=tuple(tuple(dict.fromkeys(row.texts)) for row in rows),
    )


def threshold_rows(data: Path) -> list[Row]:
    """Read the rows of the articles reserved for thresholds."""
    return [row for row in read_rows(data / "squad2_dev_even.jsonl.gz") if is_for_thresholds(row)]


def for_thresholds(data: Path) -> Exam:
    """Load the articles of SQuAD 2.0 dev's even half that are reserved for thresholds."""
    return _exam("squad2_dev_even, six articles", threshold_rows(data))


def natural_questions(data: Path) -> Exam:
    """Load Natural Questions with their paragraph, or with a near one that does not answer."""
    return _exam("nq_heldout", read_rows(data / "nq_heldout.jsonl.gz"))


def squad_odd_half(bench: Path) -> Exam:
    """Load the odd half of SQuAD 2.0 dev, each question with the paragraph that it was written about.

    The benchmark has the texts of the references but not their offsets, so each sentence that contains one counts.
    """
    paragraphs = {record["id"]: record for record in _lines(bench / "squad2_dev" / "corpus.jsonl")}
    articles = sorted({str(name).split("#")[0] for name in paragraphs})
    odd = set(articles[1::2])
    rows = []
    for record in _lines(bench / "squad2_dev" / "queries.jsonl"):
        paragraph = paragraphs[record["context_id"]]
        if str(record["context_id"]).split("#")[0] in odd:
            rows.append(_placed(str(record["question"]), paragraph, record["answers"]))
    return _exam("squad2_dev, odd half", rows)


def written_held_out(tokenizer: Tokenizer) -> Exam:
    """Make an exam of the written documents that are kept out of training, in windows as the assistant reads them."""
    made = tuple(WrittenWindows([one for one in read_documents() if one.held_out], tokenizer).one_each())
    return Exam(name="written, held out", examples=made, references=tuple(map(_reference, made)))


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield json.loads(line)


def _placed(question: str, paragraph: dict[str, object], answers: object) -> Row:
    text = str(paragraph["text"])
    places = []
    for answer in answers if isinstance(answers, list) else ():
        start = text.find(answer)
        while start >= 0:
            places.append((start, start + len(answer)))
            start = text.find(answer, start + 1)
    return Row(source="bench", title=str(paragraph["title"]), question=question, context=text, answers=tuple(places))


def forms_of_documents(data: Path, *, each: int = 60, seed: str = "exam") -> list[Exam]:
    """Make synthetic documents from rows reserved for thresholds: an exam for each form.

    The templates are those of training, so this measures whether a form was learned, not whether it generalises.
    """
    rows = [row for row in threshold_rows(data) if row.answers]
    values = values_from([*rows, *read_rows(data / "nq_heldout.jsonl.gz")])
    makers: dict[str, Callable[[random.Random], Example]] = {
        "tables": lambda rng: records.table(values, rng),
        "statements": lambda rng: records.statements(values, rng),
        "superseded and denied": lambda rng: records.superseded(values, rng),
        "lists": lambda rng: lists.list_of_items(values, rng),
        "steps": lambda rng: lists.steps(values, rng),
        "minutes, e-mail, reports": lambda rng: forms.letterhead(rng.choice(rows), values, rng),
        "furniture": lambda rng: forms.with_furniture(rng.choice(rows), values, rng),
        "speaker turns": lambda rng: forms.speaker_turns(rng.choice(rows), values, rng),
    }
    exams = []
    for name, make in makers.items():
        rng = random.Random(f"{seed} {name}")
        made = [make(rng) for _ in range(each)]
        exams.append(Exam(name=name, examples=tuple(made), references=tuple(map(_reference, made))))
    return exams


def _reference(example: Example) -> tuple[str, ...]:
    span = example.span
    if span is None or span.first != span.last:
        return ()
    text = example.blocks[span.first][span.start : span.end]
    return (text,) if normalise(text) else ()
