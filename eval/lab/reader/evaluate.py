"""Compare readers on the same exams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from eval.lab.reader import exams
from eval.lab.reader.exams import Exam
from eval.lab.reader.features import Windows, load_tokenizer
from eval.lab.reader.figures import Calibration, Figures, Refused, calibrated, figures, refused_at
from eval.lab.reader.network import load_reader
from eval.lab.reader.readings import Reading, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Results of one reader: figures by exam, calibration of the window logit, and refusals by exam."""

    figures: dict[str, Figures]
    calibration: Calibration
    refused: dict[str, Refused]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Convert the result of `as_json` back."""
        return cls(
            figures={name: Figures(**found) for name, found in record["figures"].items()},
            calibration=Calibration(**record["calibration"]),
            refused={name: Refused(**found) for name, found in record["refused"].items()},
        )

    def as_json(self) -> dict[str, object]:
        """Return all figures by name."""
        return asdict(self)


def evaluate(weights: Path, sets: Sequence[Exam], encoder: Path | None, note: Callable[[str], None]) -> Evaluation:
    """Evaluate weights on every exam; the first one sets the threshold for all."""
    reader, windows = load_reader(weights, encoder=encoder).eval(), Windows(load_tokenizer(encoder))
    found: dict[str, Figures] = {}
    read_so_far: dict[str, list[Reading]] = {}
    for exam in sets:
        read_so_far[exam.name] = read(reader, exam.examples, windows)
        found[exam.name] = figures(exam, read_so_far[exam.name])
        note(f"{weights.name}: {exam.name}: {found[exam.name]}")
    first = sets[0]
    calibration = calibrated(
        [reading.answerable for reading in read_so_far[first.name]], [example.answerable for example in first.examples]
    )
    refused = {
        exam.name: refused_at(
            calibration.threshold,
            [reading.answerable for reading in read_so_far[exam.name]],
            [example.answerable for example in exam.examples],
        )
        for exam in sets
    }
    return Evaluation(figures=found, calibration=calibration, refused=refused)


def all_exams(data: Path, bench: Path, *, most: int | None, forms: int = 60) -> list[Exam]:
    """Return the threshold articles, the held-out sets, and synthetic documents, in this order."""
    sets = [
        exams.for_thresholds(data),
        exams.squad_odd_half(bench),
        exams.natural_questions(data),
        exams.written_held_out(load_tokenizer()),
    ]
    return [exam.sample(most) if most else exam for exam in sets] + exams.forms_of_documents(data, each=forms)


def table(results: Mapping[str, Evaluation]) -> str:
    """Format a Markdown table with a row for each exam and measure, and a column for each reader."""
    lines = ["| exam | measure | " + " | ".join(results) + " |", "|---|---|" + "---|" * len(results)]
    first = next(iter(results.values()))
    for exam, one in first.figures.items():
        for measure in ("f1", "exact", "first", "auc_answerable", "auc_sentence", "auc_span"):
            values = [getattr(result.figures[exam], measure) for result in results.values()]
            if all(value is not None for value in values):
                cells = " | ".join(f"{value:.3f}" for value in values)
                lines.append(f"| {exam} ({one.answerable} of {one.examples}) | {measure} | {cells} |")
    return "\n".join(lines)
