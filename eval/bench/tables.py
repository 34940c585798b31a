"""Print tables of means, with the halves of a test set side by side."""

from collections.abc import Mapping, Sequence

HALVES = {"development": True, "held-out": False}
"""Names of the halves, and whether each is for development."""


def print_table(title: str, rows: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Print the mean and count of each row's values, by half."""
    width = max(map(len, [title, *rows]))
    print(f"{title:<{width}}" + "".join(f"{half:>18}" for half in HALVES))
    for name, values in rows.items():
        cells = (f"{_mean(values[half]):.4f} (n={len(values[half])})" for half in HALVES)
        print(f"{name:<{width}}" + "".join(f"{cell:>18}" for cell in cells))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
