"""Maps exceptions of LlamaIndex LLMs to `ModelFailed`, with secrets redacted."""

import email.utils
import re
import socket
import time
from collections.abc import Mapping, Sequence

from assistant.models.seam import Failure, ModelFailed
from assistant.models.server_words import NO_CREDIT, remedy, said

MESSAGE_CHARS = 200
"""Limit on the characters of a server's message in an error."""

OLLAMA = ":11434/"
"""Ollama's default port, in an address."""

_BEARER = re.compile(r"(?i)\b(bearer\s+|sk-|api[-_ ]?key\W{1,3})\S+")


def failure_of(error: BaseException, *, where: str, secrets: Sequence[str], begun: bool) -> ModelFailed:
    """Map an exception of a client library to a failure of the model `where` it is asked, without the secrets.

    Exceptions are told apart by class names, their bases' and causes' included: the clients of LlamaIndex's many LLMs
    share these names (mostly httpx's) but not a base class, and none of them is imported here. `begun` says whether a
    piece of the reply had come.
    """
    status = status_of(error)
    if status is not None:
        return _refused(error, status, where=where, secrets=secrets)
    names = {kind.__name__ for cause in _causes(error) for kind in type(cause).__mro__}
    if names & {"ConnectTimeout", "PoolTimeout"}:
        return ModelFailed(f"{where} did not take the connection in time", kind=Failure.TIMEOUT_CONNECT)
    if names & {"TimeoutException", "TimeoutError", "APITimeoutError"}:
        kind = Failure.TIMEOUT_TOTAL if begun else Failure.TIMEOUT_FIRST_TOKEN
        return ModelFailed(f"{where} fell silent", kind=kind)
    if names & {"ConnectError", "ConnectionRefusedError", "gaierror"}:
        why, cure = _unreachable(error, where)
        told = f"{where} cannot be reached" + (f" ({redacted(why, secrets)})" if why else "")
        return ModelFailed(told, cure, kind=Failure.REFUSED_CONNECTION)
    if names & {"TransportError", "APIConnectionError", "ConnectionError"}:
        return ModelFailed(f"the connection to {where} broke", kind=Failure.REFUSED_CONNECTION)
    if "APIError" in names:  # An event of the stream that says that something went wrong.
        return ModelFailed(f"{where} broke off: {redacted(str(error), secrets)}", kind=Failure.SERVER_ERROR)
    text = redacted(str(error), secrets)
    named = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return ModelFailed(f"what {where} sent cannot be understood ({named})", kind=Failure.MALFORMED)


def redacted(text: str, secrets: Sequence[str]) -> str:
    """`text` on one line, shortened, without our keys and what looks like one."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…") if secret else text
    text = " ".join(_BEARER.sub(lambda match: f"{match[1]}…", text).split())
    return text if len(text) <= MESSAGE_CHARS else f"{text[:MESSAGE_CHARS]}…"


def _refused(error: BaseException, status: int, *, where: str, secrets: Sequence[str]) -> ModelFailed:
    wait = _retry_after(error)
    words = said(error)
    text = redacted(words.text, secrets)
    if status == 429 and not NO_CREDIT & set(words.code.split()):
        return ModelFailed(
            f"{where} takes no more requests for now (status 429: {text})",
            kind=Failure.RATE_LIMITED,
            retry_after_seconds=wait,
        )
    if status >= 500 or status in {408, 409}:
        return ModelFailed(
            f"{where} failed (status {status}: {text})", kind=Failure.SERVER_ERROR, retry_after_seconds=wait
        )
    return ModelFailed(f"{where} refused (status {status}: {text})", remedy(status, words), kind=Failure.REJECTED)


def _unreachable(error: BaseException, where: str) -> tuple[str, str]:
    """Why there is no connection, "" where the remedy tells; and what to do about it."""
    causes = _causes(error)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "unknown host", "connect to the network, or correct model.base_url"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        start = "run `ollama serve`" if OLLAMA in where else "start the server"
        return "", f"{start}, or correct model.base_url"
    return str(causes[-1]), "correct model.base_url"


def _causes(error: BaseException) -> list[BaseException]:
    """An exception and the chain of its causes."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def status_of(error: BaseException) -> int | None:
    """The HTTP status of an exception; None if it has none."""
    for cause in _causes(error):
        for holder in (cause, getattr(cause, "response", None)):
            status = getattr(holder, "status_code", None)
            if isinstance(status, int) and status >= 400:
                return status
    return None


def _retry_after(error: BaseException) -> float | None:
    """The header Retry-After in seconds from now: a number of them, or a date (RFC 9110, section 10.2.3)."""
    for cause in _causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", None)
        if isinstance(headers, Mapping) and (text := headers.get("retry-after")):
            if re.fullmatch(r"\d+(\.\d+)?", text):
                return float(text)
            parsed = email.utils.parsedate_tz(text)
            return None if parsed is None else max(0.0, email.utils.mktime_tz(parsed) - time.time())
    return None
