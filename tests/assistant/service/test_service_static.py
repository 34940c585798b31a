"""The files of the web page as they are served."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import serving, town_in

import assistant.service

STATIC = Path(assistant.service.__file__).parent / "static"
MOST_BYTES = 400_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = tmp_path_factory.mktemp("static")
    town_in(home).close()
    with serving(home) as server, server.client() as one:
        yield one


def test_all_files_of_the_page_together_are_small():
    assert sum(file.stat().st_size for file in STATIC.rglob("*") if file.is_file()) < MOST_BYTES


def test_every_file_of_the_page_is_served_with_its_type(client):
    for file in STATIC.rglob("*"):
        if file.is_file():
            got = client.get(f"/static/{file.relative_to(STATIC).as_posix()}")
            assert got.content == file.read_bytes()
            assert file.suffix != ".js" or "javascript" in got.headers["content-type"]


def test_what_is_vendored_has_its_licence_beside_it():
    assert [file.name for file in (STATIC / "vendor").glob("*.js")] == ["lezer-markdown.js"]
    assert "MIT License" in (STATIC / "vendor" / "lezer.LICENSE.txt").read_text(encoding="utf-8")
