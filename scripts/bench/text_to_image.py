"""What is measured of text-to-image: a step and a whole picture of the real size."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import picture_real  # type: ignore[import-not-found]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return list(picture_real.comparisons(comparison))
