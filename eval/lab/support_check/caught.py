"""Measure the support check on planted errors.

A true sentence should be supported by its article; with a planted error, or against another article, it should not.
`eval.lab.support_check.planted_claims` makes the sentences.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.checking.support import SupportCheck, Verdict
from assistant.language.clauses import clauses
from eval.bench.sets import load_set
from eval.lab.support_check.planted_claims import (
    GROUPS,
    MOVED,
    TOLD_TOO,
    PlantedClaim,
    denied_claims,
    denied_sentences,
    denied_set,
    own_claims,
    written_claims,
)
from eval.runs.indexes import bench_engine
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters

PARAGRAPHS = 150
"""Number of articles drawn from a test set."""


def judged(
    engine: EmbeddedSearch, claims: Iterable[PlantedClaim], *, retrieved: int
) -> Iterator[tuple[PlantedClaim, Verdict]]:
    """Yield the check's verdict on each claim, split into clauses if it does not pass as a whole.

    Args:
        engine: over the collection.
        claims: claims to check.
        retrieved: number of passages found by a search for the claim, in addition to its own.
    """
    check = SupportCheck(engine)
    for claim in claims:
        passages = claim.passages
        if retrieved and claim.made.kind not in {MOVED, TOLD_TOO}:
            known = {passage.chunk_id for passage in passages}
            found = engine.search(claim.made.text, k=retrieved, filters=Filters()).passages
            passages = (*passages, *(one for one in found if one.chunk_id not in known))
        whole = check.check(engine.encode(claim.made.text), passages)
        parted = clauses(claim.made.text) if not whole.supported else ()
        halves = [check.check(engine.encode(one.stated), passages) for one in parted]
        yield claim, halves[0] if halves and all(half.supported for half in halves) else whole


def table(results: Iterable[tuple[PlantedClaim, Verdict]]) -> Iterator[str]:
    """Yield a line for each kind of each group: its count, and the share that the check refused."""
    seen: Counter[tuple[str, bool, str]] = Counter()
    refused: Counter[tuple[str, bool, str]] = Counter()
    for claim, verdict in results:
        every = () if claim.made.kind == TOLD_TOO else ("all",)
        for kind in (claim.made.kind, *every):
            seen[claim.group, claim.made.true, kind] += 1
            refused[claim.group, claim.made.true, kind] += not verdict.supported
    for group in GROUPS:
        for true in (True, False):
            rows = sorted((key[2], n) for key, n in seen.items() if key[:2] == (group, true))
            if rows:
                yield f"{group}: {'true sentences, lost' if true else 'planted errors, caught'}"
            for kind, count in rows:
                lost = refused[group, true, kind]
                yield f"  {kind:38} {lost:5} of {count:5}  {lost / count:6.1%}"


def every_result(
    engine: EmbeddedSearch, *, development: bool, retrieved: int = 0
) -> Iterator[tuple[PlantedClaim, Verdict]]:
    """Yield the verdicts on all claims from one half of the default collection."""
    for claims in (own_claims, written_claims):
        yield from judged(engine, claims(engine, development=development), retrieved=retrieved)
    sentences = denied_sentences(engine, development=development)
    with bench_engine(denied_set(engine, sentences)) as denied:
        yield from judged(denied, denied_claims(denied, sentences), retrieved=retrieved)


def report(engine: EmbeddedSearch, *, development: bool, retrieved: int = 0) -> Iterator[str]:
    """Yield the table of those verdicts."""
    yield from table(every_result(engine, development=development, retrieved=retrieved))


def report_of_set(folder: Path) -> Iterator[str]:
    """Yield the table of verdicts on claims from a public test set."""
    with bench_engine(load_set(folder)) as engine:
        yield from table(judged(engine, own_claims(engine, development=False, most=PARAGRAPHS), retrieved=0))
