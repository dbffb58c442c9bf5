"""Where things stand on a page: polygons, crops, turns and level lines.

Knows pixels and corners; knows nothing of models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.ocr import Pixels, Polygon

Corners = npt.NDArray[np.float32]
"""Corners of one line, shape (4, 2): x and y, upper left, upper right, lower right, lower left."""

_STANDING = 1.5
"""A box so many times higher than wide stands upright: its text runs down or up."""


def ordered(corners: Corners) -> Corners:
    """Return the corners of a rectangle in the order of :data:`Corners`.

    The upper edge is the one within 45 degrees of level, whichever edge is the longer.
    """
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    around = corners[np.argsort(angles)]  # clockwise on a page, whose y grows downwards
    edges = np.roll(around, -1, axis=0) - around
    start = int(np.argmin(np.abs(np.arctan2(edges[:, 1], edges[:, 0]))))
    return np.asarray(np.roll(around, -start, axis=0), np.float32)


def polygon(corners: Corners) -> Polygon:
    """Return corners as plain numbers, to a tenth of a pixel."""
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in corners)
    return a, b, c, d


def size(corners: Corners) -> tuple[float, float]:
    """Return width and height of a box: the longer of its two opposite sides each, in pixels."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))


def centre(corners: Corners) -> tuple[float, float]:
    """Return the middle of a box."""
    x, y = corners.mean(axis=0)
    return float(x), float(y)


def stands(corners: Corners) -> bool:
    """Whether the text of this box runs down or up the page."""
    width, height = size(corners)
    return height > _STANDING * width


def crop(image: Pixels, corners: Corners, margin: float = 0.0) -> Pixels:
    """Cut a box out and make it a level rectangle.

    Args:
        image: The page.
        corners: The box.
        margin: Pixels more on every side.

    Returns:
        At least 1 x 1 pixels; what lies beyond the page repeats its edge.
    """
    import cv2

    width, height = (max(1, round(side + 2 * margin)) for side in size(corners))
    target = np.array(
        [
            (margin, margin),
            (width - margin, margin),
            (width - margin, height - margin),
            (margin, height - margin),
        ],
        np.float32,
    )
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    cut = cv2.warpPerspective(
        image, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def turn(image: Pixels, degrees: int) -> Pixels:
    """Turn a page clockwise by a multiple of 90 degrees, without loss."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90))


def skew(boxes: Sequence[Corners]) -> float:
    """Return how far lines fall to the right, in degrees clockwise; long ones count more.

    It is the weighted median of the angles of their long edges: a few boxes that are wrong,
    or a stamp across the page, do not move it.
    """
    angles, weights = [], []
    for corners in boxes:
        width, height = size(corners)
        if width < 2 * height:
            continue  # too short to say
        for start, end in ((corners[0], corners[1]), (corners[3], corners[2])):
            x, y = end - start
            angles.append(float(np.degrees(np.arctan2(y, x))))
            weights.append(width)
    if not angles:
        return 0.0
    order = np.argsort(angles)
    heap = np.cumsum(np.asarray(weights)[order])
    return float(angles[order[int(np.searchsorted(heap, heap[-1] / 2))]])


@dataclass(frozen=True)
class Levelled:
    """A page turned by a few degrees.

    Attributes:
        image: The page; it has grown so that nothing is cut off.
        warp: How a point moves, shape (2, 3).
    """

    image: Pixels
    warp: npt.NDArray[np.float64]

    def move(self, corners: Corners) -> Corners:
        """Return where a box of the page stands now."""
        return np.asarray(corners @ self.warp[:, :2].T + self.warp[:, 2], np.float32)


def level(image: Pixels, degrees: float) -> Levelled:
    """Turn a page clockwise by a few degrees.

    The new corners take the colour of the page's border, so that no edge looks like text.
    """
    import cv2

    height, width = image.shape[:2]
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    cosine, sine = abs(warp[0, 0]), abs(warp[0, 1])
    new = (int(height * sine + width * cosine) + 1, int(height * cosine + width * sine) + 1)
    warp[:, 2] += (new[0] / 2 - width / 2, new[1] / 2 - height / 2)
    paper = tuple(float(value) for value in border_colour(image))
    turned = cv2.warpAffine(image, warp, new, flags=cv2.INTER_CUBIC, borderValue=paper)
    return Levelled(np.asarray(turned, np.uint8), np.asarray(warp, np.float64))


def border_colour(image: Pixels) -> npt.NDArray[np.float64]:
    """Return the commonest colour along the edges of a page: the paper's, as a rule."""
    edges = (image[0], image[-1], image[:, 0], image[:, -1])
    return np.asarray(np.median(np.concatenate(edges), axis=0), np.float64)


def part(corners: Corners, start: float, end: float) -> Corners:
    """Return the part of a line's box between two shares of its width."""
    a, b, c, d = corners
    return np.asarray(
        (a + (b - a) * start, a + (b - a) * end, d + (c - d) * end, d + (c - d) * start), np.float32
    )
