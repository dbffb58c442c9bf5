"""Nearest vectors by FAISS: which index at which size, and its bytes.

Up to :data:`FLAT_MOST` vectors all are compared, which is exact. Beyond, the vectors are put
into cells and only the nearest cells are looked at (an inverted file, IVF). How many of them
is measured when it is built, on vectors of its own, so that of the ten nearest at least 97 %
are found; ``scripts/bench/rag_chat.py`` measures it from outside.

An index of FAISS never changes after it was built here: adding makes a copy.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.rag import Vectors
from portfolio_core.errors import MissingDependency

FLAT_MOST = 20_000
"""Vectors that are compared one by one: of 384 numbers each they still fit a processor's cache,
and a search takes a few milliseconds; twice as many take four times as long."""
_PER_CELL = 250  # vectors of a cell, about; FAISS wants 39 or more to train on
_TRAINED_ON = 64  # vectors a cell
_ROUNDS = 10
_PROBES = 128
_NEAREST = 10
_WANTED_RECALL = 0.97

FaissIndex = Any
"""FAISS has no types."""
Rows = npt.NDArray[np.int64]


def empty(dimension: int) -> FaissIndex:
    """Return an index of nothing."""
    return _faiss().IndexFlatIP(dimension)


def extended(index: FaissIndex, vectors: Vectors) -> FaissIndex:
    """Return a new index of what ``index`` holds and of ``vectors``, shape (n, dimension)."""
    faiss = _faiss()
    size = index.ntotal + len(vectors)
    if size > FLAT_MOST and (not _has_cells(index) or size > 2 * index.nlist * _PER_CELL):
        return _with_cells(np.concatenate([vectors_of(index), vectors]))
    copy = faiss.clone_index(index)
    copy.add(np.ascontiguousarray(vectors, np.float32))
    return copy


def built(vectors: Vectors) -> FaissIndex:
    """Return an index of ``vectors``, shape (n, dimension), each of length 1."""
    return extended(empty(vectors.shape[1]), vectors)


def search(index: FaissIndex, vector: Vectors, count: int) -> tuple[Rows, Vectors]:
    """Find the ``count`` nearest to ``vector``, shape (1, dimension), nearest first.

    Returns:
        Their rows and cosines, shape (found,) each; fewer where there are no more.
    """
    if index.ntotal == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    cosines, rows = index.search(np.ascontiguousarray(vector), min(count, index.ntotal))
    found = rows[0] >= 0
    return rows[0][found], cosines[0][found]


def vectors_of(index: FaissIndex, rows: Rows | None = None) -> Vectors:
    """Return the vectors of some rows, or of all, shape (rows, dimension)."""
    if index.ntotal == 0:
        return np.empty((0, index.d), np.float32)
    if rows is None:
        return np.asarray(index.reconstruct_n(0, index.ntotal), np.float32)
    return np.asarray(index.reconstruct_batch(np.ascontiguousarray(rows, np.int64)), np.float32)


def to_bytes(index: FaissIndex) -> bytes:
    """Return ``index`` in FAISS's own format."""
    return bytes(_faiss().serialize_index(index).data)


def from_bytes(content: bytes) -> FaissIndex:
    """Read what :func:`to_bytes` made. Give it only bytes whose checksum was compared.

    Raises:
        ValueError: FAISS cannot read them, or they ask for more memory than they hold.
    """
    faiss = _faiss()
    # Process-wide in FAISS, so it is only ever raised: no vector can be larger than the file.
    faiss.set_deserialization_vector_byte_limit(
        max(len(content), faiss.get_deserialization_vector_byte_limit())
    )
    try:
        return faiss.deserialize_index(np.frombuffer(content, np.uint8))
    except RuntimeError as error:
        raise ValueError("FAISS cannot read this index") from error


def _has_cells(index: FaissIndex) -> bool:
    return hasattr(index, "nprobe")


def _with_cells(vectors: Vectors) -> FaissIndex:
    faiss = _faiss()
    size, dimension = vectors.shape
    cells = max(1, size // _PER_CELL)
    coarse = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFFlat(coarse, dimension, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = _ROUNDS
    index.cp.max_points_per_centroid = _TRAINED_ON
    index.train(vectors)
    index.add(vectors)
    index.make_direct_map()
    index.nprobe = _probes_needed(index, vectors)
    return index


def _probes_needed(index: FaissIndex, vectors: Vectors) -> int:
    """Return in how many cells to look, measured."""
    faiss = _faiss()
    chosen = np.random.default_rng(0).choice(len(vectors), _PROBES, replace=False)
    asked = vectors[chosen]
    # The nearest of a vector is itself, and always found.
    _, exact = faiss.knn(asked, vectors, _NEAREST + 1, metric=faiss.METRIC_INNER_PRODUCT)
    probes = 1
    while probes < index.nlist:
        index.nprobe = probes
        _, found = index.search(asked, _NEAREST + 1)
        hits = sum(len(set(a[1:]) & set(b[1:])) for a, b in zip(exact, found, strict=True))
        if hits >= _WANTED_RECALL * _NEAREST * len(asked):
            return probes
        probes *= 2
    return int(index.nlist)


def _faiss() -> Any:  # noqa: ANN401 - it has no types
    try:
        import faiss
    except ImportError:
        raise MissingDependency("faiss-cpu", "pip install faiss-cpu") from None
    return faiss
