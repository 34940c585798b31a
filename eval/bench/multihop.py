"""Compare ways of searching for multi-hop questions.

    python -m eval.bench.multihop FOLDER

prints recall@10 of a test set's relevant documents, by half: searched as asked, split into parts by rule, with a
second search, and both. The parts' results are interleaved.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

from assistant.question.splitting import split_parts
from assistant.retrieval.second_search import search_twice
from eval.bench.observe import document_of
from eval.bench.sets import BenchQuestion, load_set
from eval.bench.tables import HALVES, print_table
from eval.measures.formulas import recall
from eval.runs.indexes import bench_engine
from index.errors import UserError
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage, Retrieved

PLACES = 10

Way = Callable[[EmbeddedSearch, str], Sequence[Passage]]
"""Retrieves passages for a question, best first."""


def as_asked(engine: EmbeddedSearch, question: str) -> Sequence[Passage]:
    """Search once."""
    return engine.search(question, k=PLACES, filters=Filters()).passages


def second_search(engine: EmbeddedSearch, question: str) -> Sequence[Passage]:
    """Search again if words or names of the question are unmet."""

    def search(one: str, k: int) -> Retrieved:
        return engine.search(one, k=k, filters=Filters())

    return search_twice(question, PLACES, search, engine.idf).passages


def in_parts(way: Way) -> Way:
    """Search each part of a question by `way`, and interleave the results."""

    def parted(engine: EmbeddedSearch, question: str) -> Sequence[Passage]:
        rows = zip_longest(*(way(engine, part) for part in split_parts(question)))
        return [passage for row in rows for passage in row if passage is not None]

    return parted


WAYS: dict[str, Way] = {
    "as asked": as_asked,
    "in parts": in_parts(as_asked),
    "second search": second_search,
    "in parts, second search": in_parts(second_search),
}


def evidence_recall(asked: BenchQuestion, passages: Sequence[Passage]) -> float:
    """Compute recall@10 of a question's relevant documents."""
    relevant = [document for document, grade in asked.relevant.items() if grade > 0]
    return recall(relevant, list(dict.fromkeys(document_of(passage.article) for passage in passages)), PLACES)


def measure(folder: Path, *, limit: int | None = None) -> dict[str, dict[str, list[float]]]:
    """Compute the evidence recall of each question, by way and half.

    Args:
        folder: of the test set.
        limit: most questions of each half; None for all.
    """
    bench = load_set(folder)
    with bench_engine(bench) as engine:
        halves = {
            half: [q for q in bench.half(development=kind) if any(g > 0 for g in q.relevant.values())][:limit]
            for half, kind in HALVES.items()
        }
        return {
            name: {half: [evidence_recall(q, way(engine, q.text)) for q in asked] for half, asked in halves.items()}
            for name, way in WAYS.items()
        }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.multihop", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="corpus.jsonl, queries.jsonl and qrels.tsv")
    parser.add_argument("--limit", type=int, help="questions of each half at most")
    arguments = parser.parse_args()
    try:
        found = measure(arguments.folder, limit=arguments.limit)
    except UserError as error:
        sys.exit(f"eval.bench.multihop: {error}")
    print_table(arguments.folder.name, {f"recall@10 {name}": values for name, values in found.items()})


if __name__ == "__main__":
    main()
