"""What every test stands on: no network, folders of its own, and a library of articles to start from."""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from babbler import babbling
from hypothesis import settings

from index.encoding.encoder import Encoder, HashEncoder
from index.encoding.encoders import DEFAULT_ENCODER, cache_folder, find_encoder
from index.search.search import EmbeddedSearch
from index.storage.changes import Outcome, add_articles, add_paths, remove_articles
from index.storage.store import Snapshot, create_index, open_index
from index.storage.verify import Verification, verify_index
from index.text.article import Article

pytest.register_assert_rewrite("contracts")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"

CACHE = cache_folder()
"""The user's own, so that the encoder is exported once a machine (20 s) and not once a test."""

MEMORY_BYTES = 500_000_000
"""Free space from which on folders in memory are used."""

# The same examples in every run, or CI would fail for some and not for others.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _folders_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's data or settings."""
    for name in [name for name in os.environ if name.startswith(("ASSISTANT_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_CACHE", str(CACHE))
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "data"))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self, address):
        _refuse_beyond_loopback(address)
        return connect(self, address)

    def guarded_connect_ex(self, address):
        _refuse_beyond_loopback(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host, *args, **named):
        _refuse_beyond_loopback((host,))
        return getaddrinfo(host, *args, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _refuse_beyond_loopback(address: object) -> None:
    if not isinstance(address, tuple):
        return  # A Unix socket's path.
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    try:
        near = host is None or host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        raise PermissionError(f"a test tried to reach {host!r}; tests stay on this machine")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles and benchmarks beside the repository; without it the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder ../shared beside the repository, which is not here")
    return SHARED


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    """The real default encoder, exported on first use."""
    return find_encoder(DEFAULT_ENCODER, note=ignore)


@pytest.fixture(scope="session")
def babbler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server whose model knows nothing; the model's name is "babbler"."""
    with babbling(tmp_path_factory.mktemp("babbler")) as url:
        yield url


def ignore(*_: object) -> None:
    """Takes a note or a measure of progress and does nothing with it."""


def indexed(home: Path, articles: Mapping[str, str], encoder: Encoder) -> Path:
    """The folder of an index of articles, by file name, that no test changes."""
    folder, root = home / "articles", home / "index"
    folder.mkdir()
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    create_index(root, encoder, max_tokens=encoder.max_tokens)
    add_paths(root, [folder], encoder, note=ignore, meter=ignore)
    return root


class Library:
    """A folder of articles, and the index made from it with an encoder that needs no model."""

    def __init__(self, home: Path, encoder: Encoder) -> None:
        self.folder = home / "articles"
        self.root = home / "index"
        self.encoder = encoder
        self.notes: list[str] = []
        """What was said about repairs, in order."""
        self._opened: list[Snapshot] = []
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        """Write the article `name`, a path within the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add(self, *paths: Path, prune: bool = False, encoder: Encoder | None = None) -> Outcome:
        """Bring the whole folder, or `paths`, into the index."""
        chosen = paths or (self.folder,)
        return add_paths(self.root, chosen, encoder or self.encoder, note=self.notes.append, meter=ignore, prune=prune)

    def add_values(self, articles: Sequence[Article]) -> Outcome:
        """Bring articles that are no files into the index."""
        return add_articles(self.root, articles, self.encoder, note=self.notes.append, meter=ignore)

    def remove(self, *names: str) -> list[str]:
        """Remove articles by id or path."""
        return remove_articles(self.root, names, note=self.notes.append)

    def open(self) -> Snapshot:
        """Open the index; it is closed after the test."""
        self._opened.append(open_index(self.root, note=self.notes.append))
        return self._opened[-1]

    def search(self) -> EmbeddedSearch:
        """The search engine over the index as it is now."""
        return EmbeddedSearch(self.open(), self.encoder)

    def ids(self) -> list[str]:
        """The ids of the articles in the index, sorted."""
        return sorted(row.article_id for row in self.open().articles.values())

    def verify(self) -> Verification:
        """Check every byte of the index."""
        return verify_index(self.root)

    def files(self) -> dict[str, bytes]:
        """Every file of the index by its path in it."""
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in self.root.rglob("*") if p.is_file()}

    def generation(self) -> Path:
        """The folder of the newest derived files."""
        return max((self.root / "generations").iterdir())

    def close(self) -> None:
        """Close what was opened."""
        for snapshot in self._opened:
            snapshot.close()


@contextmanager
def _quick_folder() -> Iterator[Path]:
    """A passing folder, in memory where the system offers it: each change of an index waits for the disk."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_BYTES
    # A thread of tantivy's may still put its lock into an index that was just written.
    with tempfile.TemporaryDirectory(
        prefix="assistant-test-", dir=memory if roomy else None, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """As `tmp_path`, and quick."""
    with _quick_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def _empty_index() -> Iterator[Path]:
    with _quick_folder() as folder:
        yield _made_index(folder / "index")


def _made_index(root: Path) -> Path:
    encoder = HashEncoder()
    create_index(root, encoder, max_tokens=encoder.max_tokens)
    return root


@pytest.fixture
def library(quick_path: Path, _empty_index: Path) -> Iterator[Library]:
    """An empty library."""
    made = Library(quick_path / "library", HashEncoder())
    shutil.copytree(_empty_index, made.root)
    yield made
    made.close()


@pytest.fixture(scope="session")
def _town_index(_empty_index: Path) -> Iterator[Path]:
    with _quick_folder() as home:
        made = Library(home, HashEncoder())
        shutil.copytree(_empty_index, made.root)
        for name, text in TOWN.items():
            made.write(name, text)
        made.add()
        yield home


@pytest.fixture
def town(quick_path: Path, _town_index: Path) -> Iterator[Library]:
    """A library of three articles, `TOWN`, that were indexed where the articles still are."""
    made = Library(quick_path / "town", HashEncoder())
    made.folder = _town_index / "articles"
    shutil.copytree(_town_index / "index", made.root)
    yield made
    made.close()


TOWN = {
    "river.md": """---
title: The river rises
published: 2021-03-09
publisher: Harbour Gazette
language: en
---
The river rose by three metres in March. It flooded the market hall. Nobody was hurt.

The dam at Oldwater held. Engineers opened two of its five gates on Monday.
""",
    "mayor.md": """---
title: The mayor resigns
published: 2022-04-26
publisher: Harbour Gazette
language: en
---
Mayor Anna Berg resigned on Tuesday. She had governed the town for eleven years.

Her deputy takes over until the election in autumn.
""",
    "tram.md": """---
title: A tram for the valley
published: 2020-01-05
publisher: Valley Post
language: en
---
The tram will cost 35,000 crowns a metre. Twelve stops are planned between the harbour and the valley.

Work begins when the frost is over.
""",
}
"""Three short articles that share few words."""
