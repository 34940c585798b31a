"""The notebook's cells run, and print what it shows."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest


@pytest.fixture
def cells(repository: Path) -> list[dict]:
    path = repository / "docs" / "notebooks" / "llamaindex.ipynb"
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_on_llamaindex_prints_what_it_shows(minilm, cells, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    names = {"__name__": "__main__"}

    assert len(cells) >= 6
    for cell in cells:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec("".join(cell["source"]), names)
        shown = "".join("".join(output["text"]) for output in cell["outputs"])
        assert printed.getvalue() == shown, "".join(cell["source"])
