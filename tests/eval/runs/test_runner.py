"""Runs: the same bytes twice, nothing lost by an interruption, and files that can be read again."""

import json
import math
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library import ignore

from assistant.answer.answer import ModelUse
from assistant.settings.settings import Settings
from eval.cases.case import Evidence, GoldCase, gold_digest
from eval.measures.registry import BY_NAME, METRICS
from eval.runs.chain import Chain, IndexChain
from eval.runs.journal import journal_path
from eval.runs.provenance import differences, same
from eval.runs.results import CaseResult, Cited, Outcome, Provenance, Run, Score
from eval.runs.run_file import read_run, run_text, write_run
from eval.runs.runner import run_gold
from index.encoding.encoder import Encoder
from index.errors import AssistantError, UserError
from index.storage.changes import add_paths
from index.storage.store import create_index, keep_threshold

PROVENANCE = Provenance(
    assistant="0.1.0",
    index={"fingerprint": "f00d", "generation": 3, "articles": 2, "chunks": 5},
    encoder="hash 1234",
    reader="extractive@5678",
    model="rehearsed",
    judge=None,
    prompts={},
    settings={"passages": 6, "threshold": 0.25},
    packages={"python": "3.11.7"},
)
CASES = [
    GoldCase(id=f"case-{n}", question=f"Wie viele Brücken gibt es in 浙江 {n}?", answerable=False, tags=("many",))
    for n in range(8)
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """Opens a chain that answers each case alike, and misbehaves at one of them, once."""

    folder: Path
    """Where it is remembered what was asked, and that it has misbehaved."""
    at: str = ""
    how: str = ""
    provenance: Provenance = PROVENANCE

    @contextmanager
    def _opened(self) -> Iterator[Chain]:
        yield Chain(examiner=self, provenance=self.provenance)  # type: ignore[arg-type] - a double

    def __call__(self) -> AbstractContextManager[Chain]:
        return self._opened()

    def examine(self, case: GoldCase, *, epochs: int = 1) -> CaseResult:
        once = self.folder / "misbehaved"
        if case.id == self.at and not once.exists():
            once.touch()
            if self.how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt
        with (self.folder / "asked").open("a") as file:
            file.write(f"{case.id}\n")
        return CaseResult(
            case=case,
            outcome=Outcome.REFUSED,
            reason="not_found",
            searched=case.question,
            text="Das steht in keinem Artikel: 浙政钉.",
            confidence=0.1,
            would_be_right=False,
            scores=(Score(name="correct", value=1.0), Score(name="fact_recall", value=round(1 / 3, 6))),
            seconds=0.01,
        )

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().split()


@pytest.fixture
def rehearsed(tmp_path: Path) -> Rehearsed:
    return Rehearsed(folder=tmp_path)


def timeless(path: Path) -> list[str]:
    """The lines of a run file but for the one that may differ."""
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if not line.startswith(' "times": ')]
    assert len(kept) == len(lines) - 1
    return kept


# The real chain

QUESTIONS = (
    ("lanes", "How many lanes does the bridge of Oldwater have?", "four lanes"),
    ("cost", "How much did the bridge of Oldwater cost?", "3.5 million"),
    ("halls", "How many halls does the museum of Oldwater have?", "12 halls"),
    ("sundays", "When is entry to the museum of Oldwater free?", "Sundays"),
    ("opened", "Who opened the new bridge of Oldwater?", "Anna Berg"),
    ("mercury", "What is the boiling point of mercury?", None),
)
OLDWATER = {
    "bridge.md": """---
title: The new bridge of Oldwater
---
The new bridge of Oldwater was opened by Mayor Anna Berg. It has four lanes.

The bridge of Oldwater cost 3.5 million crowns.
""",
    "museum.md": """---
title: The museum of Oldwater
---
The museum of Oldwater has 12 halls. Entry is free on Sundays.
""",
}
REAL = [
    GoldCase(
        id=id_,
        question=question,
        facts=((fact,), ("something else",), ("more",)) if fact else (),
        answerable=fact is not None,
        tags=("real",),
    )
    for id_, question, fact in QUESTIONS
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("oldwater") / "articles"
    folder.mkdir()
    for name, text in OLDWATER.items():
        (folder / name).write_text(text, encoding="utf-8")
    root = folder.parent / "index"
    create_index(root, minilm, max_tokens=minilm.max_tokens)
    add_paths(root, [folder], minilm, note=ignore, meter=ignore)
    return root


def test_two_runs_on_one_index_are_the_same_bytes_but_for_the_times_in_one_process_or_two(
    root: Path, tmp_path: Path
) -> None:
    chain = IndexChain(root=root, settings=Settings(), note=ignore)

    first = run_gold(REAL, chain, out=tmp_path / "1.json")
    run_gold(REAL, chain, out=tmp_path / "2.json")
    run_gold(REAL, chain, out=tmp_path / "jobs.json", jobs=2)

    assert timeless(tmp_path / "1.json") == timeless(tmp_path / "2.json") == timeless(tmp_path / "jobs.json")
    assert {result.outcome for result in first.results} == {Outcome.ANSWERED, Outcome.REFUSED}
    assert read_run(tmp_path / "1.json") == first
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["1.json", "2.json", "jobs.json"]


def test_what_a_run_comes_from_is_told_and_differences_are_named(root: Path, tmp_path: Path, minilm: Encoder) -> None:
    before = run_gold(REAL[:1], IndexChain(root=root, settings=Settings(), note=ignore), out=tmp_path / "a.json")
    wider = IndexChain(root=root, settings=Settings(passages=9), note=ignore)
    after = run_gold(REAL[:1], wider, out=tmp_path / "b.json")

    told = before.provenance
    assert told.encoder == f"{minilm.name} {minilm.hash[:12]}"
    assert (told.index["articles"], told.settings["passages"], told.model, told.judge) == (2, 6, None, None)
    assert set(told.packages) == {"python", "faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers"}
    assert 0 < float(told.settings["threshold"]) < 1
    assert differences(told, after.provenance) == ("settings passages: 6 → 9",)
    assert not same(told, after.provenance)
    assert same(told, read_run(tmp_path / "a.json").provenance)


def test_a_threshold_kept_with_the_index_is_among_what_a_run_comes_from(tmp_path: Path, minilm: Encoder) -> None:
    create_index(tmp_path / "index", minilm, max_tokens=64)
    keep_threshold(tmp_path / "index", 0.875, "by hand")

    with IndexChain(root=tmp_path / "index", settings=Settings(), note=ignore)() as chain:
        assert chain.provenance.settings["threshold"] == 0.875
    with IndexChain(root=tmp_path / "index", settings=Settings(threshold=0.5), note=ignore)() as chain:
        assert chain.provenance.settings["threshold"] == 0.5


# Interruptions


def interrupted(rehearsed: Rehearsed, out: Path, *, at: str = "case-5") -> str:
    """Run until the case `at`; what is said."""
    with pytest.raises(KeyboardInterrupt) as stop:
        run_gold(CASES, replace(rehearsed, at=at, how="interrupt"), out=out)
    return str(stop.value)


def test_an_interruption_keeps_what_is_done_and_resuming_asks_only_the_rest(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.json", tmp_path / "run.json"
    run_gold(CASES, rehearsed, out=whole)
    (tmp_path / "asked").unlink()

    said = interrupted(rehearsed, out)
    counted: list[tuple[int, int]] = []
    run = run_gold(CASES, rehearsed, out=out, resume=True, progress=lambda done, of: counted.append((done, of)))

    assert said == (f"interrupted; 5 of 8 cases kept in {journal_path(out)}; the same command with --resume goes on")
    assert rehearsed.asked() == [case.id for case in CASES]
    assert counted == [(5, 8), (6, 8), (7, 8), (8, 8)]
    assert timeless(out) == timeless(whole)
    assert read_run(out) == run
    assert not journal_path(out).exists()


def test_an_interruption_leaves_an_earlier_run_file_as_it_was(rehearsed: Rehearsed, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    run_gold(CASES, rehearsed, out=out)
    before = out.read_bytes()

    interrupted(rehearsed, out)

    assert out.read_bytes() == before


def test_a_journal_cut_off_at_any_byte_of_its_last_line_resumes_to_the_same_bytes(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    """The lines hold characters of three bytes, so some cuts fall within one."""
    whole, out = tmp_path / "whole.json", tmp_path / "run.json"
    run_gold(CASES, rehearsed, out=whole)
    interrupted(rehearsed, out, at="case-2")
    kept = journal_path(out).read_bytes()
    last = kept.rindex(b"\n")
    cuts = {last, last + 1, last + 2, len(kept) - 1, *range(last, len(kept), 11)}
    within = [at for at in range(last, len(kept)) if 0x80 <= kept[at] < 0xC0]

    for cut in sorted({*cuts, within[0], within[-1]}):
        journal_path(out).write_bytes(kept[:cut])
        (tmp_path / "asked").unlink(missing_ok=True)
        run_gold(CASES, rehearsed, out=out, resume=True)

        assert rehearsed.asked() == [case.id for case in CASES[1:]], cut
        assert timeless(out) == timeless(whole)


def test_a_run_that_was_cut_off_twice_resumes_twice(rehearsed: Rehearsed, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.json", tmp_path / "run.json"
    run_gold(CASES, rehearsed, out=whole)
    interrupted(rehearsed, out, at="case-2")
    with journal_path(out).open("ab") as file:
        file.write('\n{"seconds": 0.1, "case": {"id": "浙'.encode()[:-1])
    (tmp_path / "misbehaved").unlink()
    with pytest.raises(KeyboardInterrupt, match="6 of 8 cases kept"):
        run_gold(CASES, replace(rehearsed, at="case-6"), out=out, resume=True)

    run_gold(CASES, rehearsed, out=out, resume=True)

    assert timeless(out) == timeless(whole)


@pytest.mark.parametrize(
    ("cases", "provenance"),
    [
        (CASES[:7], PROVENANCE),
        ([replace(CASES[0], question="Why?"), *CASES[1:]], PROVENANCE),
        (CASES, replace(PROVENANCE, settings={"passages": 7, "threshold": 0.25})),
        (CASES, replace(PROVENANCE, index={**PROVENANCE.index, "fingerprint": "beef"})),
        (CASES, replace(PROVENANCE, judge="another")),
    ],
)
def test_what_is_of_other_gold_settings_or_index_is_not_resumed(
    rehearsed: Rehearsed, tmp_path: Path, cases: list[GoldCase], provenance: Provenance
) -> None:
    out = tmp_path / "run.json"
    interrupted(rehearsed, out)
    kept = journal_path(out).read_bytes()

    with pytest.raises(UserError) as told:
        run_gold(cases, replace(rehearsed, provenance=provenance), out=out, resume=True)

    assert str(told.value) == (
        f"{journal_path(out)} is of other cases, or of another index or other settings; "
        f"run without --resume to start afresh"
    )
    assert journal_path(out).read_bytes() == kept
    assert not out.exists()


def test_tags_that_were_changed_meanwhile_are_in_the_resumed_run(rehearsed: Rehearsed, tmp_path: Path) -> None:
    """They are no part of what is asked, so they stop nobody; and the run is as if it had not been interrupted."""
    whole, out = tmp_path / "whole.json", tmp_path / "run.json"
    retagged = [replace(case, tags=("few",), note="new") for case in CASES]
    run_gold(retagged, rehearsed, out=whole)

    interrupted(rehearsed, out)
    run_gold(retagged, rehearsed, out=out, resume=True)

    assert timeless(out) == timeless(whole)


@pytest.mark.parametrize("left", [None, b"", b"\n", b"\n{", b"\n[1, 2]", b"\xff\xfe", b'\n{"gold": "'])
def test_nothing_to_resume_is_said_in_one_line(rehearsed: Rehearsed, tmp_path: Path, left: bytes | None) -> None:
    out = tmp_path / "run.json"
    if left is not None:
        journal_path(out).write_bytes(left)

    with pytest.raises(UserError, match="run without --resume") as told:
        run_gold(CASES, rehearsed, out=out, resume=True)

    assert "\n" not in str(told.value)


def test_a_run_without_resume_starts_afresh(rehearsed: Rehearsed, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    interrupted(rehearsed, out)

    run_gold(CASES[:3], rehearsed, out=out)

    assert [result.case.id for result in read_run(out).results] == ["case-0", "case-1", "case-2"]
    assert not journal_path(out).exists()


def test_a_run_that_cannot_be_written_is_said_before_anything_is_asked(rehearsed: Rehearsed, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UserError, match=r"cannot be written \(.*\); name another file with --out"):
        run_gold(CASES, rehearsed, out=tmp_path / "file" / "run.json")

    assert not (tmp_path / "asked").exists()


def test_a_killed_process_of_several_ends_the_run_in_one_clear_line_and_the_rest_is_resumed(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.json", tmp_path / "run.json"
    run_gold(CASES, rehearsed, out=whole)

    with pytest.raises(AssistantError) as told:
        run_gold(CASES, replace(rehearsed, at="case-3", how="kill"), out=out, jobs=2)
    kept = journal_path(out).read_text(encoding="utf-8").count('"case": ')
    run = run_gold(CASES, rehearsed, out=out, resume=True)

    assert str(told.value).startswith("a process of the run was killed, perhaps for want of memory; run again with")
    assert kept < len(CASES)
    assert timeless(out) == timeless(whole)
    assert run.failed == []


# Run files

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(str.strip)
fractions = st.floats(0, 1).map(lambda value: round(value, 6))
cited = st.builds(
    Cited,
    number=st.just(1),
    article_id=names,
    start=st.integers(0, 99),
    end=st.integers(0, 99),
    quote=names,
    answer_spans=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
)


@st.composite
def results(draw: st.DrawFn) -> CaseResult:
    """Any result that a run can have."""
    outcome = draw(st.sampled_from(Outcome))
    case = GoldCase(
        id=draw(names),
        question=draw(names),
        facts=draw(st.just(()) | st.just((("a", "b"), ("c",)))),
        evidence=draw(st.just(()) | st.just((Evidence(article_id="x", quote=None, part="p"),))),
        answerable=draw(st.booleans()),
        tags=tuple(draw(st.lists(names, max_size=2))),
    )
    if outcome is Outcome.FAILED:
        return CaseResult(case=case, outcome=outcome, error=draw(names), seconds=draw(fractions))
    chosen = draw(st.lists(st.sampled_from([m.name for m in METRICS]), unique=True))
    scores = tuple(
        draw(
            st.builds(Score, name=st.just(n), value=st.sampled_from((0.0, 1.0)) if BY_NAME[n].binary else fractions)
            | st.builds(Score, name=st.just(n), value=st.none(), reason=names)
        )
        for n in chosen
    )
    return CaseResult(
        case=case,
        outcome=outcome,
        reason=draw(names) if outcome is Outcome.REFUSED else None,
        searched=draw(names),
        text=draw(names),
        citations=tuple(replace(c, number=n) for n, c in enumerate(draw(st.lists(cited, max_size=3)), 1)),
        broken_receipts=draw(st.integers(0, 2)),
        confidence=draw(st.none() | st.floats(0, 1)),
        would_be_right=draw(st.none() | st.booleans()),
        degraded=draw(st.none() | names),
        scores=scores,
        judgements=draw(st.dictionaries(names, st.lists(st.booleans(), min_size=1).map(tuple), max_size=2)),
        usage=draw(st.none() | st.builds(ModelUse, calls=st.integers(0, 9), prompt_tokens=st.integers(0, 9),
                                         completion_tokens=st.integers(0, 9), cost=st.none() | fractions)),
        seconds=draw(fractions),
    )  # fmt: skip


@given(st.lists(results(), min_size=1, max_size=4, unique_by=lambda result: result.case.id), st.none() | names)
def test_a_run_is_read_from_its_file_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, made: list[CaseResult], tag: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "any run.json"
    run = Run(
        tag=tag,
        gold=gold_digest([result.case for result in made]),
        provenance=PROVENANCE,
        results=tuple(made),
        started="2026-03-06T00:00:00+00:00",
        seconds=1.5,
    )

    write_run(run, path)

    assert read_run(path) == run
    assert run_text(read_run(path)) == path.read_text(encoding="utf-8")


def test_a_run_file_has_its_summary_first_and_all_its_times_in_one_line(rehearsed: Rehearsed, tmp_path: Path) -> None:
    run_gold(CASES[:2], rehearsed, out=tmp_path / "run.json", tag="nightly")

    data = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))

    assert list(data) == ["format", "tag", "gold", "provenance", "deterministic", "counts", "summary", "cases", "times"]
    assert (data["format"], data["tag"], data["gold"]) == (1, "nightly", gold_digest(CASES[:2]))
    assert data["summary"]["correct"] == {"mean": 1.0, "scored": 2, "unscored": 0, "failed": 0}
    assert set(data["times"]) == {"started", "seconds", "attempt", "cases"}
    assert not {"seconds", "started"} & {key for case in data["cases"] for key in case}


def broken(change: Callable[[dict[str, object]], object]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data)

    return changed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text[: len(text) // 2], "is no run"),
        (lambda _: "", "is no run"),
        (lambda _: "[]", "is no run .*object|dictionary"),
        (lambda _: "{}", "its format is None"),
        (lambda _: "[" * 100_000, "is no run"),
        (broken(lambda data: data.update(format=2)), "its format is 2, this version reads 1"),
        (broken(lambda data: data.pop("format")), "its format is None"),
        (broken(lambda data: data.pop("gold")), "gold is missing"),
        (broken(lambda data: data.update(times={})), "times.started is missing"),
        (broken(lambda data: data["provenance"].pop("judge")), "provenance.judge is missing"),
        (
            broken(lambda data: data["cases"][0].update(outcome="won")),
            r"cases\[1\].outcome is 'won'; input should be 'answered'",
        ),
        (broken(lambda data: data["cases"][0].pop("scores")), r"cases\[1\].scores is missing"),
        (broken(lambda data: data.update(cases=3)), "cases is 3; input should be a valid"),
        (broken(lambda data: data["times"]["cases"].popitem()), r"times.cases lacks "),
        (broken(lambda data: data.update(colour=1)), "colour is not known"),
        (broken(lambda data: data["cases"][0]["scores"].update(correct=7.0)), r"cases\[1\].scores.correct is 7.0"),
        (broken(lambda data: data["cases"][0]["scores"].update(correct=math.nan)), r"scores.correct is nan"),
    ],
)
def test_a_file_that_is_no_run_is_told_in_one_line(
    rehearsed: Rehearsed, tmp_path: Path, change: Callable[[str], str], told: str
) -> None:
    path = tmp_path / "run.json"
    run_gold(CASES[:1], rehearsed, out=path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(UserError, match=told) as error:
        read_run(path)

    assert "make one with `assistant eval run`" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent.json cannot be read \(No such file"):
        read_run(tmp_path / "absent.json")


def test_what_is_no_run_is_not_replaced_and_a_folder_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "one"}\n', encoding="utf-8")

    for out, told in ((gold, "is no run, so it is not replaced"), (tmp_path, "is a folder")):
        with pytest.raises(UserError, match=told):
            run_gold(CASES, lambda: pytest.fail("asked"), out=out)
    assert gold.read_text(encoding="utf-8") == '{"id": "one"}\n'
