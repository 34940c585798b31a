"""Indexes for the tests of storage."""

import shutil

import pytest


@pytest.fixture
def aliased(town, quick_path):
    """The town with a glossary."""
    town.folder = shutil.copytree(town.folder, quick_path / "aliased")
    town.write("glossary.toml", '[[alias]]\nname = "river"\nalso = ["stream"]\n')
    town.add()
    return town
