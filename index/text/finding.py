"""Finds the files of articles under paths, and reads their bytes."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import ArticleUnreadable, UserError
from index.text.formats.table import FORMATS

MAX_FILE_BYTES = 50_000_000
"""A larger file is refused: it is a data set, not an article."""

GLOSSARY_NAME = "glossary.toml"
"""The file of aliases that a folder of articles may hold; never an article itself."""

NOTICES = frozenset({"readme", "license"})
"""Names, in lower case without suffix, of files that describe a folder and are not articles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Files found under some paths: absolute, in order, without repeats."""

    files: list[Path]
    """Articles."""
    unsupported: list[Path]
    """Files of types that cannot be read."""
    set_aside: list[Path]
    """Files in folders whose names say that they are not articles: README, LICENSE, a glossary in a subfolder."""
    refused: list[str] = field(default_factory=list)
    """Links that lead out of their folder, folders that cannot be listed: why, a line each."""


def find_files(paths: Sequence[Path], *, follow_links: bool = False) -> Found:
    """Find article files under `paths` (files, or folders searched recursively), and those passed over.

    Hidden files and folders are passed over without a trace; a file that was named itself is always taken. A symbolic
    link is taken if it stays within the folder that was named, or with `follow_links`: otherwise a folder from
    elsewhere could bring any file of this machine into an index.

    Raises:
        UserError: a path does not exist, or cannot be reached.
    """
    found: dict[Path, None] = {}
    unsupported: dict[Path, None] = {}
    aside: dict[Path, None] = {}
    refused: list[str] = []
    for path in paths:
        absolute = Path(os.path.abspath(path.expanduser()))
        if os.path.isdir(absolute):
            for file in _Walk(absolute, follow_links, refused).files():
                if file.name == GLOSSARY_NAME:
                    aside.update({file: None} if file.parent != absolute else {})
                elif file.suffix.lower() not in FORMATS:
                    unsupported[file] = None
                elif file.stem.lower() in NOTICES:
                    aside[file] = None
                else:
                    found[file] = None
        elif os.path.lexists(absolute):
            found[absolute] = None
        else:
            raise _missing(absolute, path)
    named = set(find_glossaries(paths))
    set_aside = [file for file in aside if file not in found and file not in named]
    return Found(files=list(found), unsupported=list(unsupported), set_aside=set_aside, refused=refused)


def find_glossaries(paths: Iterable[Path]) -> list[Path]:
    """Find glossary files directly in the folders among `paths`; a folder that cannot be entered has none."""
    files = (Path(os.path.abspath(path.expanduser())) / GLOSSARY_NAME for path in paths)
    return [file for file in files if os.path.isfile(file)]


def read_bytes(path: Path) -> bytes:
    """Read the bytes of an article's file.

    Raises:
        ArticleUnreadable: it cannot be read, is no regular file, or is too large.
    """
    try:
        found = path.stat()
        size = found.st_size
        if not stat.S_ISREG(found.st_mode):  # Reading a pipe would wait for ever.
            raise ArticleUnreadable(f"{path}: a pipe, socket or device, not a file", "leave it out")
        if size > MAX_FILE_BYTES:
            raise ArticleUnreadable(
                f"{path}: {size / 1e6:.0f} MB is more than the {MAX_FILE_BYTES / 1e6:.0f} MB an article may have",
                "split it",
            )
        return path.read_bytes()
    except OSError as error:
        raise ArticleUnreadable(f"{path}: cannot be read ({error.strerror})", "check it and its rights") from error


def _missing(absolute: Path, stated: Path) -> UserError:
    try:
        absolute.lstat()
    except PermissionError as error:
        return UserError(f"{stated} cannot be reached ({error.strerror})", "check the rights to the folders above it")
    except OSError:
        pass
    return UserError(f"no file or folder {str(stated)!r}", "check the path")


class _Walk:
    """One walk through a folder; not by recursion, as folders may be a thousand deep."""

    def __init__(self, folder: Path, follow_links: bool, refused: list[str]) -> None:  # noqa: FBT001
        self.folder = folder
        self.real = os.path.realpath(folder)
        self.follow_links = follow_links
        self.refused = refused
        self.seen = {self.real}
        """Where folders and linked files really are: a link to what was found already, or back up, adds nothing."""

    def files(self) -> Iterator[Path]:
        """All files that are not hidden, those of a folder before those of its subfolders, links last."""
        waiting = [(str(self.folder), self.real)]
        links: list[os.DirEntry[str]] = []
        while waiting or links:
            while waiting:
                folder, real = waiting.pop()
                folders: list[tuple[str, str]] = []
                for entry in self._entries(folder):
                    place = f"{real.rstrip('/')}/{entry.name}"
                    if entry.is_symlink():
                        links.append(entry)
                    elif self._is_new(place):
                        if entry.is_dir():
                            folders.append((entry.path, place))
                        else:
                            yield Path(entry.path)
                waiting += reversed(folders)
            while links and not waiting:
                entry = links.pop(0)
                place = os.path.realpath(entry.path)
                if self._allowed(entry.path, place) and self._is_new(place):
                    if _is_dir(entry):
                        waiting.append((entry.path, place))
                    else:
                        yield Path(entry.path)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What is not hidden in a folder, by name."""
        try:
            with os.scandir(folder) as entries:
                return sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)
        except OSError as error:
            self.refused.append(f"{folder}: cannot be listed ({error.strerror}); check its rights")
            return []

    def _allowed(self, link: str, target: str) -> bool:
        if self.follow_links or target.startswith(self.real.rstrip("/") + "/"):
            return True
        if target != self.real:
            self.refused.append(
                f"{link}: a link that leads out of the folder, to {target}; name that itself, or use --follow-links"
            )
        return False

    def _is_new(self, place: str) -> bool:
        new = place not in self.seen
        self.seen.add(place)
        return new


def _is_dir(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # A link to itself; reading it says so.
        return False
