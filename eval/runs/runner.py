"""Runs gold cases in one or several processes; each finished case is written at once."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from eval.cases.case import GoldCase, gold_digest, spread
from eval.runs.chain import Chain, OpenChain
from eval.runs.journal import open_journal
from eval.runs.provenance import same
from eval.runs.results import CaseResult, Run
from eval.runs.run_file import check_out, read_run, result_row, write_run
from index.counts import counted
from index.errors import AssistantError, UserError

PROBED = 16
"""Cases asked a second time, to find out whether answers have noise."""

Progress = Callable[[int, int], None]
"""Takes progress: cases done, and the total."""


def run_gold(
    cases: Sequence[GoldCase],
    open_chain: OpenChain,
    *,
    out: Path,
    jobs: int = 1,
    resume: bool = False,
    tag: str | None = None,
    epochs: int = 1,
    attempt: int = 1,
    progress: Progress = lambda done, of: None,
) -> Run:
    """Ask all cases, score them, and write the run.

    Args:
        cases: at least one.
        open_chain: opens the chain, once in each process.
        out: the run file; the journal is beside it until the run completes.
        jobs: processes that ask; 1 for this one.
        resume: continue an interrupted run of the same cases.
        tag: a name for the run.
        epochs: times that each case is asked; scores are the means.
        attempt: how often these cases were run before, and once more, as far as the caller knows. A run of the same
            cases and provenance in `out` is counted on, unless answers have no noise.
        progress: called after each case.

    Raises:
        UserError: a file cannot be written, or there is nothing to resume.
        KeyboardInterrupt: the person interrupted; the message says what was kept.
    """
    check_out(out)
    earlier = _earlier(out)
    started, clock = datetime.now(UTC), time.perf_counter()
    gold = gold_digest(cases)
    with open_chain() as chain, open_journal(out, gold=gold, provenance=chain.provenance, resume=resume) as journal:
        results = {c.id: replace(journal.done[c.id], case=c) for c in cases if c.id in journal.done}  # Tags may be new.
        left = [case for case in cases if case.id not in results]
        progress(len(results), len(cases))
        try:
            for result in _examined(left, chain, open_chain, jobs, epochs):
                journal.keep(result)
                results[result.case.id] = result
                progress(len(results), len(cases))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; {len(results)} of {counted(len(cases), 'case')} kept in {journal.path}; "
                f"the same command with --resume goes on"
            ) from None
        deterministic = _deterministic(cases, results, chain, epochs)
        if earlier and not deterministic and earlier.gold == gold and same(earlier.provenance, chain.provenance):
            attempt = max(attempt, earlier.attempt + 1)
        run = Run(
            tag=tag,
            gold=gold,
            provenance=chain.provenance,
            results=tuple(results[case.id] for case in cases),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - clock, 3),
            deterministic=deterministic,
            attempt=1 if deterministic else attempt,
        )
        write_run(run, out)
    return run


def _earlier(out: Path) -> Run | None:
    """Read the run that is about to be replaced, if there is one."""
    try:
        return read_run(out) if out.exists() else None
    except UserError:  # Of another version, perhaps; it is replaced all the same.
        return None


def _deterministic(
    cases: Sequence[GoldCase], results: Mapping[str, CaseResult], chain: Chain, epochs: int
) -> bool | None:
    """Find out whether asking again gives the same bytes; None if that cannot be told.

    Without a model, `PROBED` cases are asked again. A model may repeat itself in some cases and not in others, so of
    one every case must have been asked several times.
    """
    if epochs > 1:
        askings = [[(one.outcome, one.text, one.scores) for one in result.epochs] for result in results.values()]
        return all(one == first for first, *others in askings if first for one in others)
    if chain.provenance.model is not None or chain.provenance.judge is not None:
        return None
    probed = spread(cases, PROBED)
    return all(result_row(chain.examiner.examine(case)) == result_row(results[case.id]) for case in probed)


def _examined(
    cases: Sequence[GoldCase], chain: Chain, open_chain: OpenChain, jobs: int, epochs: int
) -> Iterator[CaseResult]:
    """Yield results as cases finish."""
    if jobs == 1 or len(cases) < 2:
        for case in cases:
            yield chain.examiner.examine(case, epochs=epochs)
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(cases)), mp_context=get_context("spawn"), initializer=_start, initargs=(open_chain,)
    )
    try:
        for future in as_completed([pool.submit(_examine, case, epochs) for case in cases]):
            yield future.result()
    except BrokenProcessPool as error:
        raise AssistantError(
            "a process of the run was killed, perhaps for want of memory", "run again with --resume and fewer --jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_open = ExitStack()
_chain: Chain | None = None
"""The chain of this worker process; a global, since a pool has no other place for shared state."""


def _start(open_chain: OpenChain) -> None:
    global _chain
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent ends the pool.
    _chain = _open.enter_context(open_chain())


def _examine(case: GoldCase, epochs: int) -> CaseResult:
    assert _chain is not None
    return _chain.examiner.examine(case, epochs=epochs)
