"""The key with which this machine signs answers: made when the first answer is given as JSON."""

from collections.abc import Callable
from pathlib import Path

from assistant.answer.signing import SigningKey, create_key, load_key
from assistant.settings.collections import data_folder
from index.errors import ConfigurationError, UsageError


def key_path() -> Path:
    """The file of the key."""
    return data_folder() / "signing.pem"


def own_key(*, note: Callable[[str], None]) -> SigningKey | None:
    """The key, made if there is none; None where that cannot be, which is told, so that answers leave unsigned."""
    try:
        found = load_key(key_path())
        if found is None:
            try:
                return create_key(key_path())
            except UsageError:  # Another process was faster.
                found = load_key(key_path())
    except ConfigurationError as error:
        note(f"answers are not signed: {error}")
        return None
    return found


def trusted_keys(*, note: Callable[[str], None]) -> frozenset[str]:
    """The public keys whose signatures prove something where no other is named: this machine's own."""
    try:
        found = load_key(key_path())
    except ConfigurationError as error:
        note(str(error))
        return frozenset()
    return frozenset() if found is None else frozenset({found.public})
