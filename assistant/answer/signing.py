"""Sign answers with Ed25519 (RFC 8032), and tell whether a signature is that of an answer.

What is signed is the canonical JSON (`assistant.answer.canonical`) of the whole answer but its key `signature`;
`seconds` and the keys that a server adds are signed too. docs/signatures.md describes it for other programs.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answer.canonical import canonical
from index.counts import shortened
from index.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "ed25519"
KEY = re.compile(r"[0-9a-f]{64}")
"""A public key: 32 bytes in hexadecimal."""
LONGEST_KEY_FILE = 10_000
"""Bytes of a file with a public key; a longer one is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Proof of who gave an answer, and that nothing of it was changed since; the key `signature` of its JSON."""

    algorithm: str
    """"ed25519"."""
    public_key: str
    """Of who signed: 64 hexadecimal digits. Anybody can sign; it proves something to whoever trusts this key."""
    value: str
    """The signature: 128 hexadecimal digits."""


class SigningKey:
    """The private key with which answers are signed."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()
        """The public key: 64 hexadecimal digits."""

    def signed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """An answer's JSON with its signature; one that it has is replaced."""
        content = {key: value for key, value in data.items() if key != "signature"}
        value = self._key.sign(canonical(content)).hex()
        return {**content, "signature": {"algorithm": ALGORITHM, "public_key": self.public, "value": value}}


def is_signed(data: Mapping[str, Any]) -> bool:
    """Whether an answer's JSON has a signature that was made over it with the public key that it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = data.get("signature")
    if not isinstance(signature, Mapping) or set(signature) != {"algorithm", "public_key", "value"}:
        return False
    public, value = signature["public_key"], signature["value"]
    # One way of writing each: a signature whose letters can be changed without breaking it would be two.
    if signature["algorithm"] != ALGORITHM or not _is_hex(public, 64) or not _is_hex(value, 128):
        return False
    try:
        content = canonical({key: one for key, one in data.items() if key != "signature"})
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(value), content)
    except (InvalidSignature, UsageError, ValueError):
        return False
    return True


def _is_hex(value: object, digits: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{digits}}}", value) is not None


def create_key(path: Path) -> SigningKey:
    """Make a key and keep it in a file that only its owner may read.

    Raises:
        UsageError: there is a file already; it is left as it is.
        ConfigurationError: the file cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with suppress(FileExistsError):  # By a file, with which opening fails.
            path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)  # Whole or not at all, and never over another; renaming would replace one.
    except FileExistsError:
        raise UsageError(
            f"there is a signing key already: {path}",
            "use it, or move it away: answers signed with it need its public key",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"the signing key {path} cannot be written ({error.strerror})", "set ASSISTANT_DATA to a folder that can"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()
    return SigningKey(key)


def load_key(path: Path) -> SigningKey | None:
    """The key of a file; None if there is no file.

    Raises:
        ConfigurationError: the file cannot be read, or holds no Ed25519 key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"the signing key {path} cannot be read ({error.strerror})", "make it readable for this user"
        ) from error
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            f"{path} holds no Ed25519 key", "put back the right file, or move it away and make a new key"
        )
    return SigningKey(key)


def public_key_of(text: str) -> str:
    """The public key that is meant: its 64 hexadecimal digits, or a file with them or with what `/api/key` sends.

    Raises:
        UsageError: it is neither.
    """
    remedy = (
        "give its 64 hexadecimal digits, or a file with them, as `assistant keys signing show` or /api/key print them"
    )
    if KEY.fullmatch(text.strip().lower()):
        return text.strip().lower()
    try:
        with open(text, "rb") as file:
            held = file.read(LONGEST_KEY_FILE).decode("utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{shortened(ascii(text), 100)} is no public key, and no file that can be read", remedy
        ) from error
    try:
        data = json.loads(held) if held.startswith("{") else held
    except (ValueError, RecursionError):
        data = None
    found = data.get("public_key") if isinstance(data, dict) else data
    if not isinstance(found, str) or not KEY.fullmatch(found.lower()):
        raise UsageError(f"{text} holds no public key", remedy)
    return found.lower()
