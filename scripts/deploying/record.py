"""What was seen to work: kept in build/, so that the next run need not look again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from portfolio_core import files


class Records:
    """The last smoke request to each Space, from here.

    Args:
        folder: Where the records lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, repository: str, commit: str, *, well: bool) -> None:
        """Keep how the smoke request to ``commit`` went; without a commit, that one is due."""
        told = {"commit": commit, "well": well, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"}
        file = self._file(repository)
        file.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(file, json.dumps(told).encode())

    def last(self, repository: str) -> Mapping[str, object]:
        """Return the last one; empty when there is none."""
        try:
            told = json.loads(self._file(repository).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def well(self, repository: str, commit: str) -> bool:
        """Return whether ``commit`` was seen to work."""
        told = self.last(repository)
        return told.get("commit") == commit and told.get("well") is True

    def _file(self, repository: str) -> Path:
        return self._folder / f"{repository.replace('/', '--')}.json"
