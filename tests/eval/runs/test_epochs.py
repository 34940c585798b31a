"""A case asked several times: other seeds, mean scores, and noise told apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from gate_runs import GOOD, POLICY, PROVENANCE, a_run, answered, failed, gold, unscored

from assistant.models.scripted.model import ScriptedModel
from assistant.models.seam import Message
from eval.cases.case import GoldCase
from eval.gate.compare import compare
from eval.measures.noise import split_noise
from eval.report import run_text
from eval.runs.chain import Chain
from eval.runs.epochs import ReseededModel, epoch, merged
from eval.runs.results import CaseResult, Outcome
from eval.runs.run_file import read_run, write_run
from eval.runs.runner import run_gold
from index.errors import UserError

(CASE,) = gold(1)
TWO_OF_THREE = merged([answered(CASE), answered(CASE, 0.0), answered(CASE)])


def value(result: CaseResult, name: str) -> float | None:
    score = result.score(name)
    assert score is not None
    return score.value


def test_scores_are_means_and_every_asking_is_kept() -> None:
    assert value(TWO_OF_THREE, "correct") == pytest.approx(2 / 3, abs=1e-6)
    assert [one.scores["correct"] for one in TWO_OF_THREE.epochs] == [1, 0, 1]
    assert [one.text for one in TWO_OF_THREE.epochs] == ["So. [1]", "No. [1]", "So. [1]"]
    assert TWO_OF_THREE.seconds == pytest.approx(0.3)
    assert merged([answered(CASE)]) == answered(CASE)


def test_a_case_failed_degraded_or_lacks_a_score_if_one_asking_did() -> None:
    degraded = replace(answered(CASE), degraded="no server")

    assert merged([answered(CASE), failed(CASE)]).outcome is Outcome.FAILED
    assert merged([answered(CASE), degraded]).degraded == "no server"
    assert value(merged([answered(CASE), unscored(answered(CASE), "correct")]), "correct") is None


def test_each_epoch_has_seeds_of_its_own_and_the_first_those_of_a_single_run() -> None:
    model = ScriptedModel(["a"] * 4)
    reseeded = ReseededModel(model)
    for number in range(3):
        with epoch(number):
            reseeded.complete([Message(role="user", content="?")], max_tokens=9, seed=7)
    reseeded.complete([Message(role="user", content="?")], max_tokens=9)

    assert [call.seed for call in model.calls] == [7, 8, 9, None]


def test_a_run_with_means_is_written_and_read_and_one_without_askings_must_be_yes_or_no(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_run(a_run([TWO_OF_THREE]), path)

    (found,) = read_run(path).results
    assert (found.epochs, found.scores) == (TWO_OF_THREE.epochs, TWO_OF_THREE.scores)
    write_run(a_run([replace(TWO_OF_THREE, epochs=())]), path)
    with pytest.raises(UserError, match=r"cases\[1\]\.scores\.correct is 0\.666667; a yes/no score is 0 or 1"):
        read_run(path)


def test_means_over_epochs_are_compared_as_graded_scores() -> None:
    base = [merged([one, one]) for one in GOOD]
    new = [merged([one, answered(one.case, float(n % 2))]) for n, one in enumerate(GOOD)]

    (decision,) = (d for d in compare(a_run(base), a_run(new), POLICY).decisions if d.metric == "correct")

    assert (decision.worse, decision.new) == (50, 0.75)


def test_noise_from_run_to_run_is_told_apart_from_that_from_case_to_case() -> None:
    cases = gold(40)
    steady = [merged([answered(case, float(n % 2))] * 3) for n, case in enumerate(cases)]
    wavering = [merged([answered(case), answered(case, 0.0), answered(case)]) for case in cases]

    told, other = run_text(a_run(steady)), run_text(a_run(wavering))

    assert "correct: standard error 0.080 from case to case, 0.000 from run to run; the askings disagree on 0%" in told
    assert (
        "correct: standard error 0.000 from case to case, 0.053 from run to run; the askings disagree on 100%" in other
    )
    assert "run to run" not in run_text(a_run(GOOD))


def test_two_cases_measured_twice_are_the_fewest_that_have_a_noise() -> None:
    assert split_noise([[1.0, 0.0], [1.0]]) is None
    found = split_noise([[1.0, 0.0], [1.0, 1.0], [0.0]])
    assert found is not None
    assert (found.mean, found.wavering) == (0.75, 0.5)


class Steps:
    """A chain in which each case is answered anew from a list, the same for every case."""

    def __init__(self, values: list[float], *, model: str | None) -> None:
        self.values = values
        self.calls = 0
        self.provenance = replace(PROVENANCE, model=model)

    @contextmanager
    def __call__(self) -> Iterator[Chain]:
        yield Chain(examiner=self, provenance=self.provenance)  # type: ignore[arg-type] - a double

    def examine(self, case: GoldCase, *, epochs: int = 1) -> CaseResult:
        values = [self.values[(self.calls + n) % len(self.values)] for n in range(epochs)]
        self.calls += epochs
        return merged([answered(case, one) for one in values])


@pytest.mark.parametrize(
    ("values", "model", "epochs", "found"),
    [
        ([1.0], None, 1, True),
        ([1.0, 1.0, 1.0, 0.0], None, 1, False),
        ([1.0], "qwen", 1, None),
        ([1.0], "qwen", 3, True),
        ([1.0, 0.0], "qwen", 2, False),
    ],
)
def test_a_run_finds_out_by_itself_whether_answers_have_noise(
    tmp_path: Path, values: list[float], model: str | None, epochs: int, found: bool | None
) -> None:
    run = run_gold(gold(3), Steps(values, model=model), out=tmp_path / "run.json", epochs=epochs)

    assert run.deterministic is found
    assert read_run(tmp_path / "run.json").deterministic is found


def test_a_run_counts_the_runs_of_the_same_state_that_it_replaces(tmp_path: Path) -> None:
    out, cases = tmp_path / "run.json", gold(3)

    noisy = [run_gold(cases, Steps([1.0], model="qwen"), out=out).attempt for _ in range(3)]
    other = run_gold(cases, Steps([1.0], model="other"), out=out).attempt
    steady = [run_gold(cases, Steps([1.0], model=None), out=tmp_path / "b.json").attempt for _ in range(2)]
    told = run_gold(cases, Steps([1.0], model="qwen"), out=tmp_path / "c.json", attempt=4).attempt

    assert (noisy, other, steady, told) == ([1, 2, 3], 1, [1, 1], 4)
