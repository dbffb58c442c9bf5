"""Pictures side by side on one sheet, with a label above each column and beside each row."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from portfolio_core.media.images import Pixels, shrunk

_MOST_SIDE = 512  # pixels of one picture on the sheet
_GAP = 12
_INK = (30, 41, 59)
_PALE = (100, 116, 139)
_WHITE = (255, 255, 255)
_LONGEST_LABEL = 40  # characters
# Of the shorter side of a picture, so that a label reads alike on small and large sheets.
_TEXT_SHARE = 16
_TEXT_PIXELS = (11, 30)


def sheet(
    cells: Sequence[Sequence[Pixels | None]],
    columns: Sequence[str],
    rows: Sequence[str],
    title: str = "",
) -> Pixels:
    """Return one picture of many, shape (height, width, 3), uint8, RGB, on white.

    Args:
        cells: Rows of pictures, each of any size; none leaves its place empty.
        columns: A label for each column.
        rows: A label for each row; empty ones take no room.
        title: Stands above all.
    """
    small = [[None if one is None else shrunk(one, _MOST_SIDE) for one in row] for row in cells]
    sides = [one.shape[:2] for row in small for one in row if one is not None] or [(1, 1)]
    high, wide = (max(side) for side in zip(*sides, strict=True))
    font = ImageFont.load_default(_text_pixels(min(high, wide)))
    line = int(font.getbbox("Ag")[3]) + _GAP
    names = [label[:_LONGEST_LABEL] for label in rows]
    margin = max((int(font.getlength(name)) + _GAP for name in names if name), default=0) + _GAP
    top = _GAP + line * (bool(title) + any(columns))
    size = (margin + len(columns) * (wide + _GAP), top + len(rows) * (high + _GAP))
    page = Image.new("RGB", size, _WHITE)
    draw = ImageDraw.Draw(page)
    draw.text((margin, _GAP), title, _PALE, font)
    for number, label in enumerate(columns):
        place = (margin + number * (wide + _GAP), top - line)
        draw.text(place, label[:_LONGEST_LABEL], _INK, font)
    for row, (name, pictures) in enumerate(zip(names, small, strict=True)):
        down = top + row * (high + _GAP)
        draw.text((_GAP, down), name, _INK, font)
        for number, one in enumerate(pictures):
            if one is not None:
                page.paste(Image.fromarray(one), (margin + number * (wide + _GAP), down))
    return np.asarray(page)


def _text_pixels(side: int) -> int:
    least, most = _TEXT_PIXELS
    return min(max(side // _TEXT_SHARE, least), most)
