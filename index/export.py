"""Export a sentence-transformers model once, so that asking needs neither torch nor transformers."""

import contextlib
import hashlib
import io
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import EncoderUnavailable
from index.onnx_encoder import SETTINGS_NAME
from index.torch_encoder import (
    SentenceTransformersEncoder,
    late_chunking_fits,
    load_model,
    prompt_of,
)

MIN_COSINE = 0.9999
"""Below this agreement with sentence-transformers an export is not used."""

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

IDENTITY_SUFFIXES = {".safetensors", ".bin", ".json", ".txt", ".model"}
"""Files of a model that decide what its vectors are."""
NOT_IDENTITY = {"data_config.json", "config_sentence_transformers.json.bak"}


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


def export_encoder(source: Path, target: Path, *, name: str, hash: str, note: Callable[[str], None]) -> None:  # noqa: A002
    """Export the model in folder `source` to folder `target`, checked against the model itself.

    Args:
        source: a sentence-transformers model.
        target: a folder that does not exist; it appears complete or not at all.
        name: what people call the model.
        hash: `model_hash(source)`.
        note: told what is going on.

    Raises:
        EncoderUnavailable: the model cannot be loaded, or its tokenizer has no fast form.
    """
    model = load_model(str(source), hub=False)
    fast = getattr(model.tokenizer, "_tokenizer", None)
    if fast is None:
        raise EncoderUnavailable(f"the encoder {name!r} has no fast tokenizer, which offsets need; choose another")
    direct = SentenceTransformersEncoder(model, name=name, hash=hash)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _appearing(target) as folder:
        fast.no_truncation()
        fast.no_padding()
        fast.save(str(folder / "tokenizer.json"))
        settings: dict[str, Any] = {
            "name": name,
            "hash": hash,
            "source": str(source),
            "dimension": direct.dimension,
            "max_tokens": direct.max_tokens,
            "prompts": {kind: prompt_of(model, kind) for kind in ("query", "document")},
            "late_chunking": late_chunking_fits(model),
            "runtime": "onnx",
        }
        agreement = _export_and_compare(model, direct, folder, settings)
        if agreement < MIN_COSINE:
            settings["runtime"] = "sentence-transformers"
            (folder / "model.onnx").unlink(missing_ok=True)
            note(
                f"the export of {name} agrees with sentence-transformers only to cosine {agreement:.5f}; "
                f"sentence-transformers is used directly, which starts slower"
            )
        else:
            settings["onnx_sha256"] = file_sha256(folder / "model.onnx")
        settings["cosine"] = round(agreement, 7)
        _write_json(folder / SETTINGS_NAME, settings)


def _export_and_compare(
    model: Any, direct: SentenceTransformersEncoder, folder: Path, settings: dict[str, Any]  # noqa: ANN401
) -> float:
    """Write `model.onnx`; the lowest cosine with the model over the check sentences (-1 if it failed)."""
    from index.onnx_encoder import OnnxEncoder

    _write_json(folder / SETTINGS_NAME, settings)
    try:
        _export_graph(model, folder / "model.onnx")
        exported = OnnxEncoder(folder)
    except Exception:  # noqa: BLE001 - whatever the exporter meets, the model itself still works
        return -1.0
    cosines = []
    for text in CHECK_SENTENCES:
        a, b = exported.encode_question(text), direct.encode_question(text)
        cosines.append(float(np.dot(a, b)))
    return min(cosines)


def _export_graph(model: Any, path: Path) -> None:  # noqa: ANN401
    import torch

    class TextAndTokens(torch.nn.Module):
        """The model as a graph from token ids to text vectors and token vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> tuple[Any, Any]:  # noqa: ANN401
            features = self.model(dict(zip(names, inputs, strict=True)))
            return features["sentence_embedding"], features["token_embeddings"]

    sample = model.tokenizer(["one two three", "four"], padding=True, return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in sample]
    texts, tokens = torch.export.Dim("texts"), torch.export.Dim("tokens")
    with _quiet():
        torch.onnx.export(
            TextAndTokens().eval(),
            tuple(sample[name] for name in names),
            str(path),
            dynamo=True,
            external_data=False,
            input_names=names,
            output_names=["text_vectors", "token_vectors"],
            dynamic_shapes=(tuple({0: texts, 1: tokens} for _ in names),),
            verbose=False,
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints progress, warnings and log lines that help nobody here."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` in one step, or leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        with contextlib.suppress(OSError):  # Another process was first with the same hash.
            os.replace(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
