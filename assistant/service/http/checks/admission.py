"""Keys: whether a request needs one, what its scopes allow, and how often it may be used."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.service.errors import ServiceError
from assistant.service.store.keys import Keys
from assistant.service.store.keys import Scope as KeyScope

OPEN_PATHS = frozenset({"/", "/verify", "/health", "/ready", "/docs", "/openapi.json", "/favicon.ico", "/api/key"})
"""Served without a key; they tell nothing of the articles."""


def scope_needed(method: str, path: str) -> KeyScope | None:
    """The scope that a request needs; None if it needs no key."""
    if path in OPEN_PATHS or path.startswith(("/static/", "/shared/")):  # A share's link is its own key.
        return None
    if path == "/metrics" or (path.startswith("/api/articles") and method not in {"GET", "HEAD"}):
        return KeyScope.MANAGE
    return KeyScope.ASK


async def admit(scope: Scope, headers: Headers, keys: Keys) -> None:
    """Check a request's key, count its use, and set the key's id as the owner in the request's state.

    Raises:
        ServiceError: the key is missing, unknown or revoked, lacks the scope, or has used up its minute.
    """
    needed = scope_needed(scope["method"], scope["path"])
    if needed is None:
        return
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    admission = None
    if scheme.lower() == "bearer" and secret:
        admission = await asyncio.to_thread(keys.admit, secret.strip())
    if admission is None:
        raise ServiceError(
            401,
            "key_needed" if not secret else "key_unknown",
            "no key was sent" if not secret else "the key is unknown or was revoked",
            "send the header Authorization: Bearer ak_…; `assistant keys create` makes a key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    key = admission.key
    if needed not in key.scopes:
        raise ServiceError(
            403,
            "scope_missing",
            f"the key {key.id} may not do this; it lacks the scope {needed!s}",
            f"make a key with it: assistant keys create NAME --scope {needed!s}",
        )
    scope["state"]["owner"] = key.id
    if admission.over_limit:
        raise ServiceError(
            429,
            "rate_limited",
            f"the key {key.id} has made its {key.per_minute} requests of this minute",
            f"wait {admission.seconds_left} seconds",
            headers={"Retry-After": str(admission.seconds_left)},
        )
