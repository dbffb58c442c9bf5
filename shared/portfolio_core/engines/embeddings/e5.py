"""The small E5 models: one for a hundred languages, one for English.

They were trained with a word before each text that says what it is, ``query:`` or
``passage:``; without it they find markedly less. Their cosines lie between 0.7 and 1 even
for texts that have nothing in common: only their order means something.

Sources: https://huggingface.co/intfloat/multilingual-e5-small and
https://huggingface.co/intfloat/e5-small-v2
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from portfolio_core.catalog import by_key
from portfolio_core.engines.embeddings import Vectors
from portfolio_core.engines.embeddings.encoder import Encoder
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware

_LONGEST_TOKENS = 512
_ASKED, _SEARCHED = "query: ", "passage: "


class E5Engine:
    """multilingual-e5-small: 12 layers, 384 dimensions, Korean and English among many."""

    key: ClassVar[str] = "multilingual-e5-small"

    def __init__(self, encoder: Encoder) -> None:
        """Use an encoder; :meth:`load` makes one."""
        self._encoder = encoder
        self.dimension = encoder.dimension
        model = by_key(self.key)
        self.revision = model.hub.revision if model.hub else ""
        self.languages = model.languages

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - nothing is fetched later
    ) -> Self:
        """Load the weights of ``folder``; see :class:`EmbeddingEngine`."""
        name = by_key(cls.key).name
        if folder is None:
            raise HubUnreachable(name)
        return cls(Encoder.load(folder, hardware, name, _LONGEST_TOKENS))

    def passages(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed what will be searched; see :class:`EmbeddingEngine`."""
        return self._encoder.encode([_SEARCHED + text for text in texts], check)

    def question(self, text: str) -> Vectors:
        """Embed what is asked; see :class:`EmbeddingEngine`."""
        return self._encoder.encode([_ASKED + text])


class EnglishE5Engine(E5Engine):
    """e5-small-v2: the same size, English only."""

    key: ClassVar[str] = "e5-small-v2"
