"""How well sounds are written down and pictures are told, against plain ways in the same run.

DATA is a folder with a manifest.jsonl, or one whose folders have such; each part takes the rows
that it can judge, and says so where there are none: spoken_words.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spoken_words  # type: ignore[import-not-found]  # stands beside this file

PARTS: tuple[Callable[[list[dict[str, Any]]], bool], ...] = (spoken_words.evaluate,)


def evaluate(data: Path) -> bool:
    """Print the tables of each part; return whether all bars are met."""
    found = rows(data)
    met = [part(found) for part in PARTS]  # all of them, also behind one that is missed
    return all(met)


def rows(data: Path) -> list[dict[str, Any]]:
    """Return the rows of all manifests, each with the path of its ``file``."""
    found = []
    for manifest in sorted([*data.glob("manifest.jsonl"), *data.glob("*/manifest.jsonl")]):
        for line in manifest.read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append({**row, "path": manifest.parent / str(row.get("file", ""))})
    return found
