"""What is served: collections, each an index under the name by which a client chooses it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.service.work.uploads import Uploads
from index.errors import UsageError

NAME_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedIndex:
    """An index and what it is called as a collection."""

    name: str
    root: Path
    """The index's folder."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Collection:
    """One of the collections that a server answers from."""

    name: str
    """Also as a model of /v1."""
    root: Path
    """The index's folder."""
    examples: tuple[str, ...]
    """Questions to start with, which it is known to answer."""
    uploads: Uploads | None


def collection_name(root: Path) -> str:
    """What the collection of an index is called unless its name is stated: as its folder."""
    return root.resolve().name or "articles"


def parted(given: str) -> tuple[str | None, str]:
    """The name, None if none is stated, and the folder in a value of `serve --index`: FOLDER or NAME=FOLDER.

    A folder that is there is one, whatever is in its name; and a name has no slash.

    Raises:
        UsageError: the name or the folder is empty.
    """
    name, equals, folder = given.partition("=")
    if not equals or "/" in name or Path(given).expanduser().exists():
        return None, given
    if not name.strip() or not folder:
        raise UsageError(f"--index is {given!r}; give FOLDER, or NAME=FOLDER")
    return name.strip(), folder


def check_names(indexes: Sequence[NamedIndex]) -> None:
    """Every collection can be told from the others.

    Raises:
        UsageError: two have one name, or a name is too long.
    """
    counts = Counter(index.name for index in indexes)
    for name, count in counts.items():
        if count > 1:
            folders = " and ".join(str(index.root) for index in indexes if index.name == name)
            raise UsageError(
                f"{folders} would both be the collection {name!r}; name one of them, as in "
                f"--index other={next(index.root for index in reversed(indexes) if index.name == name)}"
            )
        if len(name) > NAME_CHARACTERS:
            raise UsageError(
                f"the collection {name[:40]!r}… has a name of {len(name)} characters; give it one of at most "
                f"{NAME_CHARACTERS}, as in --index articles=FOLDER"
            )
