"""Reads the gate's policy from TOML: deciding measures, minimum effects, coverage and budgets."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from eval.measures.registry import BY_NAME, OWN
from index.errors import ConfigurationError, reason_of

DEFAULT_POLICY = Path(__file__).resolve().parents[1] / "gate.toml"

BUDGETS = ("median_seconds", "p95_seconds", "run_seconds", "tokens_per_case", "cost_per_case", "cost")
"""Names of budgets."""

MODES = ("auto", "deterministic", "statistical")
"""Whether every case that turns wrong counts; "auto": if a second asking gave the same bytes in both runs."""

MORE = ("failed", "degraded", "unscored")
"""Cases of which a run may not have a larger share than the baseline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The conditions that a run must meet to pass the gate."""

    effects: Mapping[str, float]
    """Minimum effect of each gated measure: the smallest drop of its mean that matters."""
    default_effect: float = 0.02
    """Minimum effect of measures that are only shown."""
    alpha: float = 0.05
    """Most chance of failing a run in which nothing changed."""
    power: float = 0.8
    """Chance that the cases an inconclusive gate asks for would settle it."""
    seed: int = 0
    min_coverage: float = 0.98
    """Least share of scored cases of each measure, gated or not."""
    max_failed: int = 0
    """Most cases that may end with an error."""
    more: Mapping[str, float] = field(default_factory=dict)
    """Share of cases by which the failed, degraded and unscored ones (`MORE`) may exceed the baseline's."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """Least mean of a measure, whatever the baseline has."""
    tags: Mapping[str, float] = field(default_factory=dict)
    """Gated tags: the smallest drop of `correct` over their cases that matters."""
    mode: str = "auto"
    """One of `MODES`."""
    must_hold: tuple[str, ...] = ()
    """Tags; a case with any of them must be right, whatever the baseline's result."""
    budgets: Mapping[str, float] = field(default_factory=dict)
    """Limits of time, tokens and cost, by name."""

    def for_attempt(self, attempt: int) -> "Policy":
        """Return the policy for the run with this number of the same state: alpha over its square.

        However often a state is run until the gate passes, the chance of a wrong verdict stays below alpha times
        1 + 1/4 + 1/9 + … = 1.65.
        """
        return replace(self, alpha=self.alpha / attempt**2)


def load_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Read a policy.

    Raises:
        ConfigurationError: the file is unreadable, or has an unknown name or a value out of bounds.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({reason_of(error)})", f"name a policy such as {DEFAULT_POLICY}"
        ) from error
    effects = _numbers(path, data.pop("effects", {}), "effects", tuple(BY_NAME), most=1)
    budgets = _numbers(path, data.pop("budgets", {}), "budgets", BUDGETS, most=float("inf"))
    floors = _numbers(path, data.pop("floors", {}), "floors", tuple(BY_NAME), most=1)
    tags = _numbers(path, data.pop("tags", {}), "tags", None, most=1)
    mode = data.pop("mode", "auto")
    if mode not in MODES:
        raise ConfigurationError(f"{path}: mode is {mode!r}", f"it must be one of {', '.join(MODES)}")
    more = _numbers(path, data.pop("more", {}), "more", MORE, most=1, zero=True)
    if not effects:
        raise ConfigurationError(f"{path}: [effects] names no measure that decides", "write such as: correct = 0.02")
    must_hold = _tags(path, data.pop("must_hold", []))
    bounds = {
        "default_effect": (1e-6, 1),
        "alpha": (1e-6, 0.5),
        "power": (0.5, 0.999),
        "min_coverage": (0, 1),
        "max_failed": (0, 1_000_000),
        "seed": (0, 2**32 - 1),
    }
    _known(path, data, (*bounds, "mode", "must_hold"))
    for name, value in data.items():
        low, high = bounds[name]
        whole = name in {"seed", "max_failed"}
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not low <= value <= high:
            raise ConfigurationError(
                f"{path}: {name} is {value!r}",
                f"it must be a {'whole ' if whole else ''}number from {low:g} to {high:g}",
            )
    return Policy(
        effects=effects,
        budgets=budgets,
        more=more,
        floors=floors,
        tags=tags,
        mode=mode,
        must_hold=must_hold,
        **data,
    )


def _tags(path: Path, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag.strip() for tag in value):
        raise ConfigurationError(f"{path}: must_hold is {value!r}", 'it must be a list of tags, such as ["feedback"]')
    return tuple(value)


def _numbers(
    path: Path, table: object, name: str, known: tuple[str, ...] | None, *, most: float, zero: bool = False
) -> dict[str, float]:
    """Check a table of numbers up to `most`; `zero` tells whether 0 is one of them."""
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: {name} is {table!r}", "it must be a table of numbers")
    if known is not None:
        _known(path, table, known)
    for key, value in table.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not 0 <= value <= most
            or not (value or zero)
        ):
            least = "from 0" if zero else "above 0"
            raise ConfigurationError(
                f"{path}: {name}.{key} is {value!r}", f"it must be a number {least}, at most {most:g}"
            )
    return {key: float(value) for key, value in table.items()}


def _known(path: Path, table: Mapping[str, object], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known and not (known == tuple(BY_NAME) and key.startswith(OWN)):
            raise ConfigurationError(f"{path}: unknown {key!r}", f"known: {', '.join(known)}")
