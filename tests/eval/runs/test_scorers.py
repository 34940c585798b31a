"""Scorers of one's own: functions by name, whose measures are compared and gated like ours."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gate_runs import POLICY, a_run, answered, gold
from library import indexed

from eval.cases.case import GoldCase
from eval.gate.compare import compare
from eval.gate.gate import decide_gate
from eval.gate.policy import load_policy
from eval.report import html_report, run_text
from eval.runs.results import Run, Score
from eval.runs.runner import run_gold
from eval.runs.scorers import NamedScorer
from eval.runs.systems import NamedSystem, SystemChain
from index.encoding.encoder import HashEncoder
from index.errors import UsageError

CASES = [
    GoldCase(id=f"case-{n}", question=f"How many lanes has bridge {n}?", facts=(("four",),), tags=("t",))
    for n in range(3)
]
SOURCE = """
def system(question):
    return "It has four lanes."

def short(case, answer):
    return len(answer["text"]) < 40 and case["id"] != "case-2"

def only_first(case, answer):
    return 0.5 if case["id"] == "case-0" else None

def seven(case, answer):
    return 7

def broken(case, answer):
    raise RuntimeError("no luck")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "oldwater_scorers.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield "oldwater_scorers"
    sys.modules.pop("oldwater_scorers", None)
    sys.path[:] = [one for one in sys.path if one != str(tmp_path)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("oldwater"), {"bridge.md": "It has four lanes.\n"}, HashEncoder())


def silent(_: str) -> None:
    """Takes a note and does nothing with it."""


def scored(root: Path, module: str, out: Path, *names: str) -> Run:
    scorers = tuple(NamedScorer(name=f"{module}:{name}") for name in names)
    system = NamedSystem(name=f"{module}:system")
    return run_gold(CASES, SystemChain(root=root, system=system, note=silent, scorers=scorers), out=out)


def test_a_function_becomes_a_measure_of_the_cases_that_it_applies_to(root: Path, module: str, tmp_path: Path) -> None:
    run = scored(root, module, tmp_path / "run.json", "short", "only_first")

    told = [[one.value for one in result.scores if one.name.startswith("own:")] for result in run.results]
    assert told == [[0.5, 1.0], [1.0], [0.0]]
    assert "own:short" in run_text(run)
    assert "A scorer of your own." in html_report(run, gate=None, comparison=None, context_of=lambda _: None)


def test_a_scorer_that_fails_or_gives_no_score_leaves_the_case_unscored(
    root: Path, module: str, tmp_path: Path
) -> None:
    run = scored(root, module, tmp_path / "run.json", "seven", "broken")

    assert {score.reason for score in run.results[0].unscored} == {
        "the scorer gave 7, no number from 0 to 1",
        "the scorer failed (RuntimeError: no luck)",
    }


@pytest.mark.parametrize(
    ("name", "told"), [("json:nothing", "cannot be imported"), ("unheard-of", "there is no 'unheard-of'; give module")]
)
def test_a_scorer_that_is_none_is_told(name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        NamedScorer(name=name).open()


def test_a_measure_of_ones_own_is_gated_like_ours(tmp_path: Path) -> None:
    def run(value: float) -> Run:
        return a_run(
            [
                replace(one, scores=(*one.scores, Score(name="own:polite", value=value)))
                for one in map(answered, gold(200))
            ]
        )

    path = tmp_path / "gate.toml"
    path.write_text('effects = {correct = 0.02, "own:polite" = 0.05}', encoding="utf-8")
    policy = load_policy(path)

    assert policy.effects["own:polite"] == 0.05
    failed = [
        one.name for one in decide_gate(compare(run(0.9), run(0.5), policy), policy).checks if one.verdict == "fail"
    ]
    assert failed == ["own:polite"]
    assert "own:polite" in {one.metric for one in compare(run(0.9), run(0.5), POLICY).decisions}
