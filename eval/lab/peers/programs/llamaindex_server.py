"""Serve LlamaIndex's chat engine with FastAPI; run in its own environment by `python -m eval.lab.peers`.

`python llamaindex_server.py PASSAGES STORE` indexes, and `uvicorn llamaindex_server:app` serves what
$PEER_STORE holds. The model is LlamaIndex's mock, which takes no time: only retrieval and the chat engine are
measured, and the reply is the best passage.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from llama_index.core import Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.chat_engine.types import ChatMode
from llama_index.core.llms.mock import MockLLM
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
from pydantic import BaseModel

DIMENSION = 384

Settings.embed_model = HuggingFaceEmbedding(model_name=os.environ["PEER_MODEL"], device="cpu")
Settings.llm = MockLLM()


class Question(BaseModel):
    """Body of a request."""

    question: str


def build(passages: Path, store: str) -> None:
    """Index passages."""
    import faiss

    lines = passages.read_text(encoding="utf-8").splitlines()
    nodes = [TextNode(id_=one["id"], text=one["text"]) for one in map(json.loads, lines)]
    vectors = FaissVectorStore(faiss_index=faiss.IndexFlatIP(DIMENSION))
    index = VectorStoreIndex(nodes, storage_context=StorageContext.from_defaults(vector_store=vectors))
    index.storage_context.persist(store)


def opened(store: str) -> Any:  # noqa: ANN401
    """Load the index in a folder."""
    vectors = FaissVectorStore.from_persist_dir(store)
    return load_index_from_storage(StorageContext.from_defaults(vector_store=vectors, persist_dir=store))


def make_app(store: str) -> FastAPI:
    """Make the application."""
    index = opened(store)
    served = FastAPI()

    @served.post("/chat")
    def chat(body: Question) -> dict[str, Any]:
        """Answer a question in a new conversation."""
        engine = index.as_chat_engine(chat_mode=ChatMode.CONTEXT, similarity_top_k=3)
        found = engine.chat(body.question).source_nodes
        sources = [{"id": one.node.node_id, "score": float(one.score), "text": one.node.get_content()} for one in found]
        return {"answer": sources[0]["text"], "sources": sources}

    return served


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
elif "PEER_STORE" in os.environ:
    app = make_app(os.environ["PEER_STORE"])
