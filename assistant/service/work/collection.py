"""Collections: indexes under the names by which clients choose them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.service.work.examples import examples_of
from assistant.service.work.uploads import Uploads
from assistant.settings.collections import all_collections
from index.counts import shortened
from index.errors import UsageError
from index.search.engine import SearchEngine

NAME_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedIndex:
    """An index and its name as a collection."""

    name: str
    root: Path
    """The index's folder."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Collection:
    """A collection of a running server."""

    name: str
    """Also as a model of /v1."""
    root: Path
    """The index's folder."""
    examples: tuple[str, ...]
    """Example questions that it answers; none for a collection of one's own."""
    uploads: Uploads | None
    _made: dict[str, list[str]] = field(default_factory=dict)
    """Example questions made of its articles, by the state of the index."""

    def own_examples(self, engine: SearchEngine) -> list[str]:
        """Example questions made of its articles as the engine has them, made once for each state."""
        state = engine.state.fingerprint
        if state not in self._made:
            self._made.clear()
            self._made[state] = examples_of(engine)
        return self._made.get(state, [])


def collection_name(root: Path) -> str:
    """The default name of a collection: as `assistant collections list` shows it, else that of the index's folder."""
    found = (one.name for one in all_collections() if one.root.resolve() == root.resolve())
    return next(found, None) or root.resolve().name or "articles"


def parted(given: str) -> tuple[str | None, str]:
    """Split a value of `serve --index`, FOLDER or NAME=FOLDER, into name (None for none) and folder.

    An existing folder whose name contains "=" is a folder; names contain no slash.

    Raises:
        UsageError: the name or the folder is empty.
    """
    name, equals, folder = given.partition("=")
    if not equals or "/" in name or Path(given).expanduser().exists():
        return None, given
    if not name.strip() or not folder:
        raise UsageError(f"--index is {given!r}", "give FOLDER, or NAME=FOLDER")
    return name.strip(), folder


def check_names(indexes: Sequence[NamedIndex]) -> None:
    """Check that the names are distinct and not too long.

    Raises:
        UsageError: two have one name, or a name is too long.
    """
    counts = Counter(index.name for index in indexes)
    for name, count in counts.items():
        if count > 1:
            folders = " and ".join(str(index.root) for index in indexes if index.name == name)
            raise UsageError(
                f"{folders} would both be the collection {name!r}",
                "name one of them, as in "
                f"--index other={next(index.root for index in reversed(indexes) if index.name == name)}",
            )
        if len(name) > NAME_CHARACTERS:
            raise UsageError(
                f"the collection {shortened(name, 40)!r} has a name of {len(name)} characters",
                f"give it one of at most {NAME_CHARACTERS}, as in --index articles=FOLDER",
            )
