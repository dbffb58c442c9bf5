"""The running server as one object: what its stop signal and its lifespan act on."""

from dataclasses import dataclass
from pathlib import Path

from portfolio_core.settings import Settings
from portfolio_core.workload import Workload
from portfolio_server.mount import Page
from portfolio_server.readiness import Readiness


@dataclass(frozen=True)
class Runtime:
    """Everything that lives as long as the server does."""

    settings: Settings
    workload: Workload
    readiness: Readiness
    pages: tuple[Page, ...]

    @property
    def busy(self) -> bool:
        """Whether any work runs or waits, in an engine or on a page."""
        return self.workload.running > 0 or any(page.pending() for page in self.pages)

    def drain(self) -> None:
        """Refuse new work from now on; what is in goes on."""
        self.readiness.phase = "draining"
        self.workload.drain()

    def stop(self) -> None:
        """End what still works, and let everyone go who still waits."""
        self.workload.stop()
        for page in self.pages:
            page.stop()

    def kept_files(self) -> set[Path]:
        """Return the files that belong to the pages themselves."""
        return {file for page in self.pages for file in page.kept_files()}
