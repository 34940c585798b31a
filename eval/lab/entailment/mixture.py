"""Mix the pairs of one training pass."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.lab.entailment.making.edits import attributed, edited
from eval.lab.entailment.making.invented import invented
from eval.lab.entailment.making.lexicon import Lexicon
from eval.lab.entailment.making.questions import claims_of
from eval.lab.entailment.pairs import PAIR_FILES, Label, Pair, read_pairs
from eval.lab.reader.examples import is_for_thresholds, read_rows, sentence_spans
from eval.lab.written.documents import read_documents

READING_FILES = ("squad1_part", "squad2_part", "squadshifts_wiki", "nq_part", "qed_part", "quoref_part", "qamr")
"""Reading files whose questions and sentences are made into pairs."""
LENGTHS = range(40, 280)
"""Characters of sentences that are edited."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Numbers of sources from which a pass makes pairs of its own; most of them give two or three pairs."""

    invented: int = 17000
    questions: int = 5000
    edited: int = 9000
    edited_written: int = 9000
    attributed: int = 3500


def public_pairs(folder: Path, *, held_out: bool, rng: random.Random | None = None) -> Iterator[Pair]:
    """Yield the pairs of the files that are, or are not, held out; with `rng`, the share that a pass takes."""
    for name, share in PAIR_FILES.items():
        for pair in read_pairs(folder / f"{name}.jsonl.gz"):
            if pair.held_out == held_out and (rng is None or rng.random() < share):
                yield pair


def made_pairs(folder: Path, lexicon: Lexicon, counts: Counts, *, seed: int) -> Iterator[Pair]:
    """Yield the pairs that are made by program."""
    rng = random.Random(f"made {seed}")
    rows = [
        row
        for name in READING_FILES
        for row in read_rows(folder / f"{name}.jsonl.gz")
        if row.answers and not is_for_thresholds(row)
    ]
    for row in rng.sample(rows, k=min(counts.questions, len(rows))):
        yield from claims_of(row, lexicon, rng)
    texts = sorted({row.context for row in rows if len(row.context) < 3000})
    written = [document.text for document in read_documents() if not document.held_out]
    for text in [*_drawn(texts, counts.edited, rng), *_drawn(written, counts.edited_written, rng)]:
        if sentences := sentences_to_edit(text):
            yield from edited(sentences, lexicon, rng)
    for text in _drawn(texts, counts.attributed, rng):
        if sentences := sentences_to_edit(text):
            at = rng.randrange(len(sentences))
            around = sentences[at - 1] if at and rng.random() < 0.5 else ""
            yield from attributed(sentences[at], around, rng)
    for _ in range(counts.invented):
        yield from invented(rng)


def written_pairs(*, held_out: bool) -> Iterator[Pair]:
    """Yield the pairs of the documents that were written for training and are, or are not, held out."""
    for document in read_documents():
        for claim in document.claims if document.held_out == held_out else ():
            yield Pair(
                kind=f"written {'true' if claim.supported else claim.kind}",
                claim=claim.text,
                evidence=" ".join(text.strip() for text in claim.evidence),
                # What leaves out a doubt or a condition is contradicted to some and not said to others.
                label=Label.SUPPORTED if claim.supported else Label.NOT_SUPPORTED,
            )


def _drawn(texts: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.choices(texts, k=count)


def sentences_to_edit(text: str) -> list[str]:
    """The sentences of a text that are neither short nor long, and whole."""
    found = (text[start:end] for start, end in sentence_spans(text))
    return [one for one in found if len(one) in LENGTHS and one[-1] == "." and one[0].isupper()]


def mixed(folder: Path, lexicon: Lexicon, counts: Counts, *, seed: int) -> list[Pair]:
    """Mix one pass; pairs made by program are kept out of it by the same rule as the files' (`Pair.held_out`)."""
    made = [pair for pair in made_pairs(folder, lexicon, counts, seed=seed) if not pair.held_out]
    public = public_pairs(folder, held_out=False, rng=random.Random(f"files {seed}"))
    return [*public, *made, *written_pairs(held_out=False)]
