"""Reranking: what an engine of this task is.

It reads question and passage together, which is slower and better than comparing vectors:
it puts the few dozen passages that a search found into a better order.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from portfolio_core.hardware import Hardware

TASK = "reranking"

Scores = npt.NDArray[np.float32]


class RerankingEngine(Protocol):
    """An engine that judges how well passages answer a question."""

    key: str
    """Key of the model in the catalog."""
    revision: str
    """Commit of its weights."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Make it ready; for the errors see :class:`EmbeddingEngine`."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each of ``texts`` answers; shape (len(texts),), larger is better."""
        ...
