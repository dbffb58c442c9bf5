"""Cutting lines out of a page, for readers that know one line only."""

import math

import numpy as np

from portfolio_core.engines.ocr import Pixels, Point, Polygon

_MARGIN = 0.12  # of the line's height, on every side: detectors cut tails and dots off
_SMALLEST = 8  # pixels a side: less is no line, and readers fail on nothing at all


def line_image(page: Pixels, polygon: Polygon) -> Pixels:
    """Return a line as a level picture.

    Args:
        page: Shape (height, width, 3), RGB, uint8.
        polygon: The line's corners on the page, in the order of reading; may be askew.

    Returns:
        Shape (height, width, 3), RGB, uint8; at least 8 pixels a side.
    """
    from PIL import Image

    upper_left, upper_right, lower_right, lower_left = widened(polygon)
    width = max(math.dist(upper_left, upper_right), math.dist(lower_left, lower_right))
    height = max(math.dist(upper_left, lower_left), math.dist(upper_right, lower_right))
    size = (max(_SMALLEST, round(width)), max(_SMALLEST, round(height)))
    corners = (*upper_left, *lower_left, *lower_right, *upper_right)
    cut = Image.fromarray(page).transform(
        size,
        Image.Transform.QUAD,
        corners,
        Image.Resampling.BICUBIC,
        fillcolor=_paper(page),
    )
    return np.asarray(cut)


def widened(polygon: Polygon) -> Polygon:
    """Return a line's corners with a margin that grows with the height of the line."""
    upper_left, upper_right, lower_right, lower_left = polygon
    along = _direction(upper_left, upper_right)
    down = _direction(upper_left, lower_left)
    margin = _MARGIN * math.dist(upper_left, lower_left)

    def moved(corner: Point, right: int, below: int) -> Point:
        return (
            corner[0] + margin * (right * along[0] + below * down[0]),
            corner[1] + margin * (right * along[1] + below * down[1]),
        )

    return (
        moved(upper_left, -1, -1),
        moved(upper_right, 1, -1),
        moved(lower_right, 1, 1),
        moved(lower_left, -1, 1),
    )


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _paper(page: Pixels) -> tuple[int, int, int]:
    """Return the page's ground, which is what stands beyond its edges."""
    red, green, blue = np.median(page[::16, ::16].reshape(-1, 3), axis=0)
    return int(red), int(green), int(blue)
