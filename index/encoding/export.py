"""Exports a sentence-transformers model once, so that asking needs neither torch nor transformers."""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from index.encoding.folder import (
    CHECK_SENTENCES,
    MIN_COSINE,
    MIN_QUESTION_COSINE,
    appearing,
    cosines_with,
    fit_projection,
    write_settings,
)
from index.encoding.runtimes import GRAPH_NAME, QUESTIONS_NAME, load_model, onnx_run, torch_run
from index.encoding.window_encoder import PROJECTION_NAME, WindowEncoder
from index.errors import EncoderUnavailable

OPSET = 23
"""ONNX opset: the first in which attention is one operator."""


def export_encoder(source: Path, target: Path, *, name: str, hash: str, note: Callable[[str], None]) -> None:  # noqa: A002
    """Export the model in folder `source` to folder `target`, checked against the model itself.

    Args:
        source: a sentence-transformers model.
        target: a folder that does not exist; it appears complete or not at all.
        name: what people call the model.
        hash: `model_hash(source)`.
        note: takes progress messages.

    Raises:
        EncoderUnavailable: the model cannot be loaded, or its tokenizer has no fast form.
    """
    model = load_model(str(source))
    fast = getattr(model.tokenizer, "_tokenizer", None)
    if fast is None:
        raise EncoderUnavailable(f"the encoder {name!r} has no fast tokenizer, which offsets need", "choose another")
    with appearing(target) as folder:
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
        write_settings(folder, settings)
        direct = WindowEncoder(folder, torch_run(model))
        (folder / PROJECTION_NAME).write_bytes(fit_projection(direct).to_bytes())
        agreement = _export_and_compare(model, folder)
        if agreement < MIN_COSINE:
            settings["runtime"] = "sentence-transformers"
            (folder / GRAPH_NAME).unlink(missing_ok=True)
            note(
                f"the export of {name} agrees with sentence-transformers only to cosine {agreement:.5f}; "
                f"sentence-transformers is used directly, which starts slower"
            )
            write_settings(folder, settings)
        else:
            names = (GRAPH_NAME, QUESTIONS_NAME) if faster_questions(folder) else (GRAPH_NAME,)
            write_settings(folder, settings, names)


def _export_and_compare(model: Any, folder: Path) -> float:  # noqa: ANN401
    """Write the graph; returns its lowest cosine with the model over the check sentences (-1 if it failed)."""
    try:
        _export_graph(model, folder / GRAPH_NAME)
        exported = WindowEncoder(folder, onnx_run(folder))
    except Exception:  # noqa: BLE001 - whatever the exporter meets, the model itself still works
        return -1.0
    with quiet():
        expected = model.encode(list(CHECK_SENTENCES), normalize_embeddings=True, prompt=_prompt_of(model, "query"))
    return float(cosines_with(expected, exported).min())


def faster_questions(folder: Path) -> bool:
    """Write the 8-bit network for questions; False if it loses too much and was removed again."""
    from index.encoding.eight_bits import in_eight_bits

    in_eight_bits(folder / GRAPH_NAME, folder / QUESTIONS_NAME)
    exact = WindowEncoder(folder, onnx_run(folder)).encode_questions(CHECK_SENTENCES)
    fast = WindowEncoder(folder, onnx_run(folder, graph=QUESTIONS_NAME))
    near = float(cosines_with(np.stack([one.text for one in exact]), fast).mean()) >= MIN_QUESTION_COSINE
    if not near:
        (folder / QUESTIONS_NAME).unlink()
    return near


def _prompt_of(model: Any, kind: str) -> str:  # noqa: ANN401
    """Prefix that the model expects before a "query" or a "document"; empty for most models."""
    names = (kind, "passage") if kind == "document" else (kind,)
    prompts = dict(model.prompts or {})
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _late_chunking_fits(model: Any) -> bool:  # noqa: ANN401
    """Whether the model pools by plain mean, so that a mean of token vectors is comparable to text vectors."""
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
    with quiet():
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
def quiet() -> Iterator[None]:
    """Silence the exporter's progress, warnings and log lines."""
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
