"""Calibration: probabilities that mean what they say, and how far they are from it.

Temperature scaling and the expected calibration error are those of Guo et al., "On Calibration
of Modern Neural Networks", 2017.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats, softmax

Ints = npt.NDArray[np.int64]
_BINS = 10
_TEMPERATURES = np.geomspace(0.2, 10, 120)
_SURE_ENOUGH = 0.99  # of the answers that are given, so many are right
_LOWEST, _HIGHEST = 0.5, 0.95


@dataclass(frozen=True)
class Bin:
    """Answers of about the same probability.

    Attributes:
        count: How many there are.
        confidence: Their mean probability.
        accuracy: The share of them that is right.
    """

    count: int
    confidence: float
    accuracy: float


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """Return the temperature under which held-out labels are likeliest.

    Args:
        logits: Of pictures that were not learnt, shape (n, classes).
        labels: Their classes, shape (n,).
    """
    losses = [_loss(logits / np.float32(t), labels) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def bins(probabilities: Floats, labels: Ints) -> list[Bin]:
    """Sort answers by their probability into ten bins; empty ones are left out."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        Bin(int(here.sum()), float(confidence[here].mean()), float(right[here].mean()))
        for number in range(_BINS)
        if (here := which == number).any()
    ]


def error(probabilities: Floats, labels: Ints) -> float:
    """Return the expected calibration error, from 0 to 1, over ten bins."""
    found = bins(probabilities, labels)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in found) / len(labels)


def thresholds(probabilities: Floats, labels: Ints) -> tuple[float, ...]:
    """Return for each class the least probability at which it may be named.

    It is the lowest from 0.5 to 0.95 above which 99 of 100 held-out answers are right; what lies
    below is the band in which the engine says that it is unsure.
    """
    named = probabilities.argmax(axis=1)
    found = []
    for label in range(probabilities.shape[1]):
        here = named == label
        confidence, right = probabilities[here, label], labels[here] == label
        found.append(_least(confidence, right))
    return tuple(found)


def _least(confidence: Floats, right: npt.NDArray[np.bool_]) -> float:
    for least in np.arange(_LOWEST, _HIGHEST, 0.01):
        above = confidence >= least
        if above.any() and right[above].mean() >= _SURE_ENOUGH:
            return round(float(least), 2)
    return _HIGHEST


def _loss(logits: Floats, labels: Ints) -> float:
    probabilities = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(probabilities, 1e-12)).mean())
