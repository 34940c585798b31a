"""Index passages with txtai, for `uvicorn txtai.api:app`; run in its own environment.

`python txtai_index.py PASSAGES STORE` indexes; the rest is txtai's own.
"""

import json
import os
import sys
from pathlib import Path

from txtai import Embeddings


def build(passages: Path, store: str) -> None:
    """Index passages with their text, and write the API's settings."""
    lines = passages.read_text(encoding="utf-8").splitlines()
    embeddings = Embeddings(path=os.environ["PEER_MODEL"], content=True)
    embeddings.index([(one["id"], one["text"], None) for one in map(json.loads, lines)])
    embeddings.save(f"{store}/index")
    settings = {"path": f"{store}/index", "embeddings": {"path": os.environ["PEER_MODEL"], "content": True}}
    Path(store, "config.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML too.


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
