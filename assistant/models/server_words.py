"""Error messages of model servers: parsed from their many forms, with a remedy for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""Codes of a status 429 that should not be retried."""

_PAGE = re.compile(r"\s*<(?:!doctype|html)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_WINDOW = re.compile(
    r"context_length_exceeded|exceed_context_size|context[ _](?:length|size|window)|max_model_len", re.IGNORECASE
)
"""In the words of OpenAI, llama.cpp and vLLM, whose code, type or message it is."""
_NOT_PULLED = re.compile(r"model [\"'](?P<name>[^\"'\s]+)[\"'] not found", re.IGNORECASE)
"""In the words of Ollama."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A server's error message."""

    text: str
    """As it was sent; it may repeat a key."""
    code: str = ""
    """The error's code and type, if any."""
    page: bool = False
    """Whether it is an HTML page, as from a proxy."""


def said(error: BaseException) -> Said:
    """Parse the body of an error, in any of the forms of OpenAI-compatible servers."""
    body = getattr(error, "body", None)
    if isinstance(body, list) and body:  # Google's.
        body = body[0]
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(inner, Mapping):
        message = inner.get("message", inner.get("detail"))  # FastAPI's is a detail.
        code = " ".join(str(inner[name]) for name in ("code", "type") if inner.get(name))
        return Said(text=message if isinstance(message, str) else str(error), code=code)
    text = inner if isinstance(inner, str) and inner else str(error)
    if _PAGE.match(text):
        title = _TITLE.search(text)
        return Said(text=f"a page of HTML, {' '.join(title[1].split())!r}" if title else "a page of HTML", page=True)
    return Said(text=text)


def too_long(words: Said) -> bool:
    """Whether prompt and reply do not fit the model's context window."""
    return bool(_WINDOW.search(f"{words.code} {words.text}"))


def remedy(status: int, words: Said) -> str | None:
    """What to do about a refusal; None if the server's message has to do."""
    if status == 404:
        if pulled := _NOT_PULLED.search(words.text):
            return f"get it with: ollama pull {pulled['name']}"
        if not words.page and "model" in words.text.lower():
            return "correct the model's name: ASSISTANT_MODEL"
        return "correct the address, which mostly ends in /v1: ASSISTANT_MODEL_BASE_URL"
    if status == 401:
        return "set the right key: ASSISTANT_MODEL_KEY"
    if status == 403:
        return "use a key that may do this (ASSISTANT_MODEL_KEY) or another model (ASSISTANT_MODEL)"
    if status == 429:
        return "pay for more, or use another key (ASSISTANT_MODEL_KEY) or model (ASSISTANT_MODEL)"
    if too_long(words):
        return "start it with a larger window, or set ASSISTANT_MODEL_CONTEXT_TOKENS to the one that it has"
    return None
