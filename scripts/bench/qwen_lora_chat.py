"""What is measured of qwen-lora-chat: replies of the real size, and training an adapter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import lora_training  # type: ignore[import-not-found]
import qwen_real  # type: ignore[import-not-found]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [*qwen_real.comparisons(comparison), *lora_training.comparisons(comparison)]
