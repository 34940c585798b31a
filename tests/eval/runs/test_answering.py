"""Runs with a model that answers: counted, compared, recorded and replayed, in one process or two."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library import indexed

from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer
from assistant.settings.settings import load_settings
from eval.cases.case import GoldCase
from eval.gate.compare import compare
from eval.gate.gate import decide_gate
from eval.gate.policy import load_policy
from eval.runs.answering import ConfiguredWriter
from eval.runs.chain import IndexChain
from eval.runs.judging import Recordings
from eval.runs.results import Run
from eval.runs.run_file import read_run
from eval.runs.runner import run_gold
from index.encoding.encoder import Encoder
from index.errors import ConfigurationError

KEY = "sk-sesame-open-4711"
ARTICLES = {
    "bridge.md": "The bridge of Oldwater has four lanes.\n\nThe bridge of Oldwater cost 3.5 million crowns.\n",
    "museum.md": "The museum of Oldwater has 19 halls. Entry to the museum is free on Mondays.\n",
}
LANES = "How many lanes does the bridge of Oldwater have?"
COST = "How much did the bridge of Oldwater cost?"
HALLS = "How many halls does the museum of Oldwater have?"
CASES = [
    GoldCase(id="lanes", question=LANES, facts=(("four lanes",),), tags=("bridge",)),
    GoldCase(id="cost", question=COST, facts=(("3.5 million crowns",),), tags=("bridge",)),
    GoldCase(id="halls", question=HALLS, turns=(LANES,), facts=(("19",),), tags=("museum",)),
    GoldCase(id="mercury", question="What is the boiling point of mercury?", answerable=False, tags=("none",)),
]
TURNS = [
    *[Turn(when=f"Follow-up: {HALLS}", reply=HALLS)] * 8,  # Each is given once, and the gold is run several times.
    Turn(when=f"Question: {LANES}", reply="The bridge of Oldwater has four lanes [1]. It is made of cheese [1]."),
    Turn(when=f"Question: {COST}", status=401),
    Turn(when=f"Question: {HALLS}", reply="The museum of Oldwater has 19 halls [1]."),
]


def note(_: str) -> None:
    """Takes a note and does nothing with it; a function of a module, so that it can be sent to another process."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    return indexed(tmp_path_factory.mktemp("oldwater"), ARTICLES, minilm)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with ScriptedServer(TURNS) as server:
        monkeypatch.setenv("ASSISTANT_MODEL_BASE_URL", server.url)
        monkeypatch.setenv("ASSISTANT_MODEL_KEY", KEY)
        monkeypatch.setenv("ASSISTANT_MODEL_PROMPT_PRICE", "1000")
        monkeypatch.setenv("ASSISTANT_MODEL_REPLY_PRICE", "2000")
        monkeypatch.setenv("ASSISTANT_MODEL_FAILURES", "0")
        yield server.url
        assert {request.authorization for request in server.requests} <= {f"Bearer {KEY}"}


def run(root: Path, out: Path, *, jobs: int = 1, model: str = "scripted", recordings: Recordings | None = None) -> Run:
    settings = load_settings({"model": model})[0]
    writer = ConfiguredWriter(name=model, recordings=recordings or Recordings()) if model else None
    chain = IndexChain(root=root, settings=settings, note=note, writer=writer)
    run_gold(CASES, chain, out=out, jobs=jobs)
    return read_run(out)


def cases_of(path: Path) -> str:
    """The run file without its times."""
    return "\n".join(line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(' "times"'))


def test_a_run_with_a_model_says_so_and_counts_what_it_took(root, tmp_path, url) -> None:
    made = run(root, tmp_path / "run.json")
    lanes, cost, halls, mercury = made.results

    assert made.provenance.model == "scripted"
    assert set(made.provenance.prompts) == {"answer", "again", "condense", "split"}
    assert made.provenance.settings["model.temperature"] == 0
    assert lanes.text == "The bridge of Oldwater has four lanes. [1]"
    assert (lanes.degraded, lanes.usage.calls, lanes.usage.completion_tokens) == (None, 1, 14)
    assert lanes.usage.cost == pytest.approx((lanes.usage.prompt_tokens * 1000 + 14 * 2000) / 1e6)
    assert cost.degraded.startswith("rejected: ")
    assert "3.5 million" in cost.text
    assert halls.text == "The museum of Oldwater has 19 halls. [1]"
    # The turn before it is not written; but the follow-up is made whole by a call, which no turn of the script is for.
    assert halls.usage.calls == 2
    assert (mercury.usage, mercury.degraded) == (None, None)
    assert "sesame" not in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_two_processes_read_the_key_themselves_and_give_the_same_bytes(root, tmp_path, url) -> None:
    run(root, tmp_path / "one.json", jobs=1)
    run(root, tmp_path / "two.json", jobs=2)

    assert cases_of(tmp_path / "one.json") == cases_of(tmp_path / "two.json")


@pytest.mark.parametrize(("recorded", "replayed"), [(1, 2), (2, 1)])
def test_a_recorded_run_is_replayed_to_the_same_bytes_with_the_server_gone(
    root, tmp_path, monkeypatch, url, recorded: int, replayed: int
) -> None:
    calls = tmp_path / "calls"
    run(root, tmp_path / "recorded.json", jobs=recorded, recordings=Recordings(record=calls))
    monkeypatch.setenv("ASSISTANT_MODEL_BASE_URL", "http://127.0.0.1:9/v1")

    run(root, tmp_path / "replayed.json", jobs=replayed, recordings=Recordings(replay=calls))

    assert cases_of(tmp_path / "recorded.json") == cases_of(tmp_path / "replayed.json")
    assert len(list(calls.iterdir())) == 4  # Three answers, and a follow-up made whole.
    assert not any("sesame" in path.read_text(encoding="utf-8") for path in calls.iterdir())


@pytest.mark.parametrize(("recorded", "replayed"), [(1, 2), (2, 1), (2, 2)])
def test_cases_that_ask_the_same_are_replayed_each_with_its_own_reply(
    root, tmp_path, monkeypatch, recorded: int, replayed: int
) -> None:
    twins = [replace(CASES[0], id=f"twin-{n}") for n in range(6)]
    replies = [f"The bridge of Oldwater has four lanes [1]. It is made of cheese number {n} [1]." for n in range(6)]

    def asked(out: Path, jobs: int, recordings: Recordings) -> list[object]:
        settings = load_settings({"model": "scripted"})[0]
        writer = ConfiguredWriter(name="scripted", recordings=recordings)
        run_gold(twins, IndexChain(root=root, settings=settings, note=note, writer=writer), out=out, jobs=jobs)
        return [(result.case.id, result.degraded, result.text, result.usage) for result in read_run(out).results]

    with ScriptedServer([Turn(reply=reply * (n + 1)) for n, reply in enumerate(replies)]) as server:
        monkeypatch.setenv("ASSISTANT_MODEL_BASE_URL", server.url)
        first = asked(tmp_path / "recorded.json", recorded, Recordings(record=tmp_path / "calls"))
    monkeypatch.setenv("ASSISTANT_MODEL_BASE_URL", "http://127.0.0.1:9/v1")
    again = asked(tmp_path / "replayed.json", replayed, Recordings(replay=tmp_path / "calls"))

    assert len({usage.completion_tokens for _, _, _, usage in first}) == 6  # Each got a reply of its own.
    assert first == again
    assert cases_of(tmp_path / "recorded.json") == cases_of(tmp_path / "replayed.json")


def test_a_run_with_a_model_is_compared_with_one_without(root, tmp_path, url) -> None:
    base, new = run(root, tmp_path / "base.json", model=""), run(root, tmp_path / "new.json")
    policy = load_policy()

    found = compare(base, new, policy)

    assert base.provenance.model is None
    assert all(result.usage is None and result.degraded is None for result in base.results)
    assert json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))["provenance"]["prompts"] == {}
    assert any("model: nothing → scripted" in line for line in found.differences)


def test_a_model_whose_server_is_gone_does_not_pass_the_gate(root, tmp_path, url, monkeypatch) -> None:
    base = run(root, tmp_path / "base.json")
    monkeypatch.setenv("ASSISTANT_MODEL_BASE_URL", "http://127.0.0.1:9/v1")
    new = run(root, tmp_path / "new.json")
    policy = load_policy()

    gates = [decide_gate(compare(before, new, policy), policy) for before in (base, new)]

    assert [gate.exit_code for gate in gates] == [100, 100]
    assert {check.name for check in gates[0].checks if check.verdict.value == "fail"} >= {"degraded answers", "model"}


@pytest.mark.parametrize(("limit", "kept"), [(10_000, True), (1, False)])
def test_tokens_and_cost_have_their_budgets(root, tmp_path, url, limit: int, kept: bool) -> None:
    made = run(root, tmp_path / "run.json")
    policy = replace(load_policy(), budgets={"tokens_per_case": limit, "cost": limit / 100})

    result = decide_gate(compare(made, made, policy), policy)

    assert (result.exit_code == 0) is kept


def test_a_model_without_a_name_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="--no-model"):
        ConfiguredWriter(name="")()
