"""Embeddings: what an engine of this task is.

Text becomes a vector of length 1, so that the product of two is the cosine of their angle.
What is asked and what is searched may be embedded in different ways.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engine import Engine

TASK = "embeddings"

Vectors = npt.NDArray[np.float32]
"""Embeddings, shape (n, dimension), float32, each of length 1."""


class EmbeddingEngine(Engine, Protocol):
    """An engine that embeds text."""

    key: str
    """Key of the model in the catalog."""
    dimension: int
    languages: tuple[str, ...]
    """What it understands, ISO 639-1; its vectors of other languages say nothing."""

    def passages(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed what will be searched.

        Args:
            texts: Passages; of a long one only the beginning counts.
            check: Called before each batch; what it raises ends the work.

        Returns:
            Shape (len(texts), dimension), in the order of ``texts``.
        """
        ...

    def question(self, text: str) -> Vectors:
        """Embed what is asked; shape (1, dimension)."""
        ...
