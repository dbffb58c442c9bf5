"""Where a network looked: what its answer loses when a part of the picture is covered.

Method: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014. It
asks the network itself, needs no gradients, and works with any head.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from portfolio_core.engines.classification import Floats

_CELLS = 8  # covers in a row; each is two cells wide, so that neighbours overlap
_COVER_CELLS = 2


def heat(
    logits: Callable[[Floats], Floats],
    prepared: Floats,
    label: int | None,
    shape: tuple[int, int],
) -> Floats:
    """Return how much each place speaks for a class.

    Args:
        logits: The network: shape (n, 3, size, size) to (n, classes).
        prepared: The picture, shape (3, size, size).
        label: Index of the class; none = the likeliest.
        shape: Height and width of the result.

    Returns:
        Shape ``shape``, float32, from 0 to 1; all 0 where no part speaks for the class.
    """
    size = prepared.shape[1]
    edges = np.linspace(0, size, _CELLS + 1).astype(int)
    places = _CELLS - _COVER_CELLS + 1
    covered = np.repeat(prepared[None], 1 + places**2, axis=0)
    middle = prepared.mean(axis=(1, 2))[:, None, None]
    spots = [(row, column) for row in range(places) for column in range(places)]
    for index, (row, column) in enumerate(spots, start=1):
        rows = slice(edges[row], edges[row + _COVER_CELLS])
        covered[index, :, rows, edges[column] : edges[column + _COVER_CELLS]] = middle
    answers = logits(covered)
    chosen = int(answers[0].argmax()) if label is None else label
    margins = _margins(answers, chosen)
    cells, looks = np.zeros((_CELLS, _CELLS), "f4"), np.zeros((_CELLS, _CELLS), "f4")
    for (row, column), margin in zip(spots, margins[1:], strict=True):
        window = np.s_[row : row + _COVER_CELLS, column : column + _COVER_CELLS]
        cells[window] += max(0.0, float(margins[0] - margin))
        looks[window] += 1
    return _enlarged((cells / looks).astype(np.float32), shape)


def _margins(answers: Floats, chosen: int) -> Floats:
    """Return by how much the chosen class leads the best of the others, shape (n,)."""
    others = np.delete(answers, chosen, axis=1)
    result: Floats = answers[:, chosen] - others.max(axis=1)
    return result


def _enlarged(cells: Floats, shape: tuple[int, int]) -> Floats:
    strongest = float(cells.max())
    scaled = cells / strongest if strongest > 0 else cells
    image = Image.fromarray(scaled).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.clip(np.asarray(image, dtype=np.float32), 0, 1)
