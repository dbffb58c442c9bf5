"""How well sounds are written down and pictures are told, against plain ways in the same run.

DATA is a folder with a manifest.jsonl, or one whose folders have such; each part takes the rows
that it can judge, and it is said where there are none: spoken_words.py and captions.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import captions  # type: ignore[import-not-found]  # stands beside this file
import spoken_words  # type: ignore[import-not-found]  # likewise


def evaluate(data: Path) -> bool:
    """Print the tables of each part; return whether all bars are met."""
    found = rows(data)
    words: bool = spoken_words.evaluate(found)
    if any("captions" in row for row in found):
        return captions.evaluate(data) and words
    print("There are no photographs with captions; nothing is judged of captions.")
    return words


def rows(data: Path) -> list[dict[str, Any]]:
    """Return the rows of all manifests, each with the path of its ``file``."""
    found = []
    for manifest in sorted([*data.glob("manifest.jsonl"), *data.glob("*/manifest.jsonl")]):
        for line in manifest.read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append({**row, "path": manifest.parent / str(row.get("file", ""))})
    return found
