"""`assistant eval`: test answers against gold, and measure quality and speed."""

import typer

from assistant.cli import eval_gold, eval_measure, eval_run, eval_series

app = typer.Typer(
    help="Test answers against gold cases; measure quality and speed.", no_args_is_help=True, rich_markup_mode=None
)
app.command("run")(eval_run.run)
app.command("compare")(eval_run.compare)
app.command("gate")(eval_run.gate)
app.command("matrix")(eval_series.matrix)
app.command("history")(eval_series.history)
app.command("view")(eval_series.view)
app.command("accept")(eval_gold.accept)
app.command("simulate")(eval_measure.simulate)
app.command("report")(eval_run.report)
app.command("doctor")(eval_gold.doctor)
app.command("add")(eval_gold.add)
app.command("draft")(eval_gold.draft)
app.command("redteam")(eval_gold.redteam)
app.command("import")(eval_gold.import_)
app.command("export")(eval_gold.export)
app.command("bench")(eval_measure.bench)
app.command("speed")(eval_measure.speed)
app.command("calibrate")(eval_measure.calibrate)


@app.callback()
def _group() -> None:
    """Test answers against gold cases; measure quality and speed."""
