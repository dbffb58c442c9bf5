"""Calibration: probabilities that mean what they say, and how far they are from it.

Temperature scaling and the expected calibration error are those of Guo et al., "On Calibration
of Modern Neural Networks", 2017; the offset for each class beside the temperature is that of
Alexandari et al., "Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label
Shift Adaptation", 2020. A network that saw few kinds of "anything else" names its other classes
too readily; the offset takes that back.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats, softmax

Ints = npt.NDArray[np.int64]
_BINS = 10
_BEYOND_WEIGHT = 3.0  # the world beyond a data set is larger than any of its classes
_LOG_FACTORS = (-2.5, 2.5)  # temperatures from 0.08 to 12
_OFFSETS = (-20.0, 20.0)
_SURE_ENOUGH = 0.99  # of the answers that are given, so many are right
_LOWEST, _HIGHEST = 0.6, 0.95


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


@dataclass(frozen=True)
class Scaling:
    """What is done to a network's numbers before they are probabilities.

    Attributes:
        temperature: They are divided by it.
        shift: And before that, this is added to those of each class.
    """

    temperature: float
    shift: tuple[float, ...]

    def shifted(self, logits: Floats) -> Floats:
        """Return logits, shape (n, classes), with the shift."""
        result: Floats = logits + np.asarray(self.shift, dtype=np.float32)
        return result

    def __call__(self, logits: Floats) -> Floats:
        """Return probabilities of the same shape as ``logits``."""
        return softmax(self.shifted(logits) / np.float32(self.temperature))


def fit(
    logits: Floats, labels: Ints, beyond: Floats | None = None, rest: int | None = None
) -> Scaling:
    """Return the scaling under which held-out labels are likeliest.

    Each class counts as much as another, however many pictures it has.

    Args:
        logits: Of pictures that were not learnt, shape (n, classes).
        labels: Their classes, shape (n,).
        beyond: Of pictures of no class, shape (k, classes); they count as three classes.
        rest: The class that is right for those.
    """
    from scipy.optimize import minimize

    parts = [(logits[labels == label], int(label)) for label in np.unique(labels)]
    weights = [1.0] * len(parts)
    if beyond is not None and rest is not None and len(beyond):
        parts.append((beyond, rest))
        weights.append(_BEYOND_WEIGHT)

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        factor, offsets = np.exp(parameters[0]), np.append(0.0, parameters[1:])
        losses = [_loss(part * factor + offsets, label) for part, label in parts]
        return float(np.average(losses, weights=weights))

    limits = [_LOG_FACTORS, *[_OFFSETS] * (logits.shape[1] - 1)]
    found = minimize(loss, np.zeros(logits.shape[1]), method="L-BFGS-B", bounds=limits).x
    temperature = float(np.exp(-found[0]))
    centred = np.append(0.0, found[1:])
    centred -= centred.mean()
    return Scaling(temperature, tuple((centred * temperature).tolist()))


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

    It is the lowest from 0.6 to 0.95 above which 99 of 100 held-out answers are right; what lies
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


def _loss(logits: npt.NDArray[np.float64], label: int) -> float:
    """Return the mean negative log-likelihood of one label."""
    highest = logits.max(axis=1)
    total = np.log(np.exp(logits - highest[:, None]).sum(axis=1)) + highest
    return float((total - logits[:, label]).mean())
