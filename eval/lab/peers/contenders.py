"""The servers to compare: how each is installed, indexed, started and asked."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from assistant.settings.collections import default_index
from eval.lab.load.connection import Connection
from eval.lab.load.load import Ask, ask

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
"""Programs that run in the peers' environments, with their packages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """One server of the comparison."""

    name: str
    does: str
    """What it does for a question, in words."""
    packages: tuple[str, ...]
    """Packages whose versions are reported."""
    requirements: Path | None
    """Requirements of its environment; None to use this one."""
    build: tuple[str, ...]
    """Arguments of its Python for indexing, before the files of passages and index."""
    command: Callable[[Path, Path, int, int], Sequence[object]]
    """Makes the server's command from its environment's folder of programs, index, port and processes."""
    variables: Callable[[Path], Mapping[str, str]]
    """Makes further environment variables from its index."""
    how: Ask


def _posted(path: str) -> Ask:
    """Make an `Ask` that posts the question as JSON."""

    async def asked(connection: Connection, question: str) -> tuple[int, bytes]:
        reply = await connection.request("POST", path, {"question": question})
        return reply.status, reply.body

    return asked


def _fetched(path: str) -> Ask:
    """Make an `Ask` that appends the question to the URL."""

    async def asked(connection: Connection, question: str) -> tuple[int, bytes]:
        reply = await connection.request("GET", path + quote(question, safe=""))
        return reply.status, reply.body

    return asked


def _nothing(store: Path) -> Mapping[str, str]:
    return {}


def _hayhooks(programs: Path, store: Path, port: int, workers: int) -> Sequence[object]:
    pipelines = store / "pipelines"
    (pipelines / "articles").mkdir(parents=True, exist_ok=True)
    shutil.copy(PROGRAMS / "haystack_wrapper.py", pipelines / "articles" / "pipeline_wrapper.py")
    options = ("--without-tracing", "--without-monitoring", "--pipelines-dir", pipelines)
    return (programs / "hayhooks", "run", "--host", "127.0.0.1", "--port", port, "--workers", workers, *options)


def _assistant(programs: Path, store: Path, port: int, workers: int) -> Sequence[object]:
    command = (sys.executable, "-m", "assistant", "serve")
    return (*command, "--port", port, "--workers", workers, "--index", default_index())


def _own_data(store: Path) -> Mapping[str, str]:
    return {"ASSISTANT_DATA": str(store)}


CONTENDERS = (
    Contender(
        name="assistant",
        does="hybrid search, late interaction, sentences chosen and checked, receipts, refusals; conversation kept",
        packages=(),
        requirements=None,
        build=(),
        command=_assistant,
        variables=_own_data,
        how=ask,
    ),
    Contender(
        name="its search",
        does="the assistant's /api/search, which is nearer to what the peers do: 3 passages by hybrid search and "
        "late interaction",
        packages=(),
        requirements=None,
        build=(),
        command=_assistant,
        variables=_own_data,
        how=_fetched("/api/search?k=3&q="),
    ),
    Contender(
        name="LlamaIndex",
        does="vector search (FAISS) by its context chat engine with its mock model: 3 passages",
        packages=("llama-index-core", "fastapi", "sentence-transformers", "torch"),
        requirements=HERE / "requirements-llamaindex.txt",
        build=(str(PROGRAMS / "llamaindex_server.py"),),
        command=lambda programs, store, port, workers: (
            *(programs / "uvicorn", "--app-dir", PROGRAMS, "llamaindex_server:app", "--log-level", "warning"),
            *("--host", "127.0.0.1", "--port", port, "--workers", workers),
        ),
        variables=_nothing,
        how=_posted("/chat"),
    ),
    Contender(
        name="txtai",
        does="vector search (FAISS), texts from SQLite, by its own API: 3 passages",
        packages=("txtai", "fastapi", "transformers", "torch"),
        requirements=HERE / "requirements-txtai.txt",
        build=(str(PROGRAMS / "txtai_index.py"),),
        command=lambda programs, store, port, workers: (
            *(programs / "uvicorn", "txtai.api:app", "--log-level", "warning"),
            *("--host", "127.0.0.1", "--port", port, "--workers", workers),
        ),
        variables=lambda store: {"CONFIG": str(store / "config.yml")},
        how=_fetched("/search?limit=3&query="),
    ),
    Contender(
        name="hayhooks",
        does="vector search in memory by a Haystack pipeline: 3 passages",
        packages=("hayhooks", "haystack-ai", "sentence-transformers", "torch"),
        requirements=HERE / "requirements-hayhooks.txt",
        build=(str(PROGRAMS / "haystack_wrapper.py"),),
        command=_hayhooks,
        variables=_nothing,
        how=_posted("/articles/run"),
    ),
)

OWN = tuple(one.name for one in CONTENDERS if one.requirements is None)
PEERS = tuple(one.name for one in CONTENDERS if one.requirements is not None)
