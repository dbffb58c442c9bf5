"""Search by meaning and by words, and one order made of both.

Two lists of candidates are joined by reciprocal rank: what stands high in both comes first,
whatever the scales of their scores. The first list is by meaning where the embedding model
understands the question's language, and by character n-grams where it does not; the second
is by words.

Method: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion, SIGIR 2009.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.rag import Embedder, Found, Hit, gate, nearest
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.engines.rag.lexical import Bm25, Scores
from portfolio_core.engines.rag.tokens import content, grams, words
from portfolio_core.errors import EmptyText, InvalidInput, NumberOutOfRange, TextTooLong
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean, has_words, language_of

Mode = Literal["fused", "dense", "words"]
MOST_HITS = 50
_CANDIDATES = 50  # of each list
_RANK_CONSTANT = 60  # of the paper
_RERANKED = 20


class Reranker(Protocol):
    """What puts hits into a better order; see ``engines/reranking``."""

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each text answers; shape (len(texts),), larger is better."""
        ...


@dataclass(frozen=True)
class _Lists:
    """Candidates for one question: rows in order, and what each row scored."""

    dense: Mapping[int, float]
    grams: Mapping[int, float]
    words: Mapping[int, float]
    coverage: Scores


def question_of(text: object, limits: Limits) -> str:
    """Check a caller's question and return it cleaned.

    Raises:
        InvalidInput: it is no text.
        EmptyText: it has no word.
        TextTooLong: it is over the limit.
    """
    if not isinstance(text, str):
        raise EmptyText if text is None else InvalidInput
    if len(text) > limits.rag_question_characters:
        raise TextTooLong(len(text), limits.rag_question_characters)
    cleaned = clean(text)
    if not has_words(cleaned):
        raise EmptyText
    return cleaned


def search(
    index: Index,
    embedder: Embedder,
    question: str,
    count: int = 4,
    *,
    mode: Mode = "fused",
    reranker: Reranker | None = None,
) -> Found:
    """Find the passages that a question is about.

    Args:
        index: What to search.
        embedder: The one that the index was made with.
        question: Cleaned, see :func:`question_of`.
        count: Most hits, from 1 to 50.
        mode: Both lists as one, or one of them alone.
        reranker: Puts the best into a better order, where there is one.

    Raises:
        NumberOutOfRange: ``count`` is.
    """
    if not 1 <= count <= MOST_HITS:
        raise NumberOutOfRange("count", count, 1, MOST_HITS)
    if not index.passages:
        return Found((), relevant=False, confidence=0.0)
    lists = _candidates(index, embedder, question)
    ordered = fused(_chosen(lists, mode))
    if reranker is not None:
        ordered = _reranked(ordered, index, question, reranker)
    hits = tuple(
        Hit(index.passages[row], score, lists.dense.get(row), lists.words.get(row), rank)
        for rank, (row, score) in enumerate(list(ordered.items())[:count], 1)
    )
    sure = _confidence(index, embedder, lists)
    return Found(hits, relevant=bool(hits) and sure >= 1 / 2, confidence=sure)


def _candidates(index: Index, embedder: Embedder, question: str) -> _Lists:
    terms = words(question)
    dense: dict[int, float] = {}
    pieces: dict[int, float] = {}
    if language_of(question) in embedder.languages:
        rows, cosines = nearest.search(index.near, embedder.question(question), _CANDIDATES)
        dense = dict(zip(rows.tolist(), cosines.tolist(), strict=True))
    else:
        pieces = _best(index.grams, grams(question))
    return _Lists(dense, pieces, _best(index.words, terms), index.words.coverage(content(terms)))


def _best(counts: Bm25, terms: Sequence[str]) -> dict[int, float]:
    """Return the rows that hold any of the terms, best first, with their scores."""
    scores = counts.scores(terms)
    rows = _largest(scores, _CANDIDATES)
    return {int(row): float(scores[row]) for row in rows if scores[row] > 0}


def _largest(scores: Scores, count: int) -> npt.NDArray[np.int64]:
    count = min(count, len(scores))
    some = np.argpartition(-scores, count - 1)[:count]
    return some[np.lexsort((some, -scores[some]))]


def _chosen(lists: _Lists, mode: Mode) -> list[Mapping[int, float]]:
    meaning = lists.dense or lists.grams
    return {"fused": [meaning, lists.words], "dense": [meaning], "words": [lists.words]}[mode]


def fused(lists: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Return rows and fused scores, best first; the highest possible score is 1.

    Ranks tie often: what is first in one list and second in the other, and the other way round.
    Then the scores decide: a first that is far ahead weighs more than one just ahead.
    """
    scores: dict[int, float] = {}
    leads: dict[int, float] = {}
    for rows in lists:
        best = max(rows.values(), default=0)
        for rank, (row, score) in enumerate(rows.items(), 1):
            share = (_RANK_CONSTANT + 1) / (_RANK_CONSTANT + rank) / len(lists)
            scores[row] = scores.get(row, 0) + share
            leads[row] = leads.get(row, 0) + (score / best if best > 0 else 0)
    ordered = sorted(scores, key=lambda row: (-scores[row], -leads[row]))
    return {row: scores[row] for row in ordered}


def _reranked(
    ordered: Mapping[int, float], index: Index, question: str, reranker: Reranker
) -> dict[int, float]:
    rows = list(ordered)[:_RERANKED]
    judged = reranker.scores(question, [searchable(index.passages[row]) for row in rows])
    ranked = sorted(zip(rows, judged.tolist(), strict=True), key=lambda pair: -pair[1])
    return dict(ranked)


def _confidence(index: Index, embedder: Embedder, lists: _Lists) -> float:
    coverage = float(lists.coverage.max())
    if not lists.dense:
        return gate.confidence(coverage, None)
    return gate.confidence(coverage, gate.margin(index, embedder, max(lists.dense.values())))
