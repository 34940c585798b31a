"""Compare the speed of reading with Haystack's extractive reader, in one run on one machine.

    python -m eval.lab.peers.reading                  # installs Haystack first, which takes minutes
    python -m eval.lab.peers.reading --questions 100

Both read the same passages of the default collection for the same gold questions, with a network of the same size
and a thread a core, in interleaved rounds; only the reading is timed, not search or start.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.question.question import analyse
from assistant.reading.extractive import ExtractiveReader
from assistant.reading.network import shared_network
from assistant.reading.weights import load_weights
from eval.bench.speed import machine
from eval.lab.fitting.fit import PASSAGES
from eval.lab.load.running import gold_questions
from eval.lab.peers.contenders import CONTENDERS, PROGRAMS
from eval.lab.peers.environments import peer_variables, programs_of
from eval.runs.indexes import default_engine
from index.errors import AssistantError, ConfigurationError
from index.search.engine import Filters, Retrieved, SearchEngine

PEER = "Haystack"


def own_seconds(asked: Sequence[tuple[str, Retrieved]], engine: SearchEngine) -> float:
    """Seconds in which the assistant's reader reads all questions once, after one to warm up."""
    reader = ExtractiveReader(load_weights(), network=shared_network())  # A new one keeps no readings.
    question, retrieved = asked[0]
    ExtractiveReader(load_weights(), network=shared_network()).read(analyse(question), retrieved, engine)
    begun = time.perf_counter()
    for question, retrieved in asked:
        reader.read(analyse(question), retrieved, engine)
    return time.perf_counter() - begun


def peer_seconds(program: Path, questions: Path, threads: int) -> float:
    """The same of Haystack's reader.

    Raises:
        ConfigurationError: it failed.
    """
    variables = {**peer_variables(questions.parent), "OMP_NUM_THREADS": str(threads)}
    run = subprocess.run(
        [str(program / "python"), str(PROGRAMS / "haystack_reader.py"), str(questions)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise ConfigurationError(f"{PEER} cannot read: {run.stderr.strip()[-500:]}")
    seconds: float = json.loads(run.stdout.strip().splitlines()[-1])["seconds"]
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare reading; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.lab.peers.reading", description="Reading beside Haystack's extractive reader."
    )
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    contender = next(one for one in CONTENDERS if one.name == "hayhooks")
    own: list[float] = []
    peer: list[float] = []
    try:
        program = programs_of(contender, note=lambda message: print(message, file=sys.stderr, flush=True))
        with default_engine() as engine, tempfile.TemporaryDirectory() as place:
            texts = gold_questions()[: given.questions]
            asked = [(text, engine.search(text, k=PASSAGES, filters=Filters())) for text in texts]
            lines = [
                json.dumps({"question": text, "passages": [passage.text for passage in retrieved.passages]})
                for text, retrieved in asked
            ]
            questions = Path(place) / "questions.jsonl"
            questions.write_text("\n".join(lines) + "\n", encoding="utf-8")
            for _ in range(given.rounds):
                own.append(own_seconds(asked, engine))
                peer.append(peer_seconds(program, questions, os.cpu_count() or 1))
    except AssistantError as error:
        print(f"eval.lab.peers.reading: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{machine()}, load {os.getloadavg()[0]:.0f}")
    for name, seconds in (("assistant", own), (PEER, peer)):
        spread = f"{min(seconds):.1f}-{max(seconds):.1f}"
        print(f"{name:<12}{len(asked) / statistics.median(seconds):>8.1f} questions a second ({spread} s)")
    print(f"{statistics.median(p / o for p, o in zip(peer, own, strict=True)):.1f} times as many as {PEER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
