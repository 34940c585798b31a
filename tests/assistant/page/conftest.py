"""Fixtures of the tests that drive the page in Chromium."""

import pytest
from pages import CHROMIUM, axe, browser

__all__ = ["axe", "browser"]


@pytest.fixture(autouse=True, scope="session")
def _chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("needs the browser chromium on the path, which is not there")
