"""How a server is run: where it listens, what it allows and how much it takes on."""

import ipaddress
from dataclasses import dataclass, replace

from index.errors import UsageError

QUEUE = 64
"""A bound for memory; what keeps answers timely is `Options.wait_seconds`, on machines slow and fast."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Everything that can be chosen about a server; the index and the reading are in `Settings`."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 for any that is free."""
    workers: int = 1
    """Processes."""
    threads: int = 2
    """Assistants in each process, a thread each."""
    queue: int = QUEUE
    """Questions of a process that may wait for a thread; one more is refused at once."""
    wait_seconds: float = 0.6
    """A question that would wait longer than this, as things go, is refused at once too."""
    open_requests: int = 4_096
    """Requests of a process that may be open, streams among them."""
    answer_seconds: float = 30.0
    """From a question's arrival to its answer; what a model may take for its replies comes on top."""
    head_seconds: float = 10.0
    """For a request's head to arrive, from its first byte, or from when the connection was made."""
    body_seconds: float = 20.0
    """For a request's body to arrive."""
    stalled_seconds: float = 60.0
    """For a client to take what it was sent, once it has fallen behind."""
    body_bytes: int = 1_000_000
    stop_seconds: float = 10.0
    """For answers in flight when the server is stopped."""
    heartbeat_seconds: float = 10.0
    """Between signs of life in a stream."""
    keys: bool = False
    """Whether a request needs a key."""
    cors_origins: tuple[str, ...] = ()
    """Other origins whose pages may use the service; "*" for all."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-Proto and X-Forwarded-For are believed."""
    uploads: bool = False
    upload_bytes: int = 20_000_000
    """Of one request."""
    file_bytes: int = 5_000_000
    """Of one article's file."""
    files: int = 20
    """In one request."""
    articles: int = 10_000
    """That the index may hold for more to be uploaded."""
    keep_days: int | None = None
    """For which a conversation is kept after its last question; None for as long as nobody erases it."""
    log_questions: bool = False
    log_addresses: bool = False
    """Whether clients' addresses are in the access log."""
    telemetry: bool = False
    """Whether traces are sent."""

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
    """The options with keys decided: as stated, else needed as soon as the server listens beyond loopback.

    Raises:
        UsageError: an origin is none, or a proxy no address.
    """
    for proxy in options.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise UsageError(
                f"--trusted-proxy is {proxy!r}; give its own address (10.0.0.7) or network (10.0.0.0/24)"
            ) from None
    for origin in options.cors_origins:
        if origin != "*" and (not origin.startswith(("http://", "https://")) or origin.count("/") != 2):
            raise UsageError(f"--cors-origin is {origin!r}; give an origin such as https://chat.example.org")
    return replace(options, keys=not options.loopback if keys is None else keys)
