"""The Space image-voice-captioning against plain code, in one run.

The file of each part is a program too: one side of what it measures, in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captioner_real  # type: ignore[import-not-found]  # stands beside this file
import whisper_real  # type: ignore[import-not-found]  # likewise

PARTS = (captioner_real, whisper_real)


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [found for part in PARTS for found in part.comparisons(comparison)]
