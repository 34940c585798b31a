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

from index.encoding.projection import TOKEN_DIMENSION, TokenProjection
from index.encoding.runtimes import GRAPH_NAME, QUESTIONS_NAME, load_model, onnx_run, torch_run
from index.encoding.window_encoder import PROJECTION_NAME, SETTINGS_NAME, WindowEncoder
from index.errors import EncoderUnavailable

MIN_COSINE = 0.9999
"""Below this agreement with sentence-transformers an export is not used."""
MIN_QUESTION_COSINE = 0.99
"""Below this mean agreement of its two networks an export encodes questions with the exact one."""
OPSET = 23
"""The first in which attention is one operator."""

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
"""Enough token vectors to find their main directions."""

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
    model = load_model(str(source))
    fast = getattr(model.tokenizer, "_tokenizer", None)
    if fast is None:
        raise EncoderUnavailable(f"the encoder {name!r} has no fast tokenizer, which offsets need; choose another")
    with _appearing(target) as folder:
        fast.no_truncation()
        fast.no_padding()
        fast.save(str(folder / "tokenizer.json"))
        settings = {
            "name": name,
            "hash": hash,
            "source": str(source),
            "dimension": model.get_embedding_dimension(),
            "max_tokens": int(model.max_seq_length),
            "prompts": {kind: _prompt_of(model, kind) for kind in ("query", "document")},
            "late_chunking": _late_chunking_fits(model),
            "runtime": "onnx",
        }
        _write_json(folder / SETTINGS_NAME, settings)
        direct = WindowEncoder(folder, torch_run(model))
        (folder / PROJECTION_NAME).write_bytes(_fit_projection(direct).to_bytes())
        agreement = _export_and_compare(model, folder)
        if agreement < MIN_COSINE:
            settings["runtime"] = "sentence-transformers"
            (folder / GRAPH_NAME).unlink(missing_ok=True)
            note(
                f"the export of {name} agrees with sentence-transformers only to cosine {agreement:.5f}; "
                f"sentence-transformers is used directly, which starts slower"
            )
        else:
            settings["onnx_sha256"] = file_sha256(folder / GRAPH_NAME)
            settings |= _faster_questions(folder)
        settings["cosine"] = round(agreement, 7)
        _write_json(folder / SETTINGS_NAME, settings)


def _export_and_compare(model: Any, folder: Path) -> float:  # noqa: ANN401
    """Write the graph; its lowest cosine with the model over the check sentences (-1 if it failed)."""
    try:
        _export_graph(model, folder / GRAPH_NAME)
        exported = WindowEncoder(folder, onnx_run(folder))
    except Exception:  # noqa: BLE001 - whatever the exporter meets, the model itself still works
        return -1.0
    with _quiet():
        expected = model.encode(list(CHECK_SENTENCES), normalize_embeddings=True, prompt=_prompt_of(model, "query"))
    found = np.stack([one.text for one in exported.encode_questions(CHECK_SENTENCES)])
    return float((found * expected).sum(axis=1).min())


def _faster_questions(folder: Path) -> dict[str, str | float]:
    """Write the network for questions; what the settings say of it."""
    from index.encoding.eight_bits import in_eight_bits

    in_eight_bits(folder / GRAPH_NAME, folder / QUESTIONS_NAME)
    exact, fast = (
        np.stack([one.text for one in WindowEncoder(folder, run).encode_questions(CHECK_SENTENCES)])
        for run in (onnx_run(folder), onnx_run(folder, graph=QUESTIONS_NAME))
    )
    agreement = float((exact * fast).sum(axis=1).mean())
    if agreement < MIN_QUESTION_COSINE:
        (folder / QUESTIONS_NAME).unlink()
        return {"questions_cosine": round(agreement, 7)}
    return {"questions_sha256": file_sha256(folder / QUESTIONS_NAME), "questions_cosine": round(agreement, 7)}


def _fit_projection(encoder: WindowEncoder) -> TokenProjection:
    """The main directions of the token vectors of the articles that ship with the program."""
    paths = sorted((Path(__file__).parents[1] / "articles").glob("*.md"))
    words = [word for path in paths for word in path.read_text(encoding="utf-8").split()]
    size = max(8, encoder.max_tokens // 4)
    samples = [" ".join(words[i : i + size]) for i in range(0, min(len(words), SAMPLE_WORDS), size)]
    tokens = np.concatenate([encoder.encode_questions([sample])[0].tokens for sample in samples])
    return TokenProjection.fit(tokens, min(TOKEN_DIMENSION, tokens.shape[1]))


def _prompt_of(model: Any, kind: str) -> str:  # noqa: ANN401
    """What the model wants before a "query" or a "document"; empty for most."""
    names = (kind, "passage") if kind == "document" else (kind,)
    prompts = dict(model.prompts or {})
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _late_chunking_fits(model: Any) -> bool:  # noqa: ANN401
    """Whether a mean of token vectors lies in the space of the text vectors: mean pooling, no more."""
    kinds = [type(module).__name__ for module in model]
    pooling = next((module for module in model if type(module).__name__ == "Pooling"), None)
    mean = pooling is not None and "mean" in str(pooling.get_config_dict())
    return mean and all(kind in {"Transformer", "Pooling", "Normalize"} for kind in kinds)


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
            opset_version=OPSET,
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
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` in one step, or leaves nothing behind."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EncoderUnavailable(
            f"the folder {target.parent} for exported encoders cannot be made ({error.strerror}); set ASSISTANT_CACHE"
        ) from error
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        with contextlib.suppress(OSError):  # Another process was first with the same hash.
            os.replace(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
