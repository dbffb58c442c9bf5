"""What is searched: passages, their vectors and their words, together.

An index never changes. Adding and removing make a new one that shares what stays the same,
so any number of readers can search one while a writer prepares the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.rag import Passage, Vectors, nearest
from portfolio_core.engines.rag.lexical import Bm25
from portfolio_core.engines.rag.tokens import grams, words


@dataclass(frozen=True)
class Index:
    """Passages, ready to be searched.

    Attributes:
        passages: In the order of the rows of everything else.
        near: Their vectors in an index of FAISS.
        words: Counts of their words.
        grams: Counts of the pieces of the words of texts with Korean.
    """

    passages: tuple[Passage, ...]
    near: nearest.FaissIndex
    words: Bm25
    grams: Bm25

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """Return an index of nothing, for vectors of so many numbers."""
        return cls((), nearest.empty(dimension), Bm25(), Bm25())

    @classmethod
    def of(cls, passages: Sequence[Passage], near: nearest.FaissIndex) -> Self:
        """Return an index of passages whose vectors are already in an index of FAISS."""
        texts = [searchable(passage) for passage in passages]
        return cls(tuple(passages), near, *_counted(Bm25(), Bm25(), texts))

    def adding(self, passages: Sequence[Passage], vectors: Vectors) -> Self:
        """Return an index with more passages.

        Args:
            passages: Their ids are new to this index.
            vectors: Of :func:`searchable` of each, shape (passages, dimension), of length 1.
        """
        texts = [searchable(passage) for passage in passages]
        return type(self)(
            (*self.passages, *passages),
            nearest.extended(self.near, vectors),
            *_counted(self.words, self.grams, texts),
        )

    def without(self, document: str) -> Self:
        """Return an index of all passages but those of one document."""
        return self.keeping([passage.document != document for passage in self.passages])

    def keeping(self, kept: Sequence[bool]) -> Self:
        """Return an index of some passages only; ``kept`` tells it of each."""
        chosen = np.asarray(kept, np.bool_)
        rows = np.flatnonzero(chosen)
        return type(self)(
            tuple(self.passages[row] for row in rows),
            nearest.built(nearest.vectors_of(self.near, rows)),
            self.words.keeping(chosen),
            self.grams.keeping(chosen),
        )

    def vectors(self, rows: npt.NDArray[np.int64] | None = None) -> Vectors:
        """Return the vectors of some passages, or of all, shape (rows, dimension)."""
        return nearest.vectors_of(self.near, rows)

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        return int(self.near.d)


def searchable(passage: Passage) -> str:
    """Return what of a passage is embedded and searched: its headings stand above it."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


def _counted(word_counts: Bm25, gram_counts: Bm25, texts: Sequence[str]) -> tuple[Bm25, Bm25]:
    return (
        word_counts.adding([words(text) for text in texts]),
        gram_counts.adding([grams(text) for text in texts]),
    )
