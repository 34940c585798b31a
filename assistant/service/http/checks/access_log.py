"""The access log: a line for each request, on standard error."""

import sys
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from assistant.service.options import Options
from assistant.service.store.clock import now


def log_line(scope: Scope, status: int, seconds: float, options: Options) -> str:
    """Time, method, path, status and duration; the key's id, the client's address and the question if known.

    The address and the question are left out unless the options ask for them.
    """
    state: Mapping[str, Any] = scope.get("state", {})
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
    if raw.startswith("/shared/"):
        raw = "/shared/…"  # Who reads the log may not read the conversation.
    line = f"{now()} {scope['method']} {raw[:200]} {status} {seconds * 1000:.1f} ms"
    if state.get("owner"):
        line += f" {state['owner']}"
    if options.log_addresses and scope.get("client"):
        line += f" from {scope['client'][0]}"
    if options.log_questions and state.get("question"):
        line += f" {state['question']!r}"
    return line


def write_line(line: str) -> None:
    """Write a line of the access log."""
    print(line, file=sys.stderr, flush=True)
