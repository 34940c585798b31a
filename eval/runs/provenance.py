"""Records the provenance of a run, and compares that of two."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

import assistant as program
from assistant.chain.assistant import Assistant
from assistant.checking.entailment import THRESHOLD_PATH
from assistant.checking.entailment import WEIGHTS_PATH as SUPPORT_PATH
from assistant.reading.joined import JOINED_PATH, load_joined
from assistant.reading.network import WEIGHTS_PATH as NETWORK_PATH
from assistant.reading.weights import WEIGHTS_PATH
from assistant.settings.settings import Settings
from eval.runs.results import Provenance

PACKAGES = ("faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers")
"""Packages that answers without a model depend on."""
READING = ("passages", "sentences", "reranker")
"""Settings that answers depend on; those of an index show in its fingerprint."""


def provenance_of(
    assistant: Assistant,
    settings: Settings,
    *,
    judge: str | None,
    prompts: Mapping[str, str],
    model: str | None = None,
    model_settings: Mapping[str, str | int | float | bool] | None = None,
) -> Provenance:
    """Record the provenance of a run.

    Args:
        assistant: to be asked.
        settings: of the assistant.
        judge: description of the judge; None without one.
        prompts: digests of the prompts in use, by name.
        model: name of the model that writes answers; None if they are quoted.
        model_settings: settings that its answers depend on, by name.
    """
    engine = assistant.engine
    stated = settings.threshold if settings.threshold >= 0 else engine.threshold
    values: dict[str, str | int | float | bool] = {name: getattr(settings, name) for name in READING}
    values["threshold"] = load_joined().threshold if stated is None else stated
    values |= model_settings or {}
    if model:
        values["support"] = _digest(SUPPORT_PATH, THRESHOLD_PATH)
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return Provenance(
        assistant=program.__version__,
        index={
            "fingerprint": engine.state.fingerprint,
            "generation": engine.state.generation,
            "articles": len(engine.articles),
            "chunks": engine.state.chunks,
        },
        encoder=f"{engine.state.encoder_name} {engine.state.encoder_hash[:12]}",
        reader=f"extractive@{_digest(WEIGHTS_PATH, JOINED_PATH, NETWORK_PATH)}",
        model=model,
        judge=judge,
        prompts=dict(sorted(prompts.items())),
        settings=values,
        packages={"python": platform.python_version(), **packages},
    )


def differences(base: Provenance, new: Provenance) -> tuple[str, ...]:
    """List what changed between two runs, one line each."""
    found = []
    for name in (field.name for field in fields(Provenance)):
        before, after = getattr(base, name), getattr(new, name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for key in [*before, *(key for key in after if key not in before)]:
                found += _difference(f"{name} {key}", before.get(key), after.get(key))
        else:
            found += _difference(name, before, after)
    return tuple(found)


def same(base: Provenance, new: Provenance) -> bool:
    """Whether two runs have the same provenance."""
    return asdict(base) == asdict(new)


def _difference(what: str, before: object, after: object) -> list[str]:
    if before == after:
        return []
    return [f"{what}: {'nothing' if before is None else before} → {'nothing' if after is None else after}"]


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:8]
