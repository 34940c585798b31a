"""Opens a sentence-transformers CrossEncoder, which reads two texts together."""

import json
from pathlib import Path
from typing import Any

from index.encoding.runtimes import quiet_loading
from index.errors import EncoderUnavailable, needing_extra


def check_folder(folder: Path, advice: str) -> None:
    """Refuse what sentence-transformers would load all the same, giving it a head of random weights.

    Raises:
        EncoderUnavailable: the folder holds no cross-encoder.
    """
    saved = read_json(folder / "config_sentence_transformers.json").get("model_type")
    heads = read_json(folder / "config.json").get("architectures") or []
    if saved != "CrossEncoder" and not any(str(head).endswith("ForSequenceClassification") for head in heads):
        raise EncoderUnavailable(f"{folder} holds no cross-encoder", advice)


def read_json(path: Path) -> dict[str, Any]:
    """Read an object; empty if the file holds none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def load_cross_encoder(folder: Path, *, hub: bool) -> Any:  # noqa: ANN401 - the library is imported late
    """Load the CrossEncoder in a folder.

    Raises:
        EncoderUnavailable: a file is damaged, or the extra `encoders` is missing.
    """
    with needing_extra("encoders", f"the cross-encoder in {folder}"), quiet_loading(hub=hub):
        from sentence_transformers import CrossEncoder
    try:
        with quiet_loading(hub=hub):
            return CrossEncoder(str(folder), device="cpu", local_files_only=True)
    except Exception as error:  # safetensors, tokenizers and torch raise their own kinds.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderUnavailable(f"the cross-encoder in {folder} cannot be loaded ({reason})", "restore it") from error
