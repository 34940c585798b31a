"""Shared by exported and built encoders: identity, checks, and a folder that is written whole or not at all."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.projection import TOKEN_DIMENSION, TokenProjection
from index.encoding.window_encoder import SETTINGS_NAME, WindowEncoder
from index.errors import EncoderUnavailable
from index.text.article import Matrix

MIN_COSINE = 0.9999
"""Lowest cosine with sentence-transformers at which a network is used."""
MIN_QUESTION_COSINE = 0.99
"""Lowest mean cosine at which the 8-bit network encodes questions."""
CHECK_SENTENCES = (
    "Zhejiang built its digital reform on one data platform.",
    "How many hospitals recognise each other's examinations?",
    "On 9 March 2021 the secretary set out a timetable: 2021, 2022 and 2025.",
    "A complaint is signed for within 1 minute, passed on within 30 and answered within 24 hours.",
    "浙政钉 is the same system as the Zhejiang Government Nail.",
    "No.",
    "The city makes more than one third of the country's economical CNC machine tools, and its share of the "
    "middle and upper market has grown to about 8% since the machine-tool brain linked 4,000 firms. " * 4,
)
"""Short and long, figures and names, one in another script."""

SAMPLE_WORDS = 4_000
SAMPLE = Path(__file__).parent / "sample.txt"
"""News on a reform, in plain English; never changed, since every encoder's short vectors depend on it."""
"""Token vectors sampled to fit the projection."""

IDENTITY_SUFFIXES = {".safetensors", ".bin", ".json", ".txt", ".model"}
"""Files of a model that decide what its vectors are."""
NOT_IDENTITY = {"data_config.json"}
"""Training notes, no settings."""


def model_hash(folder: Path) -> str:
    """SHA-256 over the names and hashes of the files that decide a model's vectors."""
    listing = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        foreign = relative.startswith(("onnx/", "openvino/"))
        if path.suffix in IDENTITY_SUFFIXES and path.name not in NOT_IDENTITY and not hidden and not foreign:
            listing.update(f"{relative}\0{file_sha256(path)}\n".encode())
    return listing.hexdigest()


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fit_projection(encoder: WindowEncoder) -> TokenProjection:
    """The main directions of the token vectors of a sample of text that ships with the program."""
    words = SAMPLE.read_text(encoding="utf-8").split()
    size = max(8, encoder.max_tokens // 4)
    samples = [" ".join(words[i : i + size]) for i in range(0, min(len(words), SAMPLE_WORDS), size)]
    tokens = np.concatenate([encoder.encode_questions([sample])[0].tokens for sample in samples])
    return TokenProjection.fit(tokens, min(TOKEN_DIMENSION, tokens.shape[1]))


def cosines_with(expected: Matrix, encoder: WindowEncoder) -> NDArray[np.float32]:
    """Cosine of each check sentence's vector as a question with the expected one, (sentences, dimension)."""
    found = np.stack([one.text for one in encoder.encode_questions(CHECK_SENTENCES)])
    cosines: NDArray[np.float32] = (found * expected).sum(axis=1)
    return cosines


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` in one step, or leaves nothing behind."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EncoderUnavailable(
            f"the folder {target.parent} for exported encoders cannot be made ({error.strerror})", "set ASSISTANT_CACHE"
        ) from error
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        with contextlib.suppress(OSError):  # Another process was first with the same hash.
            os.replace(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_settings(folder: Path, settings: dict[str, Any], files: tuple[str, ...] = ()) -> None:
    """Write what an encoder is, with the hashes of its finished files."""
    told = settings | {"sha256": {name: file_sha256(folder / name) for name in files}}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    (folder / SETTINGS_NAME).write_text(text + "\n", encoding="utf-8")
