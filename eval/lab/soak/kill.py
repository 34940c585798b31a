"""Kill a serving process, and record the connections that it held."""

import os
import signal
import time
from pathlib import Path

STOP_SECONDS = 5.0


class Killed:
    """Client ports of the connections of killed processes."""

    def __init__(self) -> None:
        self.ports: set[int] = set()
        self.in_flight: set[int] = set()
        """Of those, where an answer was waited for."""
        self.processes: list[int] = []

    def kill(self, process: int, server_port: int, waiting: set[int]) -> None:
        """Stop a process, record its connections, and kill it.

        A stopped process accepts and answers nothing more, so exactly the recorded connections are cut off.

        Args:
            process: a serving process.
            server_port: of the server.
            waiting: ports of clients that wait for an answer.
        """
        os.kill(process, signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while not _stopped(process) and time.monotonic() < deadline:
            time.sleep(0.001)
        held = held_ports(process, server_port)
        self.ports |= held
        self.in_flight |= held & waiting
        self.processes.append(process)
        os.kill(process, signal.SIGKILL)


def held_ports(process: int, server_port: int) -> set[int]:
    """Return the client ports of the connections that a process has accepted."""
    inodes = set()
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = descriptor.readlink().name
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target.removeprefix("socket:[").removesuffix("]"))
    held = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, remote, inode = fields[1], fields[2], fields[9]
        if inode in inodes and int(local.split(":")[1], 16) == server_port and not remote.endswith(":0000"):
            held.add(int(remote.split(":")[1], 16))
    return held


def _stopped(process: int) -> bool:
    states = [
        (task / "stat").read_text().rsplit(")", 1)[1].split()[0] for task in Path(f"/proc/{process}/task").iterdir()
    ]
    return all(state in "TtZ" for state in states)
