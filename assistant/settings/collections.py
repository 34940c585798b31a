"""Collections: indexes that stand side by side in the user's data folder, each with a name."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.counts import shortened
from index.errors import ConfigurationError, IndexUnavailable, UsageError, did_you_mean, reason_of

DEFAULT = "default"
"""Name of the collection that comes with the program."""
OWN = "own"
"""Name of the user's own index, which `assistant index add` creates."""
_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedFolder:
    """A collection: its name, and the folder of its index, which may not be there yet."""

    name: str
    root: Path


def data_folder() -> Path:
    """Folder of the indexes: $ASSISTANT_DATA, else the user's data folder.

    Raises:
        ConfigurationError: $ASSISTANT_DATA names something else than a folder.
    """
    stated = os.environ.get("ASSISTANT_DATA")
    if stated:
        folder = Path(stated).expanduser()
        if folder.exists() and not folder.is_dir():
            raise ConfigurationError(f"ASSISTANT_DATA names {stated!r}, which is no folder", "correct or unset it")
        return folder
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "assistant"


def own_index() -> Path:
    """Path of the user's own index."""
    return data_folder() / "index"


def default_index() -> Path:
    """Path of the default collection's index."""
    return data_folder() / "default"


def all_collections() -> list[NamedFolder]:
    """The default collection, the user's own index, and those that were created, by name."""
    folder = _created()
    created = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [
        NamedFolder(name=DEFAULT, root=default_index()),
        NamedFolder(name=OWN, root=own_index()),
        *(NamedFolder(name=path.name, root=path) for path in created),
    ]


def named_root(name: str) -> Path | None:
    """The folder of the collection with this name; None if there is none."""
    return next((one.root for one in all_collections() if one.name == name), None)


def root_of(stated: str) -> Path:
    """The folder of the index that a person named: by the name of a collection, else by its path."""
    return named_root(stated) or Path(stated).expanduser()


def root_of_existing(stated: str) -> Path:
    """The folder of the index that a person named, to be read.

    Raises:
        IndexUnavailable: it has the form of a name, and neither a collection nor an index's folder is called so.
    """
    root = root_of(stated)
    if _is_path_like_a_name(stated) and root.exists():
        from index.storage.store import catalog_path  # Nothing of an index is needed where a collection is named.

        if not catalog_path(root).exists():
            with taken_as_path(stated):
                raise IndexUnavailable(f"{root} is no index", "name the folder of one")
    elif _is_path_like_a_name(stated):
        near = did_you_mean(stated, [one.name for one in all_collections()])
        remedy = (
            f"`assistant collections list` shows the collections, `assistant collections create {stated}` makes one"
        )
        raise IndexUnavailable(f"there is no collection and no folder {stated!r}", f"{near} {remedy}".lstrip())
    return root


@contextmanager
def taken_as_path(stated: str) -> Iterator[None]:
    """Say of an index that cannot be had inside the block that its name was taken as a path, not as a collection's.

    Raises:
        IndexUnavailable: as inside the block.
    """
    try:
        yield
    except IndexUnavailable as error:
        if not _is_path_like_a_name(stated):
            raise
        raise IndexUnavailable(
            f"there is no collection {stated!r}, so it was taken as a path: {error.message}",
            f"`assistant collections create {stated}` makes a collection of that name; or {error.remedy}",
        ) from error


def _is_path_like_a_name(stated: str) -> bool:
    return _NAME.fullmatch(stated) is not None and named_root(stated) is None


def new_root(name: str) -> Path:
    """The folder for a new collection.

    Raises:
        UsageError: the name is unusable, or taken.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"the name {shortened(name, 80)!r} cannot be used",
            "take up to 64 letters, digits, points and dashes, as in news-2024",
        )
    if named_root(name) is not None:
        raise UsageError(f"there is a collection {name!r} already", "take another name, or use that one")
    return _created() / name


def used() -> NamedFolder | None:
    """The collection that `use` chose; None if none was chosen.

    Raises:
        ConfigurationError: it is gone.
    """
    try:
        name = _choice().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{_choice()} cannot be read ({reason_of(error)})",
            "make it readable or remove it, or set ASSISTANT_DATA to another folder",
        ) from error
    root = named_root(name)
    if root is None:
        raise ConfigurationError(
            f"the collection {name!r}, which is in use, is gone", "choose another: assistant collections use NAME"
        )
    return NamedFolder(name=name, root=root)


def use(name: str) -> None:
    """Make a collection the one that is asked where no index is named.

    Raises:
        UsageError: there is no such collection.
        ConfigurationError: the data folder cannot be written to.
    """
    _known(name)
    partial = _choice().with_suffix(".new")
    try:
        data_folder().mkdir(parents=True, exist_ok=True)
        partial.write_text(f"{name}\n", encoding="utf-8")
        os.replace(partial, _choice())
    except OSError as error:
        raise ConfigurationError(
            f"{_choice()} cannot be written ({error.strerror})", "set ASSISTANT_DATA to a folder that can be written to"
        ) from error


def removable(name: str) -> Path:
    """The folder of the index of a collection that can be deleted.

    Raises:
        UsageError: there is no such collection, it is the default one, or it has no index yet.
    """
    root = _known(name)
    if name == DEFAULT:
        raise UsageError("the default collection comes with the program and stays", "name one of your own")
    if not root.is_dir():
        raise UsageError(f"the collection {name!r} has no index yet", "`assistant collections list` shows the others")
    return root


def remove(name: str) -> Path:
    """Delete a collection's index; the files of its articles stay. Returns the folder that was deleted.

    Raises:
        UsageError: it cannot be deleted, as `removable` tells.
        IndexBusy: another process is changing it.
    """
    from index.storage.lock import writing  # Nothing of an index is needed to know the names.

    root = removable(name)
    with writing(root):
        shutil.rmtree(root)
    if _choice().is_file() and _choice().read_text(encoding="utf-8").strip() == name:
        _choice().unlink()
    return root


def _known(name: str) -> Path:
    root = named_root(name)
    if root is None:
        names = ", ".join(one.name for one in all_collections())
        raise UsageError(f"there is no collection {name!r}", f"there are: {names}")
    return root


def _created() -> Path:
    return data_folder() / "collections"


def _choice() -> Path:
    """The file with the name of the collection in use."""
    return data_folder() / "collection"
