"""The page in a real browser."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from serving import Server

CHROMIUM = shutil.which("chromium")


FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The fixture that refuses sockets does not reach into the browser; this does.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


MILLISECONDS = 20_000
"""The longest wait for a condition; a busy machine may need seconds for what takes a moment."""


WIDTHS = (360, 1600)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium, from before the block until after it."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, url: str, *, width: int = 1280, scheme: str = "light") -> Iterator[Page]:
    """The page, ready for a question, as a person sees it who was never here; no script of it may fail."""
    # Without motion: in the middle of an animation colours are those of no state.
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    try:
        page.goto(url)
        expect(page.locator("#status")).to_contain_text("article")
        yield page
        assert thrown == []
    finally:
        context.close()


@contextmanager
def slowly(browser: Browser, url: str, script: str) -> Iterator[tuple[Page, Callable[[], None]]]:
    """The page before this script of it has come, and what lets it come."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    held: list[Route] = []
    page.route(f"**/static/{script}", lambda route: held.append(route))
    try:
        page.goto(url, wait_until="commit")
        yield page, lambda: held[0].continue_()
    finally:
        context.close()


def ask(page: Page, question: str) -> None:
    """Ask and wait for the whole answer."""
    before = page.locator(".turn").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator(".turn").last.locator(".tools")).to_be_visible()


def conversation_of(page: Page) -> str:
    """The id of the conversation that is shown."""
    page.wait_for_url(re.compile("#c="))
    return page.url.partition("#c=")[2]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, from the package that brings it along."""
    pytest.importorskip("axe_playwright_python", reason="needs the package axe-playwright-python, which is not here")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def assert_nothing_is_wider(page: Page, state: str = "") -> None:
    """No part of the page scrolls sideways."""
    wide = page.evaluate("[...document.querySelectorAll('html, .column, .thread, .article-body, dialog[open]')]"
                         ".filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)"
                         ".map((one) => one.id || one.tagName)")  # fmt: skip
    assert wide == [], f"{state}: {wide}"


def serious(page: Page, axe: str) -> list[dict]:
    """What axe-core holds against the page as it stands, from serious on."""
    page.evaluate(axe)
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [one for one in found if one["impact"] in ("serious", "critical")]


def assert_the_quote_is_marked(page: Page, server: Server, citation: dict) -> None:
    """What is marked are exactly the characters of the citation."""
    with server.client() as client:
        text = client.get(f"/api/articles/{citation['article_id']}").json()["text"]
    assert marked(page) == ("".join(text[: citation["start"]].split()), citation["quote"])


def marked(page: Page) -> tuple[str, str]:
    """The article's text before the mark, without white space, and what is marked."""
    expect(page.locator("#article mark:visible").first).to_be_in_viewport()
    before, within = page.evaluate("""() => {
      const range = document.createRange();
      range.setStart(document.querySelector('.article-text'), 0);
      const marks = [...document.querySelectorAll('.article-text mark')];
      range.setEndBefore(marks[0]);
      return [range.toString(), marks.map((one) => one.textContent).join('')];
    }""")
    return "".join(before.split()), within
