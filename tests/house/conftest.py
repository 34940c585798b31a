"""What the tests of the papers share: the default collection, built once."""

from pathlib import Path

import pytest
from commands import BRAINS, assistant


@pytest.fixture(scope="session")
def default_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the default collection, which no test changes."""
    data = tmp_path_factory.mktemp("default") / "data"
    assert assistant("ask", BRAINS, ASSISTANT_DATA=data).returncode == 0
    return data
