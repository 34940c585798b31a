"""The measure of each rule: every rule still exists, and without one the counts differ where it matters."""

from dataclasses import replace

import pytest

from eval.bench.sets import BenchSet
from eval.lab import ablation
from eval.lab.fitting.fit_joined import written_set


def test_every_rule_names_what_decides_it() -> None:
    assert len(ablation.RULES) > 20
    for module, attribute, _ in ablation.RULES.values():
        assert getattr(module, attribute) is not None


def test_a_row_for_each_rule_counts_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written_set()
    titles = sorted(whole.documents)[:3]
    few = BenchSet(
        name="few",
        documents={title: whole.documents[title] for title in titles},
        questions=tuple(q for q in whole.questions if set(q.relevant) & set(titles)),
    )
    monkeypatch.setattr(ablation, "written_set", lambda: replace(few))
    names = ("leads: whole figures, dates and names", "whole lists")
    monkeypatch.setattr(ablation, "RULES", {name: ablation.RULES[name] for name in names})

    first, heads, *rows = ablation.rows()

    answerable = sum(q.answerable for q in few.questions)
    assert first == f"{answerable} answerable and {len(few.questions) - answerable} unanswerable questions"
    assert [row[:46].strip() for row in rows] == ["every rule", *(f"without {name}" for name in names)]
    counts = [[int(number) for number in row[46:].split()] for row in rows]
    assert len(heads[46:].split("  ")) > len(counts[0])
    assert all(right + refused <= answerable for right, refused, *_ in counts)
    assert counts[0][0] > answerable / 3
