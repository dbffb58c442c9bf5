"""Reranking: what an engine of this task is.

It reads question and passage together, which is slower and better than comparing vectors:
it puts the few dozen passages that a search found into a better order.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engine import Engine

TASK = "reranking"

Scores = npt.NDArray[np.float32]


class RerankingEngine(Engine, Protocol):
    """An engine that judges how well passages answer a question."""

    key: str
    """Key of the model in the catalog."""

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each of ``texts`` answers; shape (len(texts),), larger is better."""
        ...
