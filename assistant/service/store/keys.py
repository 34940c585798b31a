"""API keys with scopes and a rate limit; only their hashes are stored.

A key has 256 random bits, so a plain SHA-256 is enough: salt and slow hashes protect passwords, which can be guessed.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.service.store.clock import now
from assistant.service.store.database import Database
from index.errors import UserError

PREFIX = "ak_"
RANDOM_BYTES = 32
PER_MINUTE = 120


class Scope(StrEnum):
    """A permission of a key."""

    ASK = "ask"
    """Ask, search, read articles; conversations and feedback of its own."""
    MANAGE = "manage"
    """Upload and remove articles, read the metrics."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    per_minute: int
    """Rate limit, in requests a minute."""
    created: str
    revoked: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """A request's key and the state of its rate limit."""

    key: Key
    over_limit: bool
    seconds_left: int
    """Until the next minute begins."""


class Keys:
    """Creates, lists, revokes and checks keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, *, scopes: Sequence[Scope], per_minute: int = PER_MINUTE) -> tuple[Key, str]:
        """Create a key; returns it and its secret, which is not stored."""
        secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        key = Key(
            id=f"k{secrets.token_hex(4)}",
            name=name,
            scopes=tuple(dict.fromkeys(scopes)),
            per_minute=per_minute,
            created=now(),
            revoked=None,
        )
        with self._database.changing() as db:
            db.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (key.id, _digest(secret), name, " ".join(key.scopes), per_minute, key.created),
            )
        return key, secret

    def listed(self) -> list[Key]:
        """All keys, revoked ones included, the oldest first."""
        with self._database.connection() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY created, id").fetchall()
        return [_key(row) for row in rows]

    def revoke(self, id_: str) -> Key:
        """Revoke a key, from the next request on.

        Raises:
            UserError: there is no such key.
        """
        with self._database.changing() as db:
            db.execute("UPDATE keys SET revoked = coalesce(revoked, ?) WHERE id = ?", (now(), id_))
            row = db.execute(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", (id_,)).fetchone()
        if row is None:
            raise UserError(f"there is no key {id_!r}", "`assistant keys list` shows them")
        return _key(row)

    def admit(self, secret: str) -> Admission | None:
        """Count a request of the key with this secret; None if the key is unknown or revoked.

        The count is in the database, so that all processes of a server share the limit.
        """
        seconds = int(time.time())
        minute = seconds // 60
        with self._database.connection() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM keys WHERE digest = ? AND revoked IS NULL", (_digest(secret),)
            ).fetchone()
            if row is None:
                return None
            key = _key(row)
            (requests,) = db.execute(
                "INSERT INTO key_use VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET "
                "requests = CASE WHEN minute = excluded.minute THEN requests + 1 ELSE 1 END, minute = excluded.minute "
                "RETURNING requests",
                (key.id, minute),
            ).fetchone()
        return Admission(key=key, over_limit=requests > key.per_minute, seconds_left=60 - seconds % 60)


_COLUMNS = "id, name, scopes, per_minute, created, revoked"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _key(row: tuple[str, str, str, int, str, str | None]) -> Key:
    id_, name, scopes, per_minute, created, revoked = row
    return Key(
        id=id_,
        name=name,
        scopes=tuple(Scope(scope) for scope in scopes.split()),
        per_minute=per_minute,
        created=created,
        revoked=revoked,
    )
