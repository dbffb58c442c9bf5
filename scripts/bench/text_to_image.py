"""What is measured of text-to-image: start and memory of the Space, the starter, the real size."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(HERE))

import child  # type: ignore[import-not-found]  # noqa: E402  stands beside this
import picture_real  # type: ignore[import-not-found]  # noqa: E402  likewise

import servers  # noqa: E402  stands in scripts/

_SPACE = [sys.executable, str(ROOT / "spaces" / "text-to-image" / "app.py")]
_PAGE = [sys.executable, str(HERE / "plain_page.py")]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison("Space: first page", "s", *servers.first_pages(_SPACE, _PAGE), 1.5),
        comparison("Space: memory, idle", "bytes", *servers.memories(_SPACE, _PAGE)),
        comparison(
            "Starter, a picture of 20 steps",
            "s",
            partial(_starter, "starter_picture.py"),
            partial(_starter, "plain_starter.py"),
            1.1,
        ),
        *picture_real.comparisons(comparison),
    ]


def _starter(file: str) -> float:
    folder = ROOT / "shared" / "portfolio_core" / "starters" / "text-to-image"
    found: list[float] = child.figures(file, str(folder), line="20")
    return found[0]
