"""Haystack pipeline for hayhooks: embeds the question, finds the nearest documents in memory.

`python haystack_wrapper.py PASSAGES STORE` indexes, in its own environment; hayhooks serves a copy of this file
in its folder of pipelines.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from hayhooks import BasePipelineWrapper
from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

FILE_NAME = "documents.json"


def build(passages: Path, store: str) -> None:
    """Embed passages and write them for the pipeline."""
    lines = passages.read_text(encoding="utf-8").splitlines()
    embedder = SentenceTransformersDocumentEmbedder(model=os.environ["PEER_MODEL"], normalize_embeddings=True)
    embedder.warm_up()
    documents = [Document(id=one["id"], content=one["text"]) for one in map(json.loads, lines)]
    held = InMemoryDocumentStore()
    held.write_documents(embedder.run(documents)["documents"])
    held.save_to_disk(str(Path(store) / FILE_NAME))


class PipelineWrapper(BasePipelineWrapper):  # type: ignore[misc]
    """The pipeline that hayhooks serves at /articles/run."""

    def setup(self) -> None:
        """Load the documents and the encoder."""
        held = InMemoryDocumentStore.load_from_disk(str(Path(os.environ["PEER_STORE"]) / FILE_NAME))
        embedder = SentenceTransformersTextEmbedder(
            model=os.environ["PEER_MODEL"], normalize_embeddings=True, progress_bar=False
        )
        self.pipeline = Pipeline()
        self.pipeline.add_component("embedder", embedder)
        self.pipeline.add_component("retriever", InMemoryEmbeddingRetriever(held, top_k=3, return_embedding=False))
        self.pipeline.connect("embedder.embedding", "retriever.query_embedding")
        self.pipeline.warm_up()

    def run_api(self, question: str) -> dict[str, Any]:
        """Find the nearest passages for a question."""
        found = self.pipeline.run({"embedder": {"text": question}})["retriever"]["documents"]
        sources = [{"id": one.id, "score": one.score, "text": one.content} for one in found]
        return {"answer": sources[0]["text"], "sources": sources}


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
