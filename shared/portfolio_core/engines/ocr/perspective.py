"""A photographed page: found on the table it lies on, and flattened.

It is flattened only where there is no doubt: four straight edges around nearly all of the text,
lighter than what lies around, and at an angle that a scanner does not give.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.geometry import Corners, centre, ordered, size

_SHOWN = 640
"""Longest side of the picture in which the page is looked for."""
_SMALLEST, _LARGEST = 0.25, 0.97
"""Share of the picture that a page takes."""
_STRAIGHT = 0.02
"""How far an edge may leave the straight line, as a share of the page's outline."""
_CORNERS = 4
_FULL = 0.95
"""Share of the four edges' inside that is light."""
_INSIDE = 0.95
"""Share of the lines of text that lie on the page."""
_LIGHTER = 12
"""Grey levels by which paper is lighter than the table."""
_SLANTED = 0.03
"""Edges that differ by less from a rectangle's are a scanner's: nothing to flatten."""


def flattened(image: Pixels, boxes: Sequence[Corners]) -> Pixels | None:
    """Return the page flattened; none where no page is seen, or none at an angle."""
    import cv2

    corners = _page(image)
    if corners is None or not _is_slanted(corners):
        return None
    inside = [cv2.pointPolygonTest(corners, centre(box), measureDist=False) >= 0 for box in boxes]
    if not boxes or float(np.mean(inside)) < _INSIDE:
        return None
    width, height = (round(side) for side in size(corners))
    target = np.array(
        [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32
    )
    warp = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(image, warp, (width, height), flags=cv2.INTER_CUBIC))


def _page(image: Pixels) -> Corners | None:
    """Return the corners of the largest light shape with four straight edges."""
    import cv2

    scale = min(1.0, _SHOWN / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 2)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    shapes, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not shapes:
        return None
    shape = max(shapes, key=cv2.contourArea)
    hull = cv2.convexHull(shape)
    four = cv2.approxPolyDP(hull, _STRAIGHT * cv2.arcLength(hull, closed=True), closed=True)
    area = cv2.contourArea(four)
    if len(four) != _CORNERS or not _SMALLEST <= area / grey.size <= _LARGEST:
        return None
    if cv2.contourArea(shape) < _FULL * area or not _stands_out(grey, four):
        return None
    return ordered(four[:, 0].astype(np.float32) / scale)


def _stands_out(grey: npt.NDArray[Any], four: npt.NDArray[Any]) -> bool:
    import cv2

    mask = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), four, 1).astype(bool)
    return not mask.all() and bool(np.median(grey[mask]) - np.median(grey[~mask]) >= _LIGHTER)


def _is_slanted(corners: Corners) -> bool:
    """Whether opposite edges differ in length or direction."""
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(edges, axis=1)
    uneven = max(abs(lengths[0] / lengths[2] - 1), abs(lengths[1] / lengths[3] - 1))
    units = edges / lengths[:, None]
    apart = max(float(np.linalg.norm(units[i] + units[i + 2])) for i in (0, 1))
    return bool(max(uneven, apart) >= _SLANTED)
