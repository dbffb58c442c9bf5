"""In which order a page is read: columns, then blocks, then rows.

The boxes lie level. Columns are told from the columns of a table or a receipt by what stands
in them: prose fills both sides of a gutter, figures do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portfolio_core.engines.ocr.geometry import Corners

_SAME_ROW = 0.5
"""Boxes whose middles are nearer than so many line heights stand in one row."""
_GUTTER = 0.8
"""A gutter is at least so many line heights wide."""
_PROSE = 7.0
"""A line of prose is at least so many times as long as high."""
_FEWEST_LINES = 3
"""A column has at least so many lines."""
_ACROSS = 0.65
"""A line over so much of the width stands above or below the columns, not in one."""
_NEW_BLOCK = 0.9
"""A gap of so many line heights begins a new block, if it is wider than is usual here."""
_WIDER_GAP = 1.6


@dataclass(frozen=True)
class Placed:
    """Where a line stands.

    Attributes:
        index: Which one it is.
        left: Its box, in pixels.
        top: Likewise.
        right: Likewise.
        bottom: Likewise.
    """

    index: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Its height."""
        return max(1.0, self.bottom - self.top)

    @property
    def middle(self) -> float:
        """Its middle from top to bottom."""
        return (self.top + self.bottom) / 2


Row = list[Placed]
Block = list[Row]


def arrange(boxes: Sequence[Corners]) -> list[Block]:
    """Return the boxes in blocks of rows, all in the order of reading."""
    placed = [Placed(i, *box.min(axis=0), *box.max(axis=0)) for i, box in enumerate(boxes)]
    if not placed:
        return []
    height = float(np.median([box.height for box in placed]))
    return [
        block for region in _regions(placed, height) for block in _blocks(rows_of(region), height)
    ]


def _regions(boxes: list[Placed], height: float) -> list[list[Placed]]:
    """Divide a page into columns and what stands across them."""
    gutter = _gutter(boxes, height)
    if gutter is not None:
        left = [box for box in boxes if box.right <= gutter]
        right = [box for box in boxes if box.right > gutter]
        return [*_regions(left, height), *_regions(right, height)]
    width = max(b.right for b in boxes) - min(b.left for b in boxes)
    across = [box for box in boxes if box.right - box.left >= _ACROSS * width]
    if not across or len(across) == len(boxes):
        return [boxes]
    edges = sorted(box.middle for box in across)
    bands: list[list[Placed]] = [[] for _ in range(2 * len(edges) + 1)]
    for box in boxes:
        spot = int(np.searchsorted(edges, box.middle))
        bands[2 * spot + 1 if box in across else 2 * spot].append(box)
    if not any(_gutter(band, height) is not None for band in bands):
        return [boxes]
    return _joined(bands, height)


def _joined(bands: list[list[Placed]], height: float) -> list[list[Placed]]:
    """Return the regions of bands; neighbours without columns are one region."""
    regions: list[list[Placed]] = []
    plain = False
    for band in filter(None, bands):
        columns = _gutter(band, height) is not None
        if columns:
            regions += _regions(band, height)
        elif plain:
            regions[-1] = regions[-1] + band
        else:
            regions.append(band)
        plain = not columns
    return regions


def _gutter(boxes: list[Placed], height: float) -> float | None:
    """Return the middle of the widest strip with prose on both sides; none where none is."""
    if len(boxes) < 2 * _FEWEST_LINES:
        return None
    strips: list[tuple[float, float]] = []
    end = -np.inf
    for box in sorted(boxes, key=lambda b: b.left):
        if box.left - end >= _GUTTER * height and end > 0:
            strips.append((box.left - end, (box.left + end) / 2))
        end = max(end, box.right)
    for _, x in sorted(strips, reverse=True):
        left = [box for box in boxes if box.right <= x]
        right = [box for box in boxes if box.right > x]
        if _is_prose(left) and _is_prose(right) and _beside(left, right):
            return x
    return None


def _is_prose(boxes: list[Placed]) -> bool:
    lengths = [(box.right - box.left) / box.height for box in boxes]
    return len(boxes) >= _FEWEST_LINES and float(np.median(lengths)) >= _PROSE


def _beside(left: list[Placed], right: list[Placed]) -> bool:
    """Whether two columns stand beside each other for half of the shorter one's height."""
    tops = [min(box.top for box in side) for side in (left, right)]
    bottoms = [max(box.bottom for box in side) for side in (left, right)]
    shorter = min(b - t for t, b in zip(tops, bottoms, strict=True))
    return min(bottoms) - max(tops) >= shorter / 2


def rows_of(boxes: list[Placed]) -> list[Row]:
    """Return boxes as rows from top to bottom, each from left to right."""
    rows: list[Row] = []
    for box in sorted(boxes, key=lambda b: b.middle):
        row = rows[-1] if rows else []
        middle = float(np.mean([b.middle for b in row])) if row else -np.inf
        if row and box.middle - middle < _SAME_ROW * min(box.height, *(b.height for b in row)):
            row.append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda b: b.left) for row in rows]


def _blocks(rows: list[Row], height: float) -> list[Block]:
    """Divide rows where the gap between two is wider than is usual."""
    tops = [min(box.top for box in row) for row in rows]
    bottoms = [max(box.bottom for box in row) for row in rows]
    gaps = [top - bottom for top, bottom in zip(tops[1:], bottoms, strict=False)]
    usual = max(0.0, float(np.median(gaps))) if gaps else 0.0
    blocks: list[Block] = [rows[:1]]
    for row, gap in zip(rows[1:], gaps, strict=True):
        if gap >= max(_NEW_BLOCK * height, _WIDER_GAP * usual):
            blocks.append([])
        blocks[-1].append(row)
    return blocks
