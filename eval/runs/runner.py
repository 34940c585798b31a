"""Runs gold cases in one or several processes; each finished case is written at once."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from eval.cases.case import GoldCase, gold_digest
from eval.runs.chain import Chain, OpenChain
from eval.runs.journal import open_journal
from eval.runs.results import CaseResult, Run
from eval.runs.run_file import check_out, write_run
from index.errors import AssistantError

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
        progress: called after each case.

    Raises:
        UserError: a file cannot be written, or there is nothing to resume.
        KeyboardInterrupt: the person interrupted; the message says what was kept.
    """
    check_out(out)
    started, clock = datetime.now(UTC), time.perf_counter()
    gold = gold_digest(cases)
    with open_chain() as chain, open_journal(out, gold=gold, provenance=chain.provenance, resume=resume) as journal:
        results = {c.id: replace(journal.done[c.id], case=c) for c in cases if c.id in journal.done}  # Tags may be new.
        left = [case for case in cases if case.id not in results]
        progress(len(results), len(cases))
        try:
            for result in _examined(left, chain, open_chain, jobs):
                journal.keep(result)
                results[result.case.id] = result
                progress(len(results), len(cases))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; {len(results)} of {len(cases)} cases are kept in {journal.path}; "
                f"the same command with --resume goes on"
            ) from None
        run = Run(
            tag=tag,
            gold=gold,
            provenance=chain.provenance,
            results=tuple(results[case.id] for case in cases),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - clock, 3),
        )
        write_run(run, out)
    return run


def _examined(cases: Sequence[GoldCase], chain: Chain, open_chain: OpenChain, jobs: int) -> Iterator[CaseResult]:
    """Yield results as cases finish."""
    if jobs == 1 or len(cases) < 2:
        for case in cases:
            yield chain.examiner.examine(case)
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(cases)), mp_context=get_context("spawn"), initializer=_start, initargs=(open_chain,)
    )
    try:
        for future in as_completed([pool.submit(_examine, case) for case in cases]):
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


def _examine(case: GoldCase) -> CaseResult:
    assert _chain is not None
    return _chain.examiner.examine(case)
