"""Time Haystack's extractive reader: `python haystack_reader.py QUESTIONS`, in its environment; prints JSON.

QUESTIONS is JSON Lines of `{"question", "passages"}`. The network has the size of the assistant's reader: the encoder
at $PEER_MODEL with a head for spans that is not trained, which takes as long as a trained one.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from haystack import Document
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader
from transformers import AutoModelForQuestionAnswering, AutoTokenizer


def main(questions: Path) -> None:
    """Read every question's passages once, after one to warm up."""
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        AutoModelForQuestionAnswering.from_pretrained(os.environ["PEER_MODEL"]).save_pretrained(folder)
        AutoTokenizer.from_pretrained(os.environ["PEER_MODEL"]).save_pretrained(folder)
        reader = TransformersExtractiveReader(model=folder, top_k=3)
        reader.warm_up()
        documents = [[Document(content=text) for text in one["passages"]] for one in asked]
        reader.run(query=asked[0]["question"], documents=documents[0])
        begun = time.perf_counter()
        for one, passages in zip(asked, documents, strict=True):
            reader.run(query=one["question"], documents=passages)
        print(json.dumps({"seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
