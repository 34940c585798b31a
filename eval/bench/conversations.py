"""Compare ways of query rewriting for the last turns of conversations.

    python -m eval.bench.conversations FOLDER

prints nDCG@10 and recall@10, by half, of a test set whose `queries.jsonl` has a "history" of turns (role "user" or
another, text): searched as asked, rewritten, and rewritten with a second search; and how many of its questions with
and without an answer are refused. The history's answers are the set's.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant.answer.answer import Status
from assistant.chain.assistant import MAX_QUESTION_CHARACTERS
from assistant.question.followups import Turn, in_conversation, stand_alone
from assistant.retrieval.second_search import search_twice
from eval.bench.bench import bench_assistant
from eval.bench.observe import document_of
from eval.bench.sets import BenchQuestion, load_set
from eval.bench.tables import HALVES, print_table
from eval.files import no_meter, silent
from eval.measures.formulas import ndcg, recall
from eval.runs.indexes import bench_engine
from index.errors import UserError
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage, Retrieved

DEPTH = 20
"""Passages retrieved; several of one document count once."""

History = tuple[tuple[str, str], ...]
"""Questions as asked, with their answers, oldest first."""
Way = Callable[[EmbeddedSearch, str, History], Sequence[Passage]]


def last_turn(engine: EmbeddedSearch, question: str, history: History) -> Sequence[Passage]:
    """Search the question as asked."""
    return engine.search(question, k=DEPTH, filters=Filters()).passages


def by_previous(engine: EmbeddedSearch, question: str, history: History) -> Sequence[Passage]:
    """Search it rewritten with the earlier questions, without their answers."""
    previous = None
    for asked, _ in history:
        previous = stand_alone(asked, previous)
    return last_turn(engine, stand_alone(question, previous), ())


def made_whole(engine: EmbeddedSearch, question: str, history: History) -> Sequence[Passage]:
    """Search it rewritten with the whole conversation."""
    return last_turn(engine, in_conversation(question, turns(history)), ())


def in_the_light(engine: EmbeddedSearch, question: str, history: History) -> Sequence[Passage]:
    """Search it rewritten, and again together with the last answer, as `Assistant.ask` does."""

    def search(one: str, k: int) -> Retrieved:
        return engine.search(one, k=k, filters=Filters())

    whole = in_conversation(question, turns(history))
    context = history[-1][1] if history else ""
    return search_twice(whole, DEPTH, search, engine.idf, context=context).passages


WAYS: dict[str, Way] = {
    "last turn": last_turn,
    "whole by the questions": by_previous,
    "whole by the conversation": made_whole,
    "and with the last answer": in_the_light,
}


def turns(history: History) -> tuple[Turn, ...]:
    """Return the conversation with each question rewritten in turn."""
    made: list[Turn] = []
    for question, answer in history:
        made.append(Turn(question=in_conversation(question, made), answer=answer))
    return tuple(made)


def histories(folder: Path) -> dict[str, History]:
    """Read the conversation before each question, by the question's id.

    Raises:
        UserError: the set's questions have no history.
    """
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").split("\n") if line]
    if not rows or not all("history" in row for row in rows):
        raise UserError(f'{folder / "queries.jsonl"} has questions without "history"', "give a set of conversations")
    return {str(row["id"]): _pairs(row["history"]) for row in rows}


def _pairs(history: Sequence[Mapping[str, str]]) -> History:
    pairs: list[tuple[str, str]] = []
    for turn in history:
        text = " ".join(turn["text"].split())
        if turn["role"] == "user":
            pairs.append((text[:MAX_QUESTION_CHARACTERS], ""))
        elif pairs:
            pairs[-1] = (pairs[-1][0], text)
    return tuple(pairs)


def measure(folder: Path, *, limit: int | None = None) -> dict[str, dict[str, list[float]]]:
    """Compute nDCG@10 and recall@10 of each question, by measure and way, and half.

    Args:
        folder: of the test set.
        limit: most questions of each half; None for all.
    """
    bench = load_set(folder)
    before = histories(folder)
    rows: dict[str, dict[str, list[float]]] = {}
    with bench_engine(bench) as engine:
        for half, kind in HALVES.items():
            asked = [q for q in bench.half(development=kind) if any(g > 0 for g in q.relevant.values())][:limit]
            for name, way in WAYS.items():
                found = [_scores(q, way(engine, q.text[:MAX_QUESTION_CHARACTERS], before[q.id])) for q in asked]
                rows.setdefault(f"ndcg@10 {name}", {})[half] = [one for one, _ in found]
                rows.setdefault(f"recall@10 {name}", {})[half] = [one for _, one in found]
    return dict(sorted(rows.items(), key=lambda row: row[0].split()[0]))


def refusals(folder: Path, *, limit: int | None = None) -> dict[str, dict[str, list[float]]]:
    """Compute how many questions with and without an answer are refused, by half; `limit` as for `measure`."""
    bench = load_set(folder)
    before = histories(folder)
    rows: dict[str, dict[str, list[float]]] = {}
    with bench_assistant(bench, silent, no_meter) as assistant:
        for half, kind in HALVES.items():
            for answerable in (True, False):
                asked = [q for q in bench.half(development=kind) if q.answerable == answerable][:limit]
                told = (assistant.ask(q.text[:MAX_QUESTION_CHARACTERS], previous=turns(before[q.id])) for q in asked)
                name = f"refused, {'answerable' if answerable else 'not answerable'}"
                rows.setdefault(name, {})[half] = [float(one.status is Status.REFUSED) for one in told]
    return rows


def _scores(asked: BenchQuestion, passages: Sequence[Passage]) -> tuple[float, float]:
    ranked = list(dict.fromkeys(document_of(passage.article) for passage in passages))
    relevant = [document for document, grade in asked.relevant.items() if grade > 0]
    return ndcg(asked.relevant, ranked, 10), recall(relevant, ranked, 10)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.conversations", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help='corpus.jsonl, queries.jsonl with "history", and qrels.tsv')
    parser.add_argument("--limit", type=int, help="questions of each half at most")
    arguments = parser.parse_args()
    try:
        found = measure(arguments.folder, limit=arguments.limit) | refusals(arguments.folder, limit=arguments.limit)
    except UserError as error:
        sys.exit(f"eval.bench.conversations: {error}")
    print_table(arguments.folder.name, found)


if __name__ == "__main__":
    main()
