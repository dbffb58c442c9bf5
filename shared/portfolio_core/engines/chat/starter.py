"""The embedded engine: a small model of the Qwen3 architecture, trained from scratch here.

It is not Qwen3-0.6B and knows next to nothing; it is there so that the difference an adapter
makes can be seen without a download.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

from portfolio_core import starters
from portfolio_core.engines.chat.qwen import Identity, QwenChat
from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware

KEY = "chat-starter"
FOLDER = "chat-base"


def adapter_folders() -> list[Path]:
    """Return the folders of the adapters that were trained on the starter, by name."""
    base = starters.folder(FOLDER)
    return sorted(folder for folder in base.parent.glob("chat-*") if folder != base)


class StarterChat(QwenChat):
    """The starter; see :class:`QwenChat`."""

    thinks: ClassVar[bool] = False

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Load the starter, or one like it from ``folder``; see the protocol."""
        return super().load(folder or starters.folder(FOLDER), hardware, fetch)

    @classmethod
    def identity(cls, folder: Path) -> Identity:
        """Return the starter's names, with the checksum of its weights."""
        return Identity(KEY, (FOLDER,), checksum(sorted(folder.glob("*.safetensors"))))
