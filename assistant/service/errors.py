"""Errors over HTTP, all of one shape: a code, what was wrong, and what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from starlette.responses import JSONResponse

from index.counts import shortened
from index.errors import AssistantError, ConfigurationError, DiskFull, IndexBusy, IndexDamaged, UserError

RETRY_SECONDS = 1
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}
"""`error.type` by status, as OpenAI's clients know them; otherwise whose fault it was."""


class ServiceError(Exception):
    """A request cannot be served."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Make an error.

        Args:
            status: of HTTP.
            code: in snake case, for programs; never changes once published.
            message: what was wrong, with the value.
            remedy: what to do.
            param: the field of the request that was wrong.
            headers: of the response.
        """
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(
            error=ErrorDetail(code=code, message=message, remedy=remedy, type=kind(status), param=param)
        )
        self.headers = dict(headers or {})


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorDetail:
    """What went wrong."""

    code: str
    message: str
    remedy: str
    type: str
    param: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorBody:
    """The JSON of every error."""

    error: ErrorDetail

    def to_json(self) -> dict[str, dict[str, str | None]]:
        """Its JSON object."""
        return asdict(self)


def kind(status: int) -> str:
    """`error.type` for a status."""
    return TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")


def response_of(error: ServiceError) -> JSONResponse:
    """The response for an error."""
    return JSONResponse(error.body.to_json(), status_code=error.status, headers=error.headers)


def _later(code: str, message: str, remedy: str, *, seconds: int = RETRY_SECONDS) -> ServiceError:
    """What cannot be served now and may be served later."""
    return ServiceError(503, code, message, remedy, headers={"Retry-After": str(seconds)})


def busy() -> ServiceError:
    """The queue is full, or a question would wait too long in it."""
    message = "the server has as many questions as it can answer in time"
    return _later("busy", message, f"ask again in {RETRY_SECONDS} second")


def too_many_open(most: int) -> ServiceError:
    """More requests are open than a process takes."""
    return _later("too_many_requests_open", f"{most:,} requests are open", "try again in a second")


def starting() -> ServiceError:
    """The assistants are not open yet."""
    return _later("starting", "the server is opening its index", "ask again when /ready answers 200")


def stopping() -> ServiceError:
    """The server is stopping, and the time for answers in flight is over."""
    return _later("stopping", "the server is being stopped", "ask again")


def too_slow(seconds: float) -> ServiceError:
    """An answer took longer than is allowed."""
    return _later("timed_out", f"there was no answer within {seconds:g} seconds", "ask again, or a shorter question")


def client_gone() -> ServiceError:
    """The client has disconnected; only the access log sees this status, which is nginx's."""
    return ServiceError(499, "client_gone", "the client went away", "ask again")


def internal() -> ServiceError:
    """An unexpected exception; its traceback is in the log."""
    return ServiceError(500, "internal", "the server made a mistake", "tell whoever runs it; its log says more")


def not_found(what: str, id_: str) -> ServiceError:
    """No conversation, message or article has that id."""
    return ServiceError(
        404, f"{what}_not_found", f"there is no {what} {shortened(id_, 100)!r}", f"list the {what}s for their ids"
    )


def no_collection(name: str, there: Iterable[str]) -> ServiceError:
    """No collection of that name is served."""
    return ServiceError(
        404,
        "collection_not_found",
        f"there is no collection {shortened(name, 100)!r}",
        f"name one of {', '.join(map(repr, there))}; without a name it is the first",
        param="collection",
    )


def service_error(error: AssistantError) -> ServiceError:
    """Map an error of the assistant to one over HTTP."""
    if isinstance(error, DiskFull):
        return _later("disk_full", "the server has no room for it", "try again when whoever runs it has made room")
    if isinstance(error, (ConfigurationError, IndexDamaged)):
        # Its message names folders; it goes to the log, not to clients.
        remedy = "ask again; if it stays so, whoever runs the server finds the reason in its log"
        return _later("index_unavailable", "the index cannot be read now", remedy)
    if isinstance(error, IndexBusy):
        message = "the index is being changed by someone else"
        return _later("index_busy", message, "try again in a few seconds", seconds=5)
    if isinstance(error, UserError):
        return ServiceError(400, "invalid_request", error.message, error.remedy or "correct it; see /docs")
    return ServiceError(500, "failed", "the answer could not be made", "see the server's log")


def of_status(status: int, path: str, headers: Mapping[str, str]) -> ServiceError:
    """Map a refusal of the framework to an error of our shape."""
    if status == 404:
        return ServiceError(
            404, "no_such_path", f"nothing is served at {shortened(path, 200)!r}", "see /docs for what is"
        )
    if status == 405:
        allowed = headers.get("Allow", "")
        return ServiceError(
            405,
            "method_not_allowed",
            f"{shortened(path, 200)!r} does not take this method",
            f"use {allowed}" if allowed else "see /docs",
            headers=headers,
        )
    phrase = HTTPStatus(status).phrase.lower()
    return ServiceError(status, phrase.replace(" ", "_"), phrase, "see /docs", headers=headers)
