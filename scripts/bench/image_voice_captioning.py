"""The Space image-voice-captioning against plain code, in one run: its start, its engines.

The file of each part is a program too: one side of what it measures, in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

import captioner_real  # type: ignore[import-not-found]  # noqa: E402  stands beside this file
import whisper_real  # type: ignore[import-not-found]  # noqa: E402

import servers  # noqa: E402  stands in scripts/

_SPACE = [sys.executable, str(ROOT / "spaces" / "image-voice-captioning" / "app.py")]
_PAGE = [sys.executable, str(HERE / "plain_page.py")]
PARTS = (captioner_real, whisper_real)


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison("Space: first page", "s", *servers.first_pages(_SPACE, _PAGE), 1.5),
        comparison("Space: memory, idle", "bytes", *servers.memories(_SPACE, _PAGE)),
        *(found for part in PARTS for found in part.comparisons(comparison)),
    ]
