"""How often a line or a word with this score is right: the readers' scores, made honest.

The curves are fitted by scripts/calibrate_ocr.py on rendered pages: never falling, from points
that lie as the readings fell, by isotonic regression. What a reader gives a letter is no
probability that it is right; the lowest score of a word's letters tells most about the word.
"""

import numpy as np

from portfolio_core.engines.ocr.calibration_table import CURVES
from portfolio_core.engines.ocr.letters import Letters

_WEIGHT_OF_LOWEST = 0.5


def evidence(letters: Letters) -> float:
    """Return what is known of a word or a line, 0 to 1: its mean score and its lowest."""
    scores = [letter.score for letter in letters]
    if not scores:
        return 0.0
    mean = float(np.mean(scores))
    return _WEIGHT_OF_LOWEST * min(scores) + (1 - _WEIGHT_OF_LOWEST) * mean


def confidence(reader: str, unit: str, letters: Letters) -> float:
    """Return the share of such readings that are right, 0 to 1.

    Args:
        reader: Name of the reader.
        unit: "line" or "word".
        letters: What it read.
    """
    scores, shares = CURVES[reader, unit]
    return round(float(np.interp(evidence(letters), scores, shares)), 3)
