"""What every engine is, whatever its task; each task says what its engines do beside that."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from portfolio_core.hardware import Hardware


class Engine(Protocol):
    """What runs a model of the catalog."""

    revision: str
    """Commit of its weights, or the version or checksum of what carries them."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Make it ready to work.

        Args:
            folder: Its weights, checked; none for an engine that needs no download.
            hardware: Where it runs.
            fetch: Brings a file that is fetched only when asked for, by its name inside the
                folder, and returns its path; none = there is what is in the folder.

        Raises:
            MissingDependency: a package is not installed.
            HubUnreachable: it needs a folder and there is none.
            EngineFailed: a file of the folder cannot be read.
        """
        ...
