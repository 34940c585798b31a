"""The two ways to run an encoder's network: onnxruntime on its export, or sentence-transformers itself."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.window_encoder import Run
from index.errors import EncoderUnavailable, needing_extra
from index.text.article import Matrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

GRAPH_NAME = "model.onnx"
QUESTIONS_NAME = "questions.onnx"
"""The same network in 8 bits (`index.encoding.eight_bits`)."""


def open_session(path: Path, *, threads: int = 0) -> "InferenceSession":
    """Open a graph with onnxruntime, on the processor; `threads` for one run of it, 0 for one a core."""
    # Its own builds for Linux upload telemetry unless this is set before it is loaded.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take the cores from the next network and from other requests.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def onnx_run(folder: Path, *, threads: int = 0, graph: str = GRAPH_NAME) -> Run:
    """An exported graph in `folder`; neither torch nor transformers is imported.

    Args:
        folder: of the export.
        threads: for one run of the network; 0 for one a core.
        graph: its file.

    Raises:
        EncoderUnavailable: the graph is missing or damaged.
    """
    try:
        session = open_session(folder / graph, threads=threads)
    except Exception as error:  # noqa: BLE001 - onnxruntime has no common error of its own
        raise EncoderUnavailable(
            f"the encoder in {folder} cannot be opened ({str(error).splitlines()[0]})",
            "remove that folder, and it is made again",
        ) from error
    names = [node.name for node in session.get_inputs()]

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        texts, tokens = session.run(None, {name: given[name] for name in names})
        return texts, tokens

    return run


def opened_late(open_run: Callable[[], Run]) -> Run:
    """A network that is opened when it is first run, so that asking never loads the one for articles."""
    opened: list[Run] = []
    lock = Lock()

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        with lock:
            if not opened:
                opened.append(open_run())
        return opened[0](ids, mask)

    return run


def torch_run(model: Any) -> Run:  # noqa: ANN401 - the library is imported late
    """A `SentenceTransformer` used directly: slow to start; the reference for exported networks."""
    import torch

    model.eval()
    names = [n for n in ("input_ids", "attention_mask", "token_type_ids") if n in model.tokenizer("a").keys()]  # noqa: SIM118

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        with torch.no_grad():
            out = model({name: torch.from_numpy(given[name]) for name in names})
        return out["sentence_embedding"].numpy(), out["token_embeddings"].numpy()

    return run


@contextmanager
def quiet_loading(*, hub: bool) -> Iterator[None]:
    """Load models without warnings and progress bars, and without the network unless `hub` allows it."""
    if not hub:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        yield


def load_model(source: str) -> Any:  # noqa: ANN401
    """A `SentenceTransformer` from a folder, without the network.

    Raises:
        EncoderUnavailable: no such model, or it cannot be loaded.
        ExtraMissing: sentence-transformers is not installed.
    """
    with needing_extra("encoders", f"the encoder {source!r}"), quiet_loading(hub=False):
        from sentence_transformers import SentenceTransformer
    try:
        with quiet_loading(hub=False):
            return SentenceTransformer(source, device="cpu")
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderUnavailable(
            f"the encoder {source!r} cannot be loaded ({reason})", "give a folder of a sentence-transformers model"
        ) from error


def folder_of(source: str, *, hub: bool) -> Path:
    """The folder that holds a model: `source` itself, or its snapshot from the hub where `hub` allows.

    Raises:
        EncoderUnavailable: no such folder, or no such model on the hub.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return path.resolve()
    if not hub:
        raise EncoderUnavailable(
            f"no folder {source!r} with a sentence-transformers model",
            "give its path, or allow a download by name from the Hugging Face hub with ASSISTANT_HUB=1",
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(source))
    except Exception as error:  # noqa: BLE001 - the hub client raises many kinds
        raise EncoderUnavailable(f"the model {source!r} could not be downloaded ({error})", "give a folder") from error
