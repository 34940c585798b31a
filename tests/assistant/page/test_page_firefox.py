"""The page in Firefox: asked, read, searched and fitted as in Chromium."""

import json
import shutil
from collections.abc import Iterator

import pytest
from bidi import Firefox, firefox
from pages import WIDTHS
from serving import TRAM, Server, serving, town_in

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
ENTER, ESCAPE, RIGHT = "\ue007", "\ue00c", "\ue014"
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs the browser firefox-esr on the path")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("firefox")
    town_in(home).close()
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(PROGRAM or "", tmp_path_factory.mktemp("profile")) as one:
        yield one


def text(window: Firefox, selector: str) -> str:
    return window.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_question_is_asked_its_quote_marked_and_everything_fits(window, server, axe, width):
    window.resize(width)
    window.open(f"{server.url}/?{width}")
    window.until("document.querySelector('#status').textContent.includes('3 articles')")
    window.evaluate("document.querySelector('#question').focus()")
    window.press(*TRAM, ENTER)
    window.until("document.querySelector('.turn .tools')")
    assert "35,000 crowns" in text(window, ".lines")

    window.evaluate("document.querySelector('.cite').click()")
    window.until("document.querySelector('#article mark')")
    assert text(window, "#article mark") == "The tram will cost 35,000 crowns a metre."
    assert "to the letter" in text(window, ".receipt")
    wide = "[...document.querySelectorAll('html, .column, .thread, .article-body, dialog[open]')]"
    assert (
        window.evaluate(f"{wide}.filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1).length") == 0
    )
    window.evaluate(f"(() => {{ {axe}; }})()")
    found = window.evaluate("axe.run().then((result) => result.violations)")
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    window.press(ESCAPE)
    window.until("!document.querySelector('#article').checkVisibility()")
    window.evaluate("document.querySelector('#theme').focus()")
    window.press("?")
    window.until("document.querySelector('#keys').open")
    window.press(ESCAPE)
    window.until("!document.querySelector('#keys').open")
    assert window.thrown == []
