"""How fast to learn when it is not known beforehand how many steps there will be."""

from dataclasses import dataclass


@dataclass(kw_only=True, slots=True)
class Rate:
    """A learning rate that rises for `warm_up` steps and falls to zero at the last step, whenever that comes.

    Each step lowers the rate by its own share of the steps that are left, which with a known number of steps is a
    straight line. Where the number is an estimate, as on a machine that pauses training for other work, a new estimate
    bends the line and never makes the rate jump.
    """

    peak: float
    warm_up: int
    step: int = 0
    falling: float = 1.0
    """The share of the peak that is left."""

    def next(self, steps_left: float) -> float:
        """The rate of the step that is about to be made, `steps_left` of which remain with it."""
        self.step += 1
        if self.step <= self.warm_up:
            return self.peak * self.step / self.warm_up
        now = self.peak * self.falling
        self.falling *= max(0.0, 1 - 1 / max(1.0, steps_left))
        return now


def steps_until(deadline: float, *, now: float, started: float, steps: int) -> float:
    """How many steps fit until `deadline` at the pace since `started`, pauses included (all in seconds)."""
    if steps == 0:
        return float("inf")
    return max(1.0, (deadline - now) * steps / max(1e-6, now - started))
