"""`assistant eval run / compare / gate / report`: run the gold cases, compare runs, decide, report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import IndexOption, ModelOption, NoModelOption, model_flag, settings_from
from assistant.cli.evaluation.running import judging, recordings, run_cases, system_of
from assistant.cli.output.progress import metered, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eval.gate.gate import GateResult
    from eval.gate.policy import Policy
    from eval.runs.results import Run

GoldArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="GOLD…", help="Gold files or folders; default: eval/gold here, or the default collection's."
    ),
]
OutOption = Annotated[str, typer.Option("--out", metavar="FILE", help="Run file to write.")]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, max=64, help="Parallel processes; default: one a core, at most four.")
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Run only this many cases, spread evenly.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")]
TagOption = Annotated[str | None, typer.Option("--tag", help="Name of the run in reports.")]
PolicyOption = Annotated[
    str | None, typer.Option("--policy", metavar="FILE", help="Policy of the gate, as eval/gate.toml.")
]
CommonOption = Annotated[
    bool, typer.Option("--common", help="Compare only cases that are the same in both runs, instead of refusing.")
]
JudgeOption = Annotated[
    str | None,
    typer.Option("--judge", metavar="MODEL", help="Judge answers with this model too, on the server of [model]."),
]
RepeatsOption = Annotated[int, typer.Option("--repeats", min=1, max=20, help="Calls of the judge for each prompt.")]
TemperatureOption = Annotated[
    float, typer.Option("--judge-temperature", min=0, max=2, help="Temperature of the judge.")
]
SystemOption = Annotated[
    str | None,
    typer.Option(
        "--system", metavar="SYSTEM", help="Ask another system: an OpenAI-compatible address, or module:function."
    ),
]
SystemModelOption = Annotated[
    str, typer.Option("--system-model", metavar="MODEL", help="Model of that server; default: the first it lists.")
]
ScorerOption = Annotated[
    list[str] | None,
    typer.Option("--scorer", metavar="SCORER", help="A scorer of your own, as module:function; repeatable."),
]
SpellingOption = Annotated[
    bool, typer.Option("--spelling", help="Accept facts in British and in American spelling; for baseline and gate.")
]
RecordOption = Annotated[str | None, typer.Option("--record", metavar="DIR", help="Record all model calls.")]
ReplayOption = Annotated[
    str | None, typer.Option("--replay", metavar="DIR", help="Replay recorded model calls; asks no model.")
]
EpochsOption = Annotated[
    int, typer.Option("--epochs", min=1, max=20, help="Times to ask each case, with other seeds; scores are means.")
]
AttemptOption = Annotated[
    int, typer.Option("--attempt", min=1, help="Number of this run of the same state, as a CI server counts retries.")
]


def run(
    gold: GoldArgument = None,
    index: IndexOption = None,
    out: OutOption = "run.json",
    tag: TagOption = None,
    limit: LimitOption = None,
    jobs: JobsOption = None,
    resume: ResumeOption = False,
    epochs: EpochsOption = 1,
    model: ModelOption = None,
    no_model: NoModelOption = False,
    judge: JudgeOption = None,
    repeats: RepeatsOption = 3,
    judge_temperature: TemperatureOption = 0.0,
    record: RecordOption = None,
    replay: ReplayOption = None,
    system: SystemOption = None,
    system_model: SystemModelOption = "",
    scorer: ScorerOption = None,
    spelling: SpellingOption = False,
) -> None:
    """Run gold cases: ask and score each, and write the run file."""
    from eval.report import run_text

    recorded = recordings(record, replay)
    made = run_cases(
        gold,
        settings_from({"index": index, "model": model_flag(model, no_model)}),
        judging(judge, repeats, judge_temperature, recorded),
        recorded,
        out=out,
        tag=tag,
        limit=limit,
        jobs=jobs,
        resume=resume,
        epochs=epochs,
        system=system_of(system, system_model),
        scorers=scorer or (),
        spelling=spelling,
    )
    print(run_text(made))
    note(f"written to {out}")


def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="Baseline run.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Run to compare with it.")],
    common: CommonOption = False,
    policy: PolicyOption = None,
) -> None:
    """Compare two runs, paired by case: measures, slices and changed cases."""
    from eval.gate.compare import compare as compare_runs
    from eval.report import comparison_text
    from eval.runs.run_file import read_run

    with metered("comparing"):
        found = compare_runs(read_run(Path(base)), read_run(Path(new)), _policy(policy), common=common)
    print(comparison_text(found))


def gate(
    gold: GoldArgument = None,
    baseline: Annotated[str, typer.Option("--baseline", metavar="RUN", help="Baseline run.")] = "eval/baseline.json",
    index: IndexOption = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Judge this run instead of a new one.")
    ] = None,
    out: OutOption = "run.json",
    limit: LimitOption = None,
    jobs: JobsOption = None,
    resume: ResumeOption = False,
    epochs: EpochsOption = 1,
    attempt: AttemptOption = 1,
    model: ModelOption = None,
    no_model: NoModelOption = False,
    judge: JudgeOption = None,
    repeats: RepeatsOption = 3,
    judge_temperature: TemperatureOption = 0.0,
    record: RecordOption = None,
    replay: ReplayOption = None,
    system: SystemOption = None,
    system_model: SystemModelOption = "",
    scorer: ScorerOption = None,
    spelling: SpellingOption = False,
    common: CommonOption = False,
    policy: PolicyOption = None,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write an HTML report too.")] = None,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML too.")] = None,
    markdown: Annotated[str | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown too.")] = None,
) -> None:
    """Run gold cases and compare with a baseline: exit 0 passed, 100 failed, 101 inconclusive."""
    from eval.gate.accepted import accepted_path, read_accepted
    from eval.report import gate_text
    from eval.runs.run_file import read_run

    base, rules = read_run(Path(baseline)), _policy(policy)  # Errors in these are reported before anything is asked.
    if run is not None:
        new = read_run(Path(run))
    else:
        recorded = recordings(record, replay)
        settings = settings_from({"index": index, "model": model_flag(model, no_model)})
        judged = judging(judge, repeats, judge_temperature, recorded)
        new = run_cases(
            gold,
            settings,
            judged,
            recorded,
            out=out,
            limit=limit,
            jobs=jobs,
            resume=resume,
            epochs=epochs,
            attempt=attempt,
            system=system_of(system, system_model),
            scorers=scorer or (),
            spelling=spelling,
        )
    accepted = read_accepted(accepted_path(Path(baseline)), base)
    result = _decided(base, new, rules, common=common or limit is not None, accepted=accepted)
    _write(new, result, index, html=html, junit=junit, markdown=markdown)
    print(gate_text(result))
    raise typer.Exit(result.exit_code)


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run file.")],
    base: Annotated[str | None, typer.Argument(metavar="[BASE]", help="Baseline run.")] = None,
    index: IndexOption = None,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="HTML file to write.")] = "report.html",
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML too.")] = None,
    markdown: Annotated[str | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown too.")] = None,
    common: CommonOption = False,
    policy: PolicyOption = None,
) -> None:
    """Write a self-contained HTML report of a run, alone or against a baseline."""
    from eval.gate.accepted import accepted_path, read_accepted
    from eval.runs.run_file import read_run

    new = read_run(Path(run))
    result = None
    if base:
        before = read_run(Path(base))
        accepted = read_accepted(accepted_path(Path(base)), before)
        result = _decided(before, new, _policy(policy), common=common, accepted=accepted)
    _write(new, result, index, html=out, junit=junit, markdown=markdown)
    note(f"written to {out}")


def _decided(base: "Run", new: "Run", policy: "Policy", *, common: bool, accepted: "Mapping[str, str]") -> "GateResult":
    from eval.gate.compare import compare as compare_runs
    from eval.gate.gate import decide_gate

    with metered("comparing"):
        return decide_gate(compare_runs(base, new, policy, common=common), policy, accepted=accepted)


def _policy(name: str | None) -> "Policy":
    from eval.gate.policy import DEFAULT_POLICY, load_policy

    return load_policy(Path(name) if name else DEFAULT_POLICY)


def _write(
    new: "Run",
    result: "GateResult | None",
    index: str | None,
    *,
    html: str | None,
    junit: str | None,
    markdown: str | None,
) -> None:
    """Write the requested reports, each atomically."""
    from eval.files import write_whole
    from eval.report import html_report, junit_xml, markdown_report
    from eval.runs.indexes import article_texts

    comparison = result.comparison if result else None
    if html:
        texts = article_texts(new, settings_from({"index": index}), note=note)
        page = html_report(new, gate=result, comparison=comparison, context_of=texts.get)
        write_whole(Path(html), page, "--html or --out")
    if junit:
        write_whole(Path(junit), junit_xml(new, result), "--junit")
    if markdown:
        write_whole(Path(markdown), markdown_report(new, result, comparison), "--markdown")
