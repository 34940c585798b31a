"""`assistant eval matrix / history / view`: runs side by side, one after another, or while they go on."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import IndexOption
from assistant.cli.output.progress import metered, note
from assistant.cli.output.pulse import pulse

if TYPE_CHECKING:
    from eval.report.contexts import ContextOf
    from eval.runs.results import Run

OWN_KEYS = ("system", "system_model", "epochs", "judge")
"""Keys of a configuration beside the settings, as the options of `eval run`."""


def matrix(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="CONFIG|RUN…", help="A .toml file with a table for each configuration, or run files."),
    ],
    gold: Annotated[list[str] | None, typer.Option("--gold", help="Gold file or folder to run; repeatable.")] = None,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder for the runs of a configuration.")] = "runs",
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write an HTML page too.")] = None,
    markdown: Annotated[str | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown too.")] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="FILE", help="Policy of the gate, as eval/gate.toml.")
    ] = None,
    common: Annotated[bool, typer.Option("--common", help="Compare only cases that all runs share.")] = False,
) -> None:
    """Compare several configurations, each with the first."""
    from eval.files import write_whole
    from eval.gate.matrix import matrix as compare_all
    from eval.gate.policy import DEFAULT_POLICY, load_policy
    from eval.report.series import matrix_html, matrix_markdown, matrix_text

    rules = load_policy(Path(policy) if policy else DEFAULT_POLICY)
    runs: list[tuple[str, Run]] = []
    for source in sources:
        runs += _made(Path(source), gold, Path(out)) if source.endswith(".toml") else _read(Path(source))
    with metered("comparing"):
        columns = compare_all(runs, rules, common=common)
    if html:
        write_whole(Path(html), matrix_html(columns), "--html")
    if markdown:
        write_whole(Path(markdown), matrix_markdown(columns), "--markdown")
    print(matrix_text(columns))


def history(
    sources: Annotated[list[str], typer.Argument(metavar="RUN…|DIR", help="Run files, or folders of them.")],
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="HTML file to write too.")] = None,
) -> None:
    """Show the trend of each measure over many runs, the oldest first."""
    from eval.files import write_whole
    from eval.report.series import history_html, history_text
    from index.errors import UserError

    runs = [one for source in sources for one in _read(Path(source))]
    if not runs:
        raise UserError(f"no run in {', '.join(sources)}", "name run files, or a folder with some")
    runs.sort(key=lambda one: one[1].started)
    print(history_text(runs))
    if out:
        write_whole(Path(out), history_html(runs), "--out")
        note(f"written to {out}")


def view(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run file, there or being made.")] = "run.json",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 for any that is free.")] = 8765,
    index: IndexOption = None,
) -> None:
    """Serve the report of a run on this machine, also while it goes on."""
    from functools import cache

    from assistant.cli.common import settings_from
    from eval.report.live import live_server
    from eval.runs.indexes import article_texts

    @cache
    def texts(fingerprint: str) -> dict[str, str]:
        return article_texts(newest[fingerprint], settings_from({"index": index}), note=note)

    newest: dict[str, Run] = {}

    def context_of(found: "Run") -> "ContextOf":
        fingerprint = str(found.provenance.index.get("fingerprint"))
        newest[fingerprint] = found
        return texts(fingerprint).get

    server = live_server(Path(run), port, context_of)
    note(f"the report is at http://127.0.0.1:{server.server_address[1]}/; Ctrl-C ends it")
    pulse.stop()
    try:
        server.serve_forever()
    finally:
        server.server_close()


def _read(source: Path) -> "list[tuple[str, Run]]":
    """Read a run, or all of a folder; what is no run there is passed over."""
    from eval.runs.run_file import read_run
    from index.errors import UserError

    if not source.is_dir():
        run = read_run(source)
        return [(run.tag or source.stem, run)]
    found = []
    for path in sorted(source.glob("*.json")):
        try:
            run = read_run(path)
        except UserError as error:
            note(f"passed over: {error.message}")
        else:
            found.append((run.tag or path.stem, run))
    return found


def _made(config: Path, gold: list[str] | None, out: Path) -> "list[tuple[str, Run]]":
    """Run each configuration of a file, into a run file of its name."""
    from assistant.cli.common import settings_from
    from assistant.cli.evaluation.running import judging, recordings, run_cases, system_of
    from assistant.settings.settings import flag_names, refuse_unknown
    from index.errors import ConfigurationError, UsageError, UserError, reason_of

    try:
        tables = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(
            f"{config} cannot be read ({reason_of(error)})", "write a table for each configuration"
        ) from error
    if len(tables) < 2:
        raise ConfigurationError(f"{config} has {len(tables)} of the two or more tables of a matrix", "add another")
    settings = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigurationError(f"{config}: {name} is {table!r}", f"write a table for it, as [{name}]")
        refuse_unknown(table, [*OWN_KEYS, *flag_names()], f"setting of [{name}]", config)
        flags = {key: value for key, value in table.items() if key not in OWN_KEYS}
        try:
            settings[name] = settings_from({"model": "", **flags})
        except (ConfigurationError, UsageError) as error:
            raise ConfigurationError(f"{config}, [{name}]: {error.message}", error.remedy) from error
    runs = []
    for name, table in tables.items():
        none = recordings(None, None)
        note(f"running {name}")
        made = run_cases(
            gold,
            settings[name],
            judging(table.get("judge"), 3, 0.0, none),
            none,
            out=str(out / f"{name}.json"),
            limit=None,
            jobs=None,
            resume=False,
            tag=name,
            epochs=table.get("epochs", 1),
            system=system_of(table.get("system"), table.get("system_model", "")),
        )
        runs.append((name, made))
    return runs
