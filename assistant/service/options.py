"""Options of a server: addresses, limits and features."""

import ipaddress
from dataclasses import dataclass, replace

from index.errors import UsageError

QUEUE = 64
"""Limits memory; `Options.wait_seconds` is what keeps answers timely, on slow and fast machines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Options of a server; those of the index and of reading are in `Settings`."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 for any that is free."""
    workers: int = 1
    """Processes."""
    threads: int = 2
    """Questions that each process works on at a time."""
    queue: int = QUEUE
    """Limit on the questions that wait in a process; further ones are refused at once."""
    wait_seconds: float = 0.6
    """Limit on the expected wait of a question; beyond it, it is refused at once."""
    open_requests: int = 4_096
    """Limit on the open requests of a process, streams included."""
    answer_seconds: float = 30.0
    """Limit from a question's arrival to its answer; a model's time-outs come on top."""
    head_seconds: float = 10.0
    """Time-out for a request's head, from its first byte or from when the connection was made."""
    body_seconds: float = 20.0
    """Time-out for a request's body."""
    stalled_seconds: float = 60.0
    """Time-out for a client that does not read its response."""
    body_bytes: int = 1_000_000
    stop_seconds: float = 10.0
    """Time for answers in flight when the server is stopped."""
    heartbeat_seconds: float = 10.0
    """Between pings in a stream."""
    keys: bool = False
    """Whether requests need a key."""
    cors_origins: tuple[str, ...] = ()
    """Origins, besides the server's own, whose pages may use the service; "*" for all."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-Proto and X-Forwarded-For are trusted."""
    uploads: bool = False
    upload_bytes: int = 20_000_000
    """Limit on an upload request."""
    file_bytes: int = 5_000_000
    """Limit on a file of an upload."""
    files: int = 20
    """Limit on the files of an upload."""
    articles: int = 10_000
    """Limit on the articles of an index that takes uploads."""
    shares: bool = False
    """Whether conversations can be shared by a link that needs no key."""
    keep_days: int | None = None
    """Days after its last question when a conversation is erased; None for never."""
    log_questions: bool = False
    log_addresses: bool = False
    """Whether the access log has clients' addresses."""
    telemetry: bool = False
    """Whether OpenTelemetry traces are sent."""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked(options: Options, *, keys: bool | None) -> Options:
    """Validate options and decide whether keys are needed: as stated, or else when listening beyond loopback.

    Raises:
        UsageError: an origin or a proxy is malformed.
    """
    for proxy in options.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise UsageError(
                f"--trusted-proxy is {proxy!r}", "give its own address (10.0.0.7) or network (10.0.0.0/24)"
            ) from None
    for origin in options.cors_origins:
        if origin != "*" and (not origin.startswith(("http://", "https://")) or origin.count("/") != 2):
            raise UsageError(f"--cors-origin is {origin!r}", "give an origin such as https://chat.example.org")
    return replace(options, keys=not options.loopback if keys is None else keys)
