"""Runs made by hand, for the gate and its reports."""

from dataclasses import replace

from eval.cases.case import Evidence, GoldCase, gold_digest
from eval.gate.policy import Policy
from eval.runs.results import CaseResult, Outcome, Provenance, Run, Score
from eval.runs.scoring import applicable

PROVENANCE = Provenance(
    assistant="0.1.0",
    index={"fingerprint": "f00d", "generation": 3, "articles": 2, "chunks": 5},
    encoder="minilm 1234",
    reader="extractive@5678",
    model=None,
    judge=None,
    prompts={"judge-correctness": "aaaa"},
    settings={"passages": 6, "threshold": 0.25},
    packages={"python": "3.11.7", "numpy": "2.4.6"},
)


POLICY = Policy(effects={"correct": 0.02, "decision": 0.02, "fact_recall": 0.02})
WIDE = Policy(effects={"correct": 0.1, "decision": 0.1, "fact_recall": 0.1})
"""Margins that a hundred cases can tell."""


def gold(count: int, *, answerable: bool = True, short: bool = False) -> list[GoldCase]:
    return [
        GoldCase(
            id=f"case-{n}",
            question=f"Why {n}?",
            facts=(("so",),) if answerable else (),
            short=("so",) if short else (),
            evidence=(Evidence(article_id=f"a{n}", quote="So.", part="1"),) if answerable else (),
            answerable=answerable,
            tags=("even",) if n % 2 == 0 else ("odd",),
        )
        for n in range(count)
    ]


def answered(case: GoldCase, value: float = 1.0, *, judged: float | None = None) -> CaseResult:
    """A case that was answered, with this score of everything that it has."""
    return CaseResult(
        case=case,
        outcome=Outcome.ANSWERED,
        text="So. [1]" if value else "No. [1]",
        confidence=0.5,
        would_be_right=value == 1,
        scores=tuple(
            Score(name=name, value=judged if name.startswith("judged") else value)
            for name in applicable(case, judged=judged is not None)
        ),
        seconds=0.1,
    )


def failed(case: GoldCase) -> CaseResult:
    return CaseResult(case=case, outcome=Outcome.FAILED, error="ValueError: no", seconds=0.1)


def unscored(result: CaseResult, *names: str, reason: str = "lost") -> CaseResult:
    """The same without scores of these measures."""
    scores = tuple(replace(s, value=None, reason=reason) if s.name in names else s for s in result.scores)
    return replace(result, scores=scores)


def a_run(results: list[CaseResult], provenance: Provenance = PROVENANCE) -> Run:
    digest = gold_digest([result.case for result in results])
    return Run(tag=None, gold=digest, provenance=provenance, results=tuple(results), started="2026-01-01", seconds=12.0)


CASES = gold(100)


GOOD = [answered(case) for case in CASES]
