"""`assistant eval`: test answers against gold, and measure quality and speed."""

import typer

from assistant.cli.evaluation import gold, measure, run, series

app = typer.Typer(
    help="Test answers against gold cases; measure quality and speed.", no_args_is_help=True, rich_markup_mode=None
)
app.command("run")(run.run)
app.command("compare")(run.compare)
app.command("gate")(run.gate)
app.command("matrix")(series.matrix)
app.command("history")(series.history)
app.command("view")(series.view)
app.command("accept")(gold.accept)
app.command("simulate")(measure.simulate)
app.command("report")(run.report)
app.command("doctor")(gold.doctor)
app.command("add")(gold.add)
app.command("draft")(gold.draft)
app.command("redteam")(gold.redteam)
app.command("import")(gold.import_)
app.command("export")(gold.export)
app.command("bench")(measure.bench)
app.command("speed")(measure.speed)
app.command("calibrate")(measure.calibrate)


@app.callback()
def _group() -> None:
    """Test answers against gold cases; measure quality and speed."""
