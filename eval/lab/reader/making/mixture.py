"""Mix the examples of one training pass: shares of kinds, and their order."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.lab.reader.examples import Example, Row, is_for_thresholds, plain_example, read_rows
from eval.lab.reader.making import forms, lists, negatives, records
from eval.lab.reader.making.lines import asked_plainly
from eval.lab.reader.making.neighbours import Neighbours
from eval.lab.reader.making.templates import HEADINGS
from eval.lab.reader.making.values import MONTHS, Values, values_from

READING_FILES = {
    "squad2_dev_even": 1.0, "squad2_part": 1.0, "squad1_part": 1.0, "squadshifts_wiki": 1.0, "nq_part": 1.0,
    "qed_part": 1.0, "covid_qa": 1.0, "quoref_part": 1.0, "qamr": 0.35, "squadshifts_amazon": 0.3,
    "squadshifts_reddit": 0.3,
}  # fmt: skip
"""Files to train on, with the share of answerable rows that a pass takes unchanged."""

WITHOUT_HEAD = 0.25
"""Share of windows without a head: else their titles tell the network what it may answer, instead of their text."""

LONGEST_PROSE = 1500
"""Characters of a paragraph from which others are made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """Examples of each kind in a pass, as a share of the unchanged rows."""

    unanswerable: int = 2
    """Times that each human-written unanswerable question is taken."""
    near: float = 0.22
    elsewhere: float = 0.16
    altered: float = 0.26
    taken_out: float = 0.12
    renamed: float = 0.08
    question_pages: float = 0.08
    furniture: float = 0.08
    about_furniture: float = 0.02
    letterheads: float = 0.09
    threads: float = 0.04
    speaker_turns: float = 0.03
    listed: float = 0.03
    tables: float = 0.10
    statements: float = 0.07
    superseded: float = 0.08
    lists: float = 0.06
    steps: float = 0.04


def read_folder(folder: Path, names: Sequence[str] = tuple(READING_FILES)) -> dict[str, list[Row]]:
    """Read the rows of each reading file, without the articles reserved for thresholds."""
    return {
        name: [row for row in read_rows(folder / f"{name}.jsonl.gz") if not is_for_thresholds(row)] for name in names
    }


def mixed(
    files: Mapping[str, Sequence[Row]],
    written: Sequence[Example] = (),
    *,
    seed: int,
    shares: Shares,
    most: int | None = None,
) -> list[Example]:
    """Mix one pass in a fixed order, with each kind spread evenly, so that any first part is a fair sample.

    Args:
        files: rows by file.
        written: examples of the documents that were written for training, with heads of their own.
        seed: of every draw.
        shares: of each kind.
        most: number of examples at most.
    """
    rng = random.Random(f"mixture {seed}")
    rows = [row for found in files.values() for row in found]
    taken = [row for row in rows if row.answers and rng.random() < READING_FILES.get(row.source, 1.0)]
    values, pool = values_from(rows), negatives.pools(rows)
    neighbours = {name: Neighbours([row.context for row in found]) for name, found in files.items()}
    titles = {row.context: row.title for row in rows if len(row.context) < LONGEST_PROSE}
    makers = _makers(taken, values, pool, neighbours, titles)
    made: list[Example] = [plain_example(row) for row in taken]
    unanswerable = [plain_example(row, kind="unanswerable") for row in rows if not row.answers]
    made += unanswerable * shares.unanswerable
    for name, make in makers.items():
        made += _made(make, round(getattr(shares, name) * len(taken)), random.Random(f"{name} {seed}"))
    made = [*(dressed(example, rng) for example in made), *written]
    rng.shuffle(made)
    return made[:most]


Maker = Callable[[random.Random], Example | None]


def _made(make: Maker, count: int, rng: random.Random) -> Iterator[Example]:
    """Yield `count` examples, or fewer if most attempts fail."""
    tries = 0
    while count > 0 and tries < 20 * count + 100:
        tries += 1
        if (example := make(rng)) is not None:
            count, tries = count - 1, 0
            yield example


def _makers(
    rows: Sequence[Row],
    values: Values,
    pool: negatives.Pools,
    neighbours: Mapping[str, Neighbours],
    titles: Mapping[str, str],
) -> dict[str, Maker]:
    prose = [row for row in rows if row.source not in {"covid_qa"} and len(row.context) < LONGEST_PROSE]
    pages: dict[tuple[str, str], list[Row]] = defaultdict(list)
    titled = [row for row in prose if row.title and not row.title.startswith(("Amazon Reviews", "Filtered Reddit"))]
    for row in titled:
        pages[(row.source, row.title)].append(row)
    groups = [group for group in pages.values() if len(group) >= 3]

    def near(rng: random.Random) -> Example | None:
        row = rng.choice(rows)
        return negatives.near(row, neighbours[row.source], rng)

    everything = Neighbours(list(titles))

    def elsewhere(rng: random.Random) -> Example | None:
        row = rng.choice(prose)
        return negatives.elsewhere(row, titles, everything.nearest(row.question, 30), rng)

    def question_page(rng: random.Random) -> Example | None:
        group = rng.sample(rng.choice(groups), k=3) if rng.random() < 0.4 else _some(rng.choice(groups), rng)
        return forms.question_page(group, rng.randrange(len(group)), rng, left_out=rng.random() < 0.25)

    return {
        "near": near,
        "elsewhere": elsewhere,
        "altered": lambda rng: negatives.altered(rng.choice(rows), pool, rng),
        "taken_out": lambda rng: negatives.taken_out(rng.choice(rows)),
        "renamed": lambda rng: negatives.renamed(rng.choice(prose), pool, rng),
        "question_pages": question_page,
        "furniture": lambda rng: forms.with_furniture(_perhaps_moved(rng.choice(prose), prose, rng), values, rng),
        "about_furniture": lambda rng: forms.about_furniture(rng.choice(prose), values, rng),
        "letterheads": lambda rng: forms.letterhead(rng.choice(prose), values, rng),
        "threads": lambda rng: forms.thread(rng.sample(titled, k=rng.randint(2, 3)), values, rng),
        "speaker_turns": lambda rng: forms.speaker_turns(rng.choice(prose), values, rng),
        "listed": lambda rng: forms.listed(rng.choice(prose), rng),
        "tables": lambda rng: records.table(values, rng),
        "statements": lambda rng: records.statements(values, rng),
        "superseded": lambda rng: records.superseded(values, rng),
        "lists": lambda rng: lists.list_of_items(values, rng),
        "steps": lambda rng: lists.steps(values, rng),
    }


def _some(group: Sequence[Row], rng: random.Random) -> list[Row]:
    return rng.sample(group, k=min(len(group), rng.randint(3, 6)))


def _perhaps_moved(row: Row, rows: Sequence[Row], rng: random.Random) -> Row:
    """Return the row, or one time in four its question with another row's context, which does not answer."""
    if rng.random() < 0.75:
        return row
    other = rng.choice(rows)
    if any(text in other.context for text in row.texts) or other.title == row.title:
        return row
    return replace(row, context=other.context, answers=(), title=other.title)


def dressed(example: Example, rng: random.Random) -> Example:
    """Vary the head of an example (date, headings), and now and then its question as in a search box."""
    header = "" if example.header.startswith(("Amazon Reviews", "Filtered Reddit")) else example.header
    if rng.random() < 0.25:
        day, month = rng.randint(1, 28), rng.randint(1, 12)
        year = rng.randint(1998, 2026)
        header = " | ".join(
            filter(None, (header, rng.choice((f"{year}-{month:02}-{day:02}", f"{day} {MONTHS[month - 1]} {year}"))))
        )
    if rng.random() < 0.2:
        header = " | ".join(filter(None, (header, rng.choice(HEADINGS))))
    if rng.random() < WITHOUT_HEAD:
        header = ""
    question = asked_plainly(example.question, rng) if rng.random() < 0.4 else example.question
    return replace(example, header=header, question=question)
