"""A real server in a process of its own, for the tests of the service."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import commands
import httpx
from library import TOWN, Library

from index.encoding.encoder import HashEncoder
from index.storage.store import create_index

DAM = "Which dam held?"
TRAM = "How much will the tram cost?"
OPERA = "Who composed the opera about the moons of Neptune?"


def environment(data: Path) -> dict[str, str]:
    """This process's without the user's settings, and with a data folder of its own."""
    return commands.environment(ASSISTANT_DATA=data)


def assistant(data: Path, *arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    """`assistant` with these arguments and input, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env=environment(data),
        timeout=60,
        check=False,
    )


def town_in(home: Path) -> Library:
    """A library of the three articles `TOWN`, indexed."""
    made = Library(home, HashEncoder())
    create_index(made.root, made.encoder, max_tokens=made.encoder.max_tokens)
    for name, text in TOWN.items():
        made.write(name, text)
    made.add()
    return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server that answers."""

    url: str
    process: subprocess.Popen[str]
    log: Path
    data: Path

    def client(self, **options: object) -> httpx.Client:
        """A client of it."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **options)

    def workers(self) -> list[int]:
        """The ids of its serving processes, where there are several."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(one) for one in found]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def serving(
    home: Path,
    *arguments: object,
    command: Sequence[object] = ("-m", "assistant", "serve"),
    variables: Mapping[str, str] | None = None,
    index: Path | None = None,
) -> Iterator[Server]:
    """A server over the library in `home`, or another `index`, from when it is ready until after the block."""
    data, log = home / "data", home / "server.log"
    with log.open("a") as file:
        process = subprocess.Popen(
            [sys.executable, *map(str, [*command, "--port", 0, "--index", index or home / "index", *arguments])],
            stdout=subprocess.PIPE,
            stderr=file,
            encoding="utf-8",
            env=environment(data) | (variables or {}),
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.search(r"http://\S+?:\d+", line)
            assert found, f"{line!r} {log.read_text()}"
            yield Server(url=found.group(), process=process, log=log, data=data)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            process.stdout.close()


def events(text: str) -> list[tuple[str, object]]:
    """The server-sent events in a stream, comments left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and ": " in line)
        if "data" in fields:
            data = fields["data"]
            found.append((fields.get("event", "message"), json.loads(data) if data != "[DONE]" else data))
    return found
