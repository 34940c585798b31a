"""Shared by the commands that run gold cases: what to ask, with which judge, into which file."""

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.output.progress import metered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.settings.settings import Settings
    from eval.runs.answering import ConfiguredWriter
    from eval.runs.chain import OpenChain
    from eval.runs.judging import ConfiguredJudge, Recordings
    from eval.runs.results import Run
    from eval.runs.systems import NamedSystem

MOST_JOBS = 4
"""Most processes by default: each loads an encoder, and gold sets are small."""
SMALL = 40
"""Cases below which a second process takes longer to start than it saves."""


def system_of(name: str | None, model: str) -> "NamedSystem | None":
    """The system to ask in place of the assistant; its key is in ASSISTANT_SYSTEM_KEY."""
    if name is None:
        return None
    import os

    from eval.runs.systems import NamedSystem

    return NamedSystem(name=name, model=model, key=os.environ.get("ASSISTANT_SYSTEM_KEY", ""))


def recordings(record: str | None, replay: str | None) -> "Recordings":
    """The folders of recorded model calls."""
    from eval.runs.judging import Recordings

    return Recordings(record=Path(record) if record else None, replay=Path(replay) if replay else None)


def judging(name: str | None, repeats: int, temperature: float, recordings: "Recordings") -> "ConfiguredJudge | None":
    """The judge that the options name."""
    if name is None:
        return None
    from eval.runs.judging import ConfiguredJudge

    return ConfiguredJudge(name=name, repeats=repeats, temperature=temperature, recordings=recordings)


def _writing(settings: "Settings", recordings: "Recordings") -> "ConfiguredWriter | None":
    if not settings.model.name:
        return None
    from eval.runs.answering import ConfiguredWriter

    return ConfiguredWriter(name=settings.model.name, recordings=recordings)


def run_cases(
    gold: list[str] | None,
    settings: "Settings",
    judge: "ConfiguredJudge | None",
    recordings: "Recordings",
    *,
    out: str,
    limit: int | None,
    jobs: int | None,
    resume: bool,
    tag: str | None = None,
    epochs: int = 1,
    attempt: int = 1,
    system: "NamedSystem | None" = None,
    scorers: "Sequence[str]" = (),
    spelling: bool = False,
) -> "Run":
    """Run gold cases with an assistant or another system, and write the run file."""
    import os

    from eval.cases.case import spread
    from eval.cases.case_file import load_gold
    from eval.cases.spelling import with_variants
    from eval.runs.chain import IndexChain
    from eval.runs.indexes import gold_paths, index_for, tell
    from eval.runs.runner import run_gold
    from eval.runs.scorers import NamedScorer

    paths = gold_paths([Path(name) for name in gold or []])
    cases = spread(load_gold(paths), limit)
    if spelling:
        cases = tuple(map(with_variants, cases))
    with metered("indexing the default collection", at_once=False) as meter:
        root = index_for(paths, settings, meter=meter)
    default_jobs = 1 if len(cases) < SMALL else min(MOST_JOBS, os.cpu_count() or 1)
    with metered("asking", "cases") as meter:
        chain: OpenChain
        own = tuple(NamedScorer(name=name) for name in scorers)
        if system is not None:
            from eval.runs.systems import SystemChain

            chain = SystemChain(root=root, system=system, note=tell, judge=judge, scorers=own)
        else:
            writer = _writing(settings, recordings)
            chain = IndexChain(root=root, settings=settings, note=tell, judge=judge, writer=writer, scorers=own)
        return run_gold(
            cases,
            chain,
            out=Path(out),
            jobs=jobs or default_jobs,
            resume=resume,
            tag=tag,
            epochs=epochs,
            attempt=attempt,
            progress=lambda done, of: meter(done, of, done),
        )
