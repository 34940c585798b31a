"""Finds the encoder that settings ask for, or that an index names."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from index.encoding.encoder import Encoder, HashEncoder
from index.errors import EncoderUnavailable

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_HASH = "c006c9485a9bef2b32fa4211f98d5bc526db0fde6c16cd541e38233f4eced8ea"
"""`model_hash` of the official sentence-transformers/all-MiniLM-L6-v2, to recognise a build without the model."""
EXPORT_VERSION = 3
"""Counts the ways in which encoders have been exported or built, since another way means other files."""

Note = Callable[[str], None]


def cache_folder() -> Path:
    """Folder of exported encoders: $ASSISTANT_CACHE, else the user's cache."""
    stated = os.environ.get("ASSISTANT_CACHE")
    if stated:
        return Path(stated).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "assistant"


def encoder_folder(hash: str) -> Path:  # noqa: A002
    """The cache folder of the export with this hash."""
    return cache_folder() / "encoders" / f"{hash[:32]}-{EXPORT_VERSION}"


def open_encoder(hash: str, name: str, *, note: Note, threads: int = 0) -> Encoder:  # noqa: A002
    """Open the encoder that an index names; it is exported again from its source if the cache lost it.

    Args:
        hash: as the index has it.
        name: as the index has it.
        note: takes a message if it is exported.
        threads: for one run of the network; 0 for one a core.

    Raises:
        EncoderUnavailable: it is not here, or only another one of the same name is.
    """
    if hash_encoder := _hash_encoder(name):
        return _checked(hash_encoder, hash)
    folder = encoder_folder(hash)
    if (folder / "encoder.json").is_file():
        return _checked(_open_folder(folder, threads), hash)
    try:
        return _checked(find_encoder(name, note=note), hash)
    except EncoderUnavailable as error:
        raise EncoderUnavailable(
            f"the index was made with the encoder {name} ({hash[:12]}), which is not in {folder.parent}: "
            f"{error.message}",
            "bring that model back, or build the index anew with another",
        ) from error


def find_encoder(spec: str, *, note: Note, hub: bool = False) -> Encoder:
    """Find the encoder that settings ask for: the default by name, a folder, a hub name, or "hash-64-48".

    Raises:
        EncoderUnavailable: there is none such, or the default's weights are not the official ones.
    """
    if hash_encoder := _hash_encoder(spec):
        return hash_encoder
    if spec == DEFAULT_ENCODER:
        return _default(note)
    from index.encoding.export import export_encoder
    from index.encoding.folder import model_hash
    from index.encoding.runtimes import folder_of

    source = folder_of(spec, hub=hub)
    digest = model_hash(source)
    folder = encoder_folder(digest)
    if not (folder / "encoder.json").is_file():
        note(f"exporting the encoder {spec} to {folder} (once)")
        name = str(source) if Path(spec).expanduser().is_dir() else spec
        export_encoder(source, folder, name=name, hash=digest, note=note)
    return _checked(_open_folder(folder), digest)


def damaged_export(hash: str) -> list[str]:  # noqa: A002
    """Check the files of the encoder with this hash, if it is in the cache; problems in words."""
    from index.encoding.folder import file_sha256

    folder = encoder_folder(hash)
    if not (folder / "encoder.json").is_file():
        return []
    settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    if any(file_sha256(folder / name) != sha256 for name, sha256 in settings["sha256"].items()):
        return [f"the encoder in {folder} was changed; remove that folder, and it is made again"]
    return []


def _default(note: Note) -> Encoder:
    """Open the default encoder; it is built unless it is in the cache."""
    folder = encoder_folder(DEFAULT_HASH)
    if not (folder / "encoder.json").is_file():
        from index.encoding.minilm.build import build_minilm

        note(f"building the encoder {DEFAULT_ENCODER} in {folder} (once)")
        build_minilm(folder, name=DEFAULT_ENCODER, hash=DEFAULT_HASH)
    return _checked(_open_folder(folder), DEFAULT_HASH)


def _open_folder(folder: Path, threads: int = 0) -> Encoder:
    from index.encoding.runtimes import QUESTIONS_NAME, load_model, onnx_run, opened_late, torch_run
    from index.encoding.window_encoder import SETTINGS_NAME, WindowEncoder

    settings = json.loads((folder / SETTINGS_NAME).read_text(encoding="utf-8"))
    if settings["runtime"] != "onnx":
        return WindowEncoder(folder, torch_run(load_model(settings["source"])))
    if QUESTIONS_NAME not in settings["sha256"]:
        return WindowEncoder(folder, onnx_run(folder, threads=threads))
    questions = onnx_run(folder, threads=threads, graph=QUESTIONS_NAME)
    return WindowEncoder(folder, opened_late(lambda: onnx_run(folder, threads=threads)), run_questions=questions)


def _hash_encoder(name: str) -> HashEncoder | None:
    match = re.fullmatch(r"hash-([1-9]\d*)-([1-9]\d+)", name)  # Fewer than ten tokens hold no sentence.
    return HashEncoder(int(match[1]), int(match[2])) if match else None


def _checked(encoder: Encoder, hash: str) -> Encoder:  # noqa: A002
    if encoder.hash != hash:
        raise EncoderUnavailable(
            f"the encoder {encoder.name} here has hash {encoder.hash[:12]}, but {hash[:12]} is needed"
        )
    return encoder
