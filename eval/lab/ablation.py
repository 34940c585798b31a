"""Measure what each hand-made rule of the reader is worth: `python -m eval.lab.ablation`.

The held-out ones of the documents written for training are asked all their questions, as one collection, once with
every rule and once without each. The network's reading does not change, so that each is read once.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from assistant.question.question import Question, analyse
from assistant.reading import extractive, leading, whole
from assistant.reading.extractive import ExtractiveReader, _Ranked
from assistant.reading.network import shared_network
from assistant.reading.reader import Reading
from assistant.reading.weights import load_weights
from eval.bench.sets import BenchQuestion
from eval.lab.fitting.fit import PASSAGES
from eval.lab.fitting.fit_joined import agree, short_answers, written_set
from eval.runs.indexes import bench_engine
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Retrieved, SearchEngine

_NOTHING = re.compile(r"(?!)")


def _never(*_: object, **__: object) -> bool:
    return False


def _empty(*_: object, **__: object) -> list[Any]:
    return []


def _none(*_: object, **__: object) -> None:
    return None


RULES: dict[str, tuple[object, str, object]] = {
    "names that no article has": (extractive, "unknown_names", _empty),
    "years that the passage lacks": (extractive, "of_another_year", _never),
    "sentences that lean on the one before": (extractive, "leans", _never),
    "later statements": (extractive, "_newer", _empty),
    "rivals of another date": (extractive, "_rivals", _never),
    "one quote for what is said twice": (extractive, "_says_the_same", _never),
    "whole lists": (whole, "_list", _empty),
    "whole tables": (whole, "_rows", _empty),
    "points in prose": (whole, "_points", _empty),
    "answers under questions": (whole, "_answer", _empty),
    "leads: whole figures, dates and names": (leading, "_whole", lambda text, start, end: (start, end)),
    "leads: nouns behind figures": (leading, "_with_nouns", lambda question, text, start, end: (start, end)),
    "leads: compared figures": (leading, "_compared", _none),
    "leads: another's": (leading, "_belongs_to_what_follows", _never),
    "leads: one of two joined by 'or', behind": (leading, "_OR_BEHIND", _NOTHING),
    "leads: one of two joined by 'or', before": (leading, "_OR_BEFORE", _NOTHING),
    "leads: 'all but', 'son of' before": (leading, "_TURNED_BEFORE", _NOTHING),
    "leads: denied in the sentence": (leading, "doubted", _never),
    "leads: denied by another sentence": (leading, "_denies", _never),
    "leads: planned or over": (leading, "_overtaken", _never),
    "leads: another value's label fits better": (leading, "_another_is_meant", _never),
    "leads: a name for who": (leading, "people", _empty),
    "leads: labels, days and years count nothing": (leading, "_counts_nothing", _never),
    "leads: a figure of something else": (leading, "_counts_another", _never),
}
"""Each rule with the module and name of what decides it, and what decides nothing in its place."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """What became of the questions."""

    right: int = 0
    """Answerable and answered with a sentence that answers."""
    refused: int = 0
    """Answerable and refused."""
    rightly_refused: int = 0
    leads: int = 0
    wrong_leads: int = 0
    quotes: int = 0
    """Sentences quoted, of answerable questions."""

    def row(self) -> str:
        """The numbers in columns."""
        numbers = (self.right, self.refused, self.rightly_refused, self.leads, self.wrong_leads, self.quotes)
        return "".join(f"{number:>12}" for number in numbers)


class KeptRankings(ExtractiveReader):
    """The reader, which reads each question once."""

    def __init__(self) -> None:
        super().__init__(load_weights(), network=shared_network())
        self._rankings: dict[str, _Ranked | None] = {}

    def _rank(self, question: Question, retrieved: Retrieved, engine: SearchEngine) -> _Ranked | None:
        if question.text not in self._rankings:
            self._rankings[question.text] = super()._rank(question, retrieved, engine)
        return self._rankings[question.text]


def tally(
    asked: Sequence[tuple[BenchQuestion, Retrieved]],
    read: Callable[[BenchQuestion, Retrieved], Reading],
    engine: EmbeddedSearch,
) -> Tally:
    """Read every question and count."""
    found = Tally()
    for question, retrieved in asked:
        reading = read(question, retrieved)
        if not question.answerable:
            found.rightly_refused += reading.reason is not None
            continue
        if reading.reason is not None:
            found.refused += 1
            continue
        texts = [
            engine.text(quote.article.article_id)[sentence.start : sentence.end]
            for quote in reading.quotes
            for sentence in quote.sentences
        ]
        found.quotes += len(texts)
        found.right += any(answer in text or text in answer for answer in question.answers for text in texts)
        lead = reading.quotes[0].lead
        short = short_answers()[question.id]
        if lead is not None and short:
            said = engine.text(reading.quotes[0].article.article_id)[slice(*lead)]
            found.leads += 1
            found.wrong_leads += not agree(said, short[0])
    return found


def rows() -> Iterator[str]:
    """Lines of the table, the one with all rules first."""
    bench = written_set()
    reader = KeptRankings()
    with bench_engine(bench) as engine:
        asked = [(one, engine.search(one.text, k=PASSAGES, filters=Filters())) for one in bench.questions]

        def read(question: BenchQuestion, retrieved: Retrieved) -> Reading:
            return reader.read(analyse(retrieved.question), retrieved, engine)

        answerable = sum(one.answerable for one in bench.questions)
        yield f"{answerable} answerable and {len(asked) - answerable} unanswerable questions"
        heads = ("right", "refused", "rightly ref.", "leads", "wrong leads", "sentences")
        yield f"{'':<46}{''.join(f'{head:>12}' for head in heads)}"
        yield f"{'every rule':<46}{tally(asked, read, engine).row()}"
        for name, (module, attribute, nothing) in RULES.items():
            with ExitStack() as stack:
                stack.enter_context(patch.object(module, attribute, nothing))
                yield f"{'without ' + name:<46}{tally(asked, read, engine).row()}"


def main() -> int:
    """Print the table; returns the exit code."""
    for row in rows():
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
