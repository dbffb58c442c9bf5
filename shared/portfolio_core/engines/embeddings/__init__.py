"""Embeddings: what an engine of this task is.

Text becomes a vector of length 1, so that the product of two is the cosine of their angle.
What is asked and what is searched may be embedded in different ways.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from portfolio_core.hardware import Hardware

TASK = "embeddings"

Vectors = npt.NDArray[np.float32]
"""Embeddings, shape (n, dimension), float32, each of length 1."""


class EmbeddingEngine(Protocol):
    """An engine that embeds text."""

    key: str
    """Key of the model in the catalog."""
    revision: str
    """Commit of its weights, or the version of what carries them."""
    dimension: int
    languages: tuple[str, ...]
    """What it understands, ISO 639-1; its vectors of other languages say nothing."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Make it ready.

        Args:
            folder: Its weights, checked; none for an engine that needs no download.
            hardware: Where it runs.
            fetch: Not used: there are no files beside those of the folder.

        Raises:
            MissingDependency: a package is not installed.
            HubUnreachable: it needs a folder and there is none.
            EngineFailed: a file of the folder cannot be read.
        """
        ...

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
