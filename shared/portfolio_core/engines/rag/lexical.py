"""Okapi BM25 over a set of passages that can grow without being read again.

An object never changes: adding makes a new one, so that whoever searches meanwhile is not
disturbed. What is kept are counts; weights follow from them. Nothing of it is stored on disk,
it is made again from the text.

Method: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009,
with the idf that Lucene uses, which is never negative.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.rag.wording import stem

_K1, _B = 1.5, 0.75

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Bm25:
    """Counts of terms in passages.

    Attributes:
        size: Passages.
        vocabulary: Term to its number.
        rows: Passage of each pair of passage and term, shape (pairs,), int32, rising.
        terms: Term of each, shape (pairs,), int32.
        counts: How often the term stands in the passage, shape (pairs,), float32.
    """

    size: int = 0
    vocabulary: dict[str, int] = field(default_factory=dict)
    rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    terms: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    counts: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def adding(self, passages: Sequence[Sequence[str]]) -> Self:
        """Return these counts and those of more passages, each given as its terms."""
        vocabulary = dict(self.vocabulary)
        rows: list[int] = []
        terms: list[int] = []
        counts: list[int] = []
        for row, passage in enumerate(passages, self.size):
            found = Counter(passage)
            rows.extend([row] * len(found))
            terms.extend(vocabulary.setdefault(term, len(vocabulary)) for term in found)
            counts.extend(found.values())
        return type(self)(
            self.size + len(passages),
            vocabulary,
            np.concatenate([self.rows, np.asarray(rows, np.int32)]),
            np.concatenate([self.terms, np.asarray(terms, np.int32)]),
            np.concatenate([self.counts, np.asarray(counts, np.float32)]),
        )

    def keeping(self, kept: npt.NDArray[np.bool_]) -> Self:
        """Return the counts of some passages only; ``kept`` has shape (size,)."""
        pairs = kept[self.rows]
        rows = (np.cumsum(kept) - 1).astype(np.int32)[self.rows[pairs]]
        # A term that stands nowhere any more costs its entry until the next start.
        return type(self)(
            int(kept.sum()), self.vocabulary, rows, self.terms[pairs], self.counts[pairs]
        )

    def scores(self, terms: Sequence[str]) -> Scores:
        """Return how well each passage fits ``terms``; shape (size,), 0 or more."""
        found = np.zeros(self.size, np.float32)
        for number in self._known(terms):
            place = self._place(number)
            found[self._sorted_rows[place]] += self._weights[place]
        return found

    def coverage(self, terms: Sequence[str]) -> Scores:
        """Return which share of the terms' weight each passage holds; shape (size,), 0 to 1.

        Forms of one word count as the same. A rare word weighs more, but in a small set of
        passages not much more, and one that stands in no passage as one that stands in one.
        """
        found = np.zeros(self.size, np.float32)
        whole = 0.0
        for key in {stem(term) for term in terms}:
            numbers = [n for n in self._forms.get(key, ()) if self._frequencies[n]]
            rows = [self._sorted_rows[self._place(n)] for n in numbers]
            held = np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int32)
            weight = float(np.log1p((self.size + 1) / (1 + max(1, len(held)))))
            found[held] += weight
            whole += weight
        return found / np.float32(whole or 1)

    def _known(self, terms: Sequence[str]) -> list[int]:
        numbers = {self.vocabulary.get(term) for term in terms}
        return [n for n in numbers if n is not None and self._frequencies[n]]

    def _place(self, number: int) -> slice:
        return slice(int(self._ends[number] - self._frequencies[number]), int(self._ends[number]))

    @cached_property
    def _frequencies(self) -> npt.NDArray[np.int64]:
        return np.bincount(self.terms, minlength=len(self.vocabulary))

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        return np.cumsum(self._frequencies)

    @cached_property
    def _idf(self) -> Scores:
        held = np.maximum(self._frequencies, 1)
        return np.log1p((self.size - held + 0.5) / (held + 0.5)).astype(np.float32)

    @cached_property
    def _forms(self) -> dict[str, list[int]]:
        """Return the numbers of all terms by what their forms have in common."""
        forms: dict[str, list[int]] = {}
        for term, number in self.vocabulary.items():
            forms.setdefault(stem(term), []).append(number)
        return forms

    @cached_property
    def _order(self) -> npt.NDArray[np.int64]:
        return np.argsort(self.terms, kind="stable")

    @cached_property
    def _sorted_rows(self) -> npt.NDArray[np.int32]:
        return self.rows[self._order]

    @cached_property
    def _weights(self) -> Scores:
        lengths = np.bincount(self.rows, self.counts, minlength=self.size)
        norm = 1 - _B + _B * lengths / (lengths.mean() or 1)
        saturated = self.counts * (_K1 + 1) / (self.counts + _K1 * norm[self.rows])
        return (self._idf[self.terms] * saturated)[self._order].astype(np.float32)
