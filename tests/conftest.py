"""What every test stands on: no network, folders of its own, and a library of articles to start from."""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from babbler import babbling
from hypothesis import settings
from library import CACHE, REPOSITORY, SHARED, TOWN, Library, ignore

from index.encoding.encoder import Encoder, HashEncoder
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder
from index.storage.store import create_index

pytest.register_assert_rewrite("contracts")


MEMORY_BYTES = 500_000_000
"""Free space from which on folders in memory are used."""

# The same examples in every run, or CI would fail for some and not for others.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


SLOW = (
    "assistant/checking/test_poisoned.py",
    "assistant/checking/test_support.py",
    "assistant/cli/",
    "assistant/integrations/test_mcp.py",
    "assistant/language/test_figures.py",
    "assistant/models/test_guarded.py",
    "assistant/models/test_open_model.py",
    "assistant/models/test_scripted_server.py",
    "assistant/models/test_server_words.py",
    "assistant/service/",
    "assistant/writing/test_writing.py",
    "eval/bench/",
    "eval/cases/test_importing.py",
    "eval/gate/",
    "eval/lab/",
    "eval/measures/test_statistics.py",
    "eval/report/",
    "eval/runs/",
    "house/",
    "index/search/test_search.py",
    "index/text/formats/test_docx.py",
    "index/text/formats/test_hidden.py",
    "index/text/formats/test_pdf.py",
    "index/text/test_isolated.py",
)
"""Where tests start commands and servers or take several seconds together; `make fast` leaves them out."""
LONG = (
    "assistant/cli/test_cli_as_it_comes.py",
    "assistant/cli/test_cli_chat.py",
    "assistant/cli/test_cli_commands.py",
    "assistant/cli/test_cli_model.py",
    "assistant/cli/test_cli_terminal.py",
    "assistant/models/test_llama_cpp.py",
    "assistant/models/test_llama_model.py",
    "assistant/models/test_real_server.py",
    "assistant/page/",
    "assistant/retrieval/test_rerank.py",
    "assistant/service/test_service_collections.py",
    "assistant/service/test_service_guard.py",
    "assistant/service/test_service_process.py",
    "assistant/service/test_service_schema.py",
    "assistant/service/test_service_streams.py",
    "assistant/writing/test_draft.py",
    "eval/cases/test_feedback_promoted.py",
    "eval/cases/test_gold_evidence.py",
    "eval/gate/test_simulate.py",
    "eval/lab/test_reader",
    "eval/lab/test_soak.py",
    "eval/runs/test_answering.py",
    "eval/runs/test_judge.py",
    "eval/runs/test_run_killed.py",
    "house/test_deploy.py",
    "house/test_tutorial.py",
    "index/encoding/test_encoders.py",
    "index/storage/test_flipped.py",
    "index/storage/test_full_disk.py",
    "index/storage/test_killed.py",
)
"""Where tests take ten seconds and more together; `make test` leaves them to `.ci/run`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that `make fast` and `make test` leave out."""
    for item in items:
        path = item.path.relative_to(REPOSITORY / "tests").as_posix()
        if path.startswith((*SLOW, *LONG)):
            item.add_marker("slow")
        if path.startswith(LONG):
            item.add_marker("long")


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
