"""`assistant eval`: test answers against gold, and measure quality and speed."""

import typer

from assistant.cli.evaluation import gold, measure, run, series
from assistant.cli.tree import Section, Sections

app = typer.Typer(
    help="Test answers against gold cases; measure quality and speed.",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("run", rich_help_panel=Section.DECIDING)(run.run)
app.command("compare", rich_help_panel=Section.DECIDING)(run.compare)
app.command("gate", rich_help_panel=Section.DECIDING)(run.gate)
app.command("matrix", rich_help_panel=Section.DECIDING)(series.matrix)
app.command("history", rich_help_panel=Section.DECIDING)(series.history)
app.command("view", rich_help_panel=Section.DECIDING)(series.view)
app.command("accept", rich_help_panel=Section.GOLD)(gold.accept)
app.command("simulate", rich_help_panel=Section.MEASURING)(measure.simulate)
app.command("report", rich_help_panel=Section.DECIDING)(run.report)
app.command("doctor", rich_help_panel=Section.GOLD)(gold.doctor)
app.command("add", rich_help_panel=Section.GOLD)(gold.add)
app.command("draft", rich_help_panel=Section.GOLD)(gold.draft)
app.command("redteam", rich_help_panel=Section.GOLD)(gold.redteam)
app.command("import", rich_help_panel=Section.GOLD)(gold.import_)
app.command("export", rich_help_panel=Section.GOLD)(gold.export)
app.command("bench", rich_help_panel=Section.MEASURING)(measure.bench)
app.command("speed", rich_help_panel=Section.MEASURING)(measure.speed)
app.command("calibrate", rich_help_panel=Section.MEASURING)(measure.calibrate)


@app.callback()
def _group() -> None:
    """Test answers against gold cases; measure quality and speed."""
