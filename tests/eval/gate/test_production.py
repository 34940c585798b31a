"""Answers in production, scored without gold: shares by week, drift that is more than chance, the worst first."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from eval.gate.production import SHARES, Asked, Week, by_week, drift, worst

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def asked(number: int, *, conversation: int | None = None, days: float = 0, **fields: object) -> Asked:
    made: dict[str, object] = {
        "message_id": f"m{number}",
        "conversation_id": f"c{number if conversation is None else conversation}",
        "question": f"Why {number}?",
        "created": MONDAY + timedelta(days=days),
        "refused": False,
        "degraded": False,
        "confidence": 0.9,
        "rating": None,
    }
    return Asked(**(made | fields))  # type: ignore[arg-type] # Fields by name.


def week(count: int, bad: int, *, each: int = 1) -> Week:
    """A week in which so many of the questions were refused, conversations having `each` questions alike."""
    rows = [asked(n, conversation=n // each, refused=n < bad) for n in range(count)]
    return Week(name="w", asked=tuple(rows))


def test_questions_are_sorted_into_calendar_weeks() -> None:
    found = by_week([asked(2, days=7), asked(0), asked(1, days=6.9), asked(3, days=-60)])

    assert [(one.name, len(one.asked)) for one in found] == [("2026-W01", 1), ("2026-W10", 2), ("2026-W11", 1)]


def test_each_share_counts_what_it_says() -> None:
    rows = (
        asked(0, refused=True, confidence=0.1),
        asked(1, degraded=True),
        asked(2, confidence=0.4),
        asked(3, rating="down"),
        asked(4, rating="up"),
    )
    found = Week(name="w", asked=rows)

    assert {name: found.share(name)[0] for name in SHARES} == dict.fromkeys(SHARES, 0.2)
    assert all(found.share(name)[1].low < 0.2 < found.share(name)[1].high for name in SHARES)


def told(before: Week, after: Week) -> dict[str, bool]:
    return {one.name: one.shown for one in drift(before, after)}


def test_a_large_change_has_drifted_and_a_small_one_may_be_chance() -> None:
    assert told(week(200, 20), week(200, 70))["refused"]
    assert not told(week(200, 20), week(200, 24))["refused"]
    assert not any(told(week(200, 20), week(200, 20)).values())
    assert not told(week(3, 0), week(3, 1))["refused"]


def test_questions_of_a_conversation_are_one_piece_of_evidence() -> None:
    assert told(week(200, 20), week(200, 50))["refused"]
    assert not told(week(200, 20, each=10), week(200, 50, each=10))["refused"]


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_where_nothing_changed_at_most_one_week_in_twenty_has_drifted_in_anything(share: float) -> None:
    generator = np.random.default_rng(5)
    alarms = 0
    for _ in range(200):
        weeks = []
        for _ in range(2):
            flags = generator.random((80, 3)) < share
            rows = [
                asked(n, refused=bool(a), degraded=bool(b), confidence=0.3 if c else 0.9)
                for n, (a, b, c) in enumerate(flags)
            ]
            weeks.append(Week(name="w", asked=tuple(rows)))
        alarms += any(told(*weeks).values())

    assert alarms / 200 <= 0.05 + 0.02


def test_the_worst_come_first_and_what_was_liked_does_not_come() -> None:
    rows = [
        asked(0, confidence=0.2),
        asked(1, rating="down"),
        asked(2, degraded=True),
        asked(3, confidence=0.1, rating="up"),
        asked(4, confidence=0.1),
        asked(5),
        asked(6, refused=True, confidence=0.0),
    ]

    assert [one.message_id for one in worst(rows, limit=9)] == ["m1", "m2", "m4", "m0"]
    assert len(worst(rows, limit=2)) == 2
