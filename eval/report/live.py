"""Serves the report of a run on this machine, again and again while the run goes on."""

from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from eval.report.contexts import ContextOf
from eval.report.page import html_report
from eval.runs.journal import read_unfinished
from eval.runs.results import Run
from eval.runs.run_file import read_run
from index.errors import UserError

REFRESH_SECONDS = 5
"""Between two loads of the page by the browser, while the run goes on."""


def live_page(path: Path, context_of: Callable[[Run], ContextOf]) -> tuple[str, bool]:
    """Render the run at `path`, or what is finished of it; and whether it goes on."""
    run = read_unfinished(path)
    if run is not None:
        return html_report(run, gate=None, comparison=None, context_of=context_of(run)), True
    try:
        run = read_run(path)
    except UserError as error:
        return f"<!DOCTYPE html><title>Evaluation</title><p>{escape(str(error))}", True
    return html_report(run, gate=None, comparison=None, context_of=context_of(run)), False


def live_server(path: Path, port: int, context_of: Callable[[Run], ContextOf]) -> ThreadingHTTPServer:
    """Make a server of the page, which listens on this machine alone.

    Args:
        path: the run file, there or to be.
        port: to listen on; 0 for any that is free.
        context_of: returns what finds the articles' texts of a run.

    Raises:
        UserError: the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page, goes_on = live_page(path, context_of)
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if goes_on:
                self.send_header("Refresh", str(REFRESH_SECONDS))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: the page is loaded every few seconds."""

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UserError(f"port {port} cannot be used ({error.strerror})", "give another with --port") from error
