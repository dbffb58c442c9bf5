"""An embedding engine behind the queue of the process.

Whoever embeds takes a place for a few passages at a time, so that a long document lets the
questions of others through. The engine is loaded when it is first needed and may be unloaded
in between; what names it stays known.
"""

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from portfolio_core.engines.rag import Embedder, Vectors
from portfolio_core.engines.rag.lexical import Scores
from portfolio_core.engines.rag.retrieval import Reranker
from portfolio_core.workload import EngineSpec, Place, Workload

_AT_ONCE = 32


class _Facts(NamedTuple):
    revision: str
    dimension: int
    languages: tuple[str, ...]


class QueuedEmbedder:
    """An :class:`Embedder` for many threads. Its calls wait for their turn."""

    def __init__(self, workload: Workload, spec: EngineSpec[Embedder]) -> None:
        """Embed with the engine that ``spec`` describes."""
        self.key = spec.key
        self._workload = workload
        self._spec = spec
        self._lock = threading.Lock()
        self._facts: _Facts | None = None

    @property
    def revision(self) -> str:
        """Commit of the weights, or the version of what carries them."""
        return self._known().revision

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        return self._known().dimension

    @property
    def languages(self) -> tuple[str, ...]:
        """What it understands, ISO 639-1."""
        return self._known().languages

    def passages(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed what will be searched; shape (n, dimension).

        Raises:
            Busy: there is no place in the queue, or the turn does not come in time.
        """
        made = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            check()
            part = texts[start : start + _AT_ONCE]
            with self._workload.enter(self._spec) as place:
                engine = self._engine(place)
                made[start : start + len(part)] = engine.passages(part, check)
        return made

    def question(self, text: str) -> Vectors:
        """Embed what is asked; shape (1, dimension)."""
        with self._workload.enter(self._spec) as place:
            return self._engine(place).question(text)

    def _engine(self, place: Place[Embedder]) -> Embedder:
        engine = place.engine()
        self._facts = _Facts(engine.revision, engine.dimension, tuple(engine.languages))
        return engine

    def _known(self) -> _Facts:
        with self._lock:
            if self._facts is None:
                with self._workload.enter(self._spec) as place:
                    self._engine(place)
            assert self._facts is not None  # noqa: S101 - the line above has set it
            return self._facts


class QueuedReranker:
    """A reranking engine behind the queue of the process."""

    def __init__(self, workload: Workload, spec: EngineSpec[Reranker]) -> None:
        """Judge with the engine that ``spec`` describes."""
        self.key = spec.key
        self._workload = workload
        self._spec = spec

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each text answers; shape (len(texts),), larger is better."""
        with self._workload.enter(self._spec) as place:
            return place.engine().scores(question, texts)
