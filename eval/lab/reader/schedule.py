"""Learning-rate schedule for a number of steps that is not known beforehand."""

from dataclasses import dataclass


@dataclass(kw_only=True, slots=True)
class Rate:
    """A learning rate that rises for `warm_up` steps and falls to zero at the last step, whenever that comes.

    Each step lowers the rate by its share of the remaining steps, which is linear decay if their number is known. If
    it is an estimate, as on a machine that pauses training for other work, a new estimate changes only the slope.
    """

    peak: float
    warm_up: int
    step: int = 0
    falling: float = 1.0
    """Present share of the peak rate."""

    def next(self, steps_left: float) -> float:
        """Return the rate of the next step; `steps_left` includes it."""
        self.step += 1
        if self.step <= self.warm_up:
            return self.peak * self.step / self.warm_up
        now = self.peak * self.falling
        self.falling *= max(0.0, 1 - 1 / max(1.0, steps_left))
        return now


def steps_until(deadline: float, *, now: float, started: float, steps: int) -> float:
    """Estimate the steps until `deadline` at the pace since `started`, pauses included; times in seconds."""
    if steps == 0:
        return float("inf")
    return max(1.0, (deadline - now) * steps / max(1e-6, now - started))
