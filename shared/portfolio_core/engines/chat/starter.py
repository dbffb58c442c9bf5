"""The embedded engine: a small model of the Qwen3 architecture, trained from scratch here.

It is not Qwen3-0.6B and knows next to nothing; it is there so that the difference an adapter
makes can be seen without a download.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from portfolio_core import starters
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.hardware import Hardware

FOLDER = "chat-base"


class StarterChat(QwenChat):
    """The starter; see :class:`QwenChat`."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Load the starter, or one like it from ``folder``."""
        return super().load(folder or starters.folder(FOLDER), hardware, fetch)
