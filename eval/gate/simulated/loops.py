"""Simulate what people do with a gate: keep the best of several baselines, ask often, run again until it passes.

One yes/no measure; a share of the cases is answered at random, right as often as wrong, and the others always alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.gate.decision import MINIMUM_EFFECT, Verdict, verdict_of
from eval.gate.simulated.simulation import binary_test
from eval.measures.planning import ALPHA

Answers = NDArray[np.bool_]
"""(cases,): whether each wavering case is answered right in a run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wavering:
    """Runs of one state of a noisy assistant."""

    cases: int
    flips: float
    """Share of cases that get worse by chance from one run to the next, and the equal share that get better."""
    drop: float = 0.0
    """Share of the cases that a changed state always gets wrong, and the baseline always right."""

    def run(self, generator: np.random.Generator) -> Answers:
        """Draw a run; two runs differ in a quarter of the wavering cases each way."""
        return generator.random(round(4 * self.flips * self.cases)) < 0.5

    def verdict(self, base: Answers, new: Answers, *, alpha: float = ALPHA) -> Verdict:
        """Decide as the gate does."""
        worse = int((base & ~new).sum()) + round(self.drop * self.cases)
        p, low = binary_test(worse, int((~base & new).sum()), self.cases, MINIMUM_EFFECT, alpha)
        return verdict_of(low=low, adjusted_p=p, minimum_effect=MINIMUM_EFFECT, alpha=alpha)


def best_of(count: int, state: Wavering, *, seed: int, runs: int) -> tuple[float, float]:
    """Compute the shares of gates that fail, and that pass, against the best of so many baselines."""
    generator = np.random.default_rng(seed)
    verdicts = []
    for _ in range(runs):
        base = max((state.run(generator) for _ in range(count)), key=lambda one: int(one.sum()))
        verdicts.append(state.verdict(base, state.run(generator)))
    return verdicts.count(Verdict.FAIL) / runs, verdicts.count(Verdict.PASS) / runs


def many_gates(count: int, state: Wavering, *, seed: int, runs: int) -> tuple[float, float]:
    """Compute the share of gates that fail, and of baselines against which any of so many gates fails."""
    generator = np.random.default_rng(seed)
    failed = []
    for _ in range(runs):
        base = state.run(generator)
        failed.append(sum(state.verdict(base, state.run(generator)) is Verdict.FAIL for _ in range(count)))
    return sum(failed) / (count * runs), sum(one > 0 for one in failed) / runs


def until_passed(tries: Sequence[int], state: Wavering, *, corrected: bool, seed: int, runs: int) -> tuple[float, ...]:
    """Compute the share of states that have passed after so many runs against one baseline.

    Args:
        tries: numbers of runs, ascending.
        state: with a drop, that should not pass.
        corrected: whether alpha of the nth run is divided by n², as the gate does.
        seed: of all random numbers.
        runs: number of simulated baselines.
    """
    generator = np.random.default_rng(seed)
    first = []
    for _ in range(runs):
        base = state.run(generator)
        verdicts = (
            state.verdict(base, state.run(generator), alpha=ALPHA / (number**2 if corrected else 1))
            for number in range(1, tries[-1] + 1)
        )
        first.append(next((number for number, one in enumerate(verdicts, 1) if one is Verdict.PASS), tries[-1] + 1))
    return tuple(sum(number <= most for number in first) / runs for most in tries)
