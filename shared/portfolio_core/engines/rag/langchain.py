"""What LangChain sees of it: embeddings, a vector store and a retriever.

The vector store is FAISS behind LangChain's interface and passes the tests that LangChain
publishes for vector stores. It keeps documents in memory; nothing is ever pickled. Unlike the
rest of the package this module imports LangChain at once: its classes are LangChain's.
"""

import threading
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from portfolio_core.engines.rag import Embedder, Hit, Passage, Vectors, nearest
from portfolio_core.engines.rag.index import Index
from portfolio_core.engines.rag.retrieval import search


class EmbedderEmbeddings(Embeddings):
    """One of our embedding engines as LangChain's ``Embeddings``."""

    def __init__(self, embedder: Embedder) -> None:
        """Use ``embedder`` for documents and questions."""
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed what will be searched."""
        found: list[list[float]] = self._embedder.passages(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """Embed what is asked."""
        found: list[float] = self._embedder.question(text)[0].tolist()
        return found


class FaissStore(VectorStore):
    """Documents and their vectors in FAISS, compared by cosine.

    Searching while another thread adds is safe: a search sees all of an addition or nothing.
    """

    def __init__(self, embedding: Embeddings) -> None:
        """Start with nothing; ``embedding`` makes the vectors."""
        self._embedding = embedding
        self._writing = threading.Lock()
        self._held: tuple[tuple[Document, ...], nearest.FaissIndex | None] = ((), None)

    @property
    def embeddings(self) -> Embeddings:
        """What makes the vectors."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[Any, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_others: Any,  # noqa: ANN401 - LangChain's own
    ) -> list[str]:
        """Add texts and return their ids; one whose id is there already is replaced."""
        listed = list(texts)
        vectors = _normal(self._embedding.embed_documents(listed))
        given: Sequence[str | None] = ids or [None] * len(listed)
        keys = [key or str(uuid.uuid4()) for key in given]
        told = metadatas or [{} for _ in listed]
        # Of two with one id in one call the last one counts.
        fresh = {
            key: (Document(id=key, page_content=text, metadata=metadata), row)
            for row, (key, text, metadata) in enumerate(zip(keys, listed, told, strict=True))
        }
        if fresh:
            with self._writing:
                self._drop(set(fresh))
                documents, near = self._held
                rows = vectors[[row for _, row in fresh.values()]]
                near = nearest.built(rows) if near is None else nearest.extended(near, rows)
                self._held = (*documents, *(document for document, _ in fresh.values())), near
        return keys

    def delete(self, ids: list[str] | None = None, **_others: Any) -> bool:  # noqa: ANN401
        """Delete documents, all of them without ``ids``; one that is not there is no error."""
        with self._writing:
            self._drop({str(d.id) for d in self._held[0]} if ids is None else set(ids))
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents that there are, in the order asked."""
        known = {document.id: document for document in self._held[0]}
        return [known[key] for key in ids if key in known]

    def similarity_search(self, query: str, k: int = 4, **_others: Any) -> list[Document]:  # noqa: ANN401
        """Return the ``k`` documents nearest to ``query``."""
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        **_others: Any,  # noqa: ANN401
    ) -> list[tuple[Document, float]]:
        """Return the same with their cosines, from -1 to 1."""
        return self._nearest(_normal([self._embedding.embed_query(query)]), k)[0]

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        **_others: Any,  # noqa: ANN401
    ) -> list[Document]:
        """Return the ``k`` documents nearest to a vector."""
        return [document for document, _ in self._nearest(_normal([embedding]), k)[0]]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        **_others: Any,  # noqa: ANN401
    ) -> list[Document]:
        """Return ``k`` of the ``fetch_k`` nearest that differ from each other."""
        asked = _normal([self._embedding.embed_query(query)])
        found, vectors = self._nearest(asked, fetch_k)
        chosen = maximal_marginal_relevance(asked, list(vectors), lambda_mult, k)
        return [found[row][0] for row in chosen]

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[Any, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_others: Any,  # noqa: ANN401
    ) -> Self:
        """Return a store of ``texts``."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    @classmethod
    def from_index(cls, index: Index, embedder: Embedder) -> Self:
        """Return a store of the passages of ``index``, which it shares."""
        store = cls(EmbedderEmbeddings(embedder))
        store._held = tuple(map(document_of, index.passages)), index.near
        return store

    def _select_relevance_score_fn(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return lambda cosine: (1 + cosine) / 2

    def _nearest(self, vector: Vectors, count: int) -> tuple[list[tuple[Document, float]], Vectors]:
        documents, near = self._held
        if near is None:
            return [], np.empty((0, vector.shape[1]), np.float32)
        rows, cosines = nearest.search(near, vector, count)
        found = [(documents[row], float(c)) for row, c in zip(rows, cosines, strict=True)]
        return found, nearest.vectors_of(near, rows)

    def _drop(self, ids: set[str]) -> None:
        documents, near = self._held
        rows = [row for row, document in enumerate(documents) if document.id not in ids]
        if near is not None and len(rows) < len(documents):
            kept = nearest.vectors_of(near, np.asarray(rows, np.int64))
            self._held = tuple(documents[row] for row in rows), nearest.built(kept)


class PassageRetriever(BaseRetriever):
    """Our search, by meaning and by words, as LangChain's ``Retriever``."""

    index: Any
    """The :class:`Index` to search."""
    embedder: Any
    """The :class:`Embedder` that it was made with."""
    k: int = 4
    """Most documents to return; a call may say otherwise."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's own
        k: int | None = None,
    ) -> list[Document]:
        found = search(self.index, self.embedder, query, k or self.k)
        return [document_of(hit.passage, hit) for hit in found.hits]


def document_of(passage: Passage, hit: Hit | None = None) -> Document:
    """Return a passage as LangChain's ``Document``, with the scores of a hit."""
    told: dict[str, Any] = {
        "document": passage.document,
        "page": passage.page,
        "heading": passage.heading,
        "start": passage.start,
        "end": passage.end,
    }
    if hit is not None:
        told |= {"score": hit.score, "dense": hit.dense, "words": hit.words, "rank": hit.rank}
    return Document(id=passage.id, page_content=passage.text, metadata=told)


def _normal(vectors: list[list[float]]) -> Vectors:
    """Return vectors at length 1, whatever made them; shape (n, dimension)."""
    made = np.asarray(vectors, np.float32).reshape(len(vectors), -1)
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)
