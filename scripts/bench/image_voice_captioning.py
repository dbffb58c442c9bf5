"""What is measured of image-voice-captioning."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captioner_real  # type: ignore[import-not-found]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    found: list[Any] = captioner_real.comparisons(comparison)
    return found
