"""Draw the examples of the Space ``ronald-classifier``: figures that are nobody's picture.

    .venv/bin/python scripts/draw_ronald_examples.py

The same numbers give the same files.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from portfolio_core.media.images import Pixels, jpeg_bytes
from portfolio_core.training import figures, negatives
from portfolio_core.training.figures import Figure

FOLDER = Path(__file__).resolve().parent.parent / "spaces" / "ronald-classifier" / "examples"
_SIDE = 448  # pixels
_QUALITY = 88


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    in_red_and_yellow = _figure(replace(negatives.ronald(_random(17)), style="curls"), 17)
    drawn = {
        "1-figure": in_red_and_yellow,
        "2-clown": _figure(negatives.other_clown(_random(13)), 13),
        "3-red-hair": _figure(negatives.red_haired(_random(8)), 8),
        "4-yellow-clothes": _figure(negatives.in_yellow(_random(17)), 17),
        "5-figure-mirrored": np.ascontiguousarray(in_red_and_yellow[:, ::-1]),
        "6-second-figure": _figure(negatives.ronald(_random(16)), 16),
        "7-stripes": negatives.KINDS["stripes"](_random(2), _SIDE),
        "8-round-thing": negatives.KINDS["round things"](_random(15), _SIDE),
    }
    for name, pixels in drawn.items():
        (FOLDER / f"{name}.jpg").write_bytes(jpeg_bytes(pixels, _QUALITY))


def _figure(figure: Figure, seed: int) -> Pixels:
    return figures.draw(figure, _random(seed + 100), _SIDE)


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


if __name__ == "__main__":
    main()
