"""Compare the service with its peers' servers, in one run on one machine.

    python -m eval.lab.peers                     # every peer; the first time installs them, which takes minutes
    python -m eval.lab.peers txtai --rounds 5

indexes the passages of the default collection with LlamaIndex, txtai and Haystack, with the same weights of the
same encoder, and starts each one's server as its documentation shows. All are asked the gold questions, in interleaved
rounds so that noise affects all alike: by one client with one process each, and by 16 clients with two processes each;
torch has one thread a process, since more would wait for each other on two cores. The peers only return passages; none
selects sentences, checks receipts, or refuses. Their environments are kept in the cache, about 4 GB.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from assistant.models.open_files import allow_many_files
from assistant.settings.collections import default_index
from assistant.settings.locations import ensure_default
from eval.bench.speed import machine
from eval.lab.peers.contenders import CONTENDERS, OWN, PEERS, Contender
from eval.lab.peers.environments import build, peer_variables, programs_of, versions, write_passages
from eval.lab.peers.measure import Measured, free_port, measure, started
from index.errors import AssistantError


def compare(
    contenders: Sequence[Contender],
    programs: Mapping[str, Path],
    home: Path,
    *,
    workers: int,
    threads: int,
    clients: int,
    seconds: float,
    rounds: int,
    note: Callable[[str], None],
) -> dict[str, Measured]:
    """Measure each contender; returns figures by name.

    All servers are started first; then each is asked in turn while the others are idle.
    """
    found: dict[str, Measured] = {}
    with ExitStack() as stack:
        running = {}
        for one in contenders:
            port, store = free_port(), home / one.name
            own = {**peer_variables(store), **one.variables(store), "OMP_NUM_THREADS": str(threads)}
            command = one.command(programs[one.name], store, port, workers)
            server = started(command, port, one.how, variables=own, log=home / f"{one.name}.log")
            running[one.name] = stack.enter_context(server)
            found[one.name] = Measured(ready_seconds=running[one.name].ready_seconds)
            note(f"{one.name} answers after {running[one.name].ready_seconds:.1f} s")
        for number in range(rounds):
            note(f"{clients} clients, round {number + 1} of {rounds}")
            for one in contenders:
                measure(running[one.name], one.how, found[one.name], clients=clients, seconds=seconds)
    return found


def table(alone: Mapping[str, Measured], crowd: Mapping[str, Measured], clients: int) -> list[str]:
    """Format the figures as a table."""
    lines = [
        f"{'':<12}{'ready':>8}{'median':>10}{'p99':>10}{'CPU':>9}{'memory':>10} | "
        f"{f'{clients} clients':>12}{'p99':>10}{'CPU':>9}{'memory':>10}{'failed':>8}"
    ]
    for name, one in alone.items():
        many = crowd[name]
        lines.append(
            f"{name:<12}{one.ready_seconds:>6.1f} s{one.median * 1000:>7.1f} ms{one.p99 * 1000:>7.1f} ms"
            f"{one.cpu * 1000:>6.1f} ms{one.mebibytes:>6.0f} MiB | {many.a_second:>8.1f} a s{many.p99 * 1000:>7.0f} ms"
            f"{many.cpu * 1000:>6.1f} ms{many.mebibytes:>6.0f} MiB{one.failed + many.failed:>8}"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the servers; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.lab.peers", description="The service beside its peers' servers."
    )
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"some of: {', '.join(PEERS)}")
    parser.add_argument("--seconds", type=float, default=5.0, help="duration of each contender in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16, help="clients in the second part")
    parser.add_argument("--workers", type=int, default=2, help="processes of each server in the second part")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch in each process of a peer")
    parser.add_argument("--install-only", action="store_true", help="make the environments and stop")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.peers if name not in PEERS]:
        parser.error(f"there is no peer {unknown[0]!r}; known: {', '.join(PEERS)}")
    contenders = [one for one in CONTENDERS if one.name in (*OWN, *(given.peers or PEERS))]

    def note(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    allow_many_files()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that no server outlives this process.
    try:
        ensure_default(note=note, meter=lambda *_: None)
        programs = {one.name: programs_of(one, note=note) for one in contenders}
        if given.install_only:
            return 0
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            count = write_passages(default_index(), home / "passages.jsonl", note=note)
            for one in contenders:
                build(one, programs[one.name], home / "passages.jsonl", home / one.name)
            alone = compare(
                contenders,
                programs,
                home,
                workers=1,
                threads=given.threads,
                clients=1,
                seconds=given.seconds,
                rounds=given.rounds,
                note=note,
            )
            crowd = compare(
                contenders,
                programs,
                home,
                workers=given.workers,
                threads=given.threads,
                clients=given.clients,
                seconds=given.seconds,
                rounds=given.rounds,
                note=note,
            )
    except AssistantError as error:
        print(f"eval.lab.peers: {error}", file=sys.stderr)
        return error.exit_code
    print(machine())
    print(f"{count} passages; 1 client and 1 process, then {given.clients} clients and {given.workers} processes")
    print("\n".join(table(alone, crowd, given.clients)))
    for one in contenders:
        print(f"{one.name} ({versions(one, programs[one.name])}): {one.does}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
