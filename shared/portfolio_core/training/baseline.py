"""The honest baseline: colours alone, without any shape.

A network that is no better than this has learnt the colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from portfolio_core.engines.classification import Floats
from portfolio_core.media.images import Pixels
from portfolio_core.training.crossvalidation import Predictor

Ints = npt.NDArray[np.int64]
_LEVELS = 4  # of each channel: 64 colours
_SIDE = 64


def colours(picture: Pixels) -> Floats:
    """Return how often each of 64 colours occurs, shape (64,), summing to 1."""
    small = np.asarray(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX))
    levels = (small.astype(np.int64) * _LEVELS) // 256
    numbers = (levels[..., 0] * _LEVELS + levels[..., 1]) * _LEVELS + levels[..., 2]
    counts = np.bincount(numbers.ravel(), minlength=_LEVELS**3)
    return (counts / numbers.size).astype(np.float32)


@dataclass(frozen=True)
class ColourRecipe:
    """Logistic regression on a colour histogram.

    Attributes:
        pictures: The examples.
        labels: Their classes.
        name: For reports.
    """

    pictures: Sequence[Pixels]
    labels: Ints
    name: str = "colours alone"

    def fit(self, train: Ints, seed: int) -> Predictor:
        """Return what the regression answers; see :class:`crossvalidation.Recipe`."""
        from sklearn.linear_model import LogisticRegression

        table = np.sqrt([colours(self.pictures[index]) for index in train])
        model = LogisticRegression(
            C=10.0, class_weight="balanced", max_iter=1000, random_state=seed
        ).fit(table, self.labels[train])

        def predict(pictures: Sequence[Pixels]) -> Floats:
            probabilities = model.predict_proba(np.sqrt([colours(p) for p in pictures]))
            result: Floats = np.log(np.maximum(probabilities, 1e-9)).astype(np.float32)
            return result

        return predict
