"""Measure BM25 by itself, over the index's own terms: `python -m eval.lab.words_alone FOLDER ...`.

Prints, for each public test set, the share of answerable questions whose best passage by BM25 is of a relevant
document. Chinese and Japanese have no spaces, so that this tells how well the index segments them.
"""

import sys
from pathlib import Path

from eval.bench.observe import document_of
from eval.bench.sets import BenchSet, load_set
from eval.runs.indexes import bench_engine


def recall_at_1(bench: BenchSet) -> float:
    """Share of the answerable questions whose best passage by BM25 is relevant."""
    asked = [question for question in bench.questions if question.answerable]
    with bench_engine(bench) as engine:
        snapshot = engine.snapshot
        found = 0
        for question in asked:
            best = snapshot.generation.text.search(engine.encode(question.text).stems, 1)
            rows = snapshot.chunks([chunk for chunk, _ in best])
            found += any(document_of(snapshot.articles[row.article]) in question.relevant for row in rows)
    return found / len(asked)


def main() -> None:
    """Measure each folder of the command line."""
    for folder in map(Path, sys.argv[1:]):
        print(f"{folder.name.ljust(16)} {recall_at_1(load_set(folder)):.3f}", flush=True)


if __name__ == "__main__":
    main()
