"""PDF: the pictures of the pages, and over each word its text, invisible, to find and to copy."""

import io
import math
from collections.abc import Iterable
from typing import Any
from unicodedata import combining, normalize

from portfolio_core.engines.ocr import PageReading, Point, Word
from portfolio_core.engines.ocr.exports import parts
from portfolio_core.errors import MissingDependency
from portfolio_core.media.images import jpeg_bytes

DPI = 200
"""A picture does not say how large its paper was; 1654 pixels across make A4."""
_POINTS = 72 / DPI
_JPEG_QUALITY = 85
_INVISIBLE = 3  # text render mode: neither filled nor stroked
_DESCENT = 0.2  # share of a word's height that lies under its baseline

# Fonts that every PDF viewer brings along, and the characters each one has: none is embedded.
_FONTS = (
    ("Helvetica", "cp1252"),
    ("HYSMyeongJo-Medium", "cp949"),
    ("STSong-Light", "gbk"),
    ("HeiseiMin-W3", "cp932"),
)


def pdf_file(readings: Iterable[PageReading], title: str) -> bytes:
    """Return the pages as one PDF; the same pages give the same bytes.

    Raises:
        MissingDependency: reportlab is not installed.
    """
    try:
        from reportlab.lib.utils import ImageReader
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise MissingDependency("reportlab", "pip install reportlab") from None
    for name, _ in _FONTS[1:]:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1)
    canvas.setTitle(parts.printable(title))
    for reading in readings:
        height, width = (side * _POINTS for side in reading.image.shape[:2])
        canvas.setPageSize((width, height))
        canvas.drawImage(
            ImageReader(io.BytesIO(jpeg_bytes(reading.image, _JPEG_QUALITY))), 0, 0, width, height
        )
        layer = canvas.beginText()
        layer.setTextRenderMode(_INVISIBLE)
        for line in reading.lines:
            *words, last = parts.words(line)
            for word in words:
                _put(layer, word, " ", height, pdfmetrics.stringWidth)
            _put(layer, last, "", height, pdfmetrics.stringWidth)
        canvas.drawText(layer)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _put(layer: Any, word: Word, after: str, page_height: float, width_of: Any) -> None:  # noqa: ANN401 - reportlab has no types
    """Lay a word over its polygon: same baseline, same width, same slope.

    The space ``after`` it goes along: viewers pass over one that stands alone.
    """
    font, text = _font_for(parts.printable(word.text))
    upper_left, _, lower_right, lower_left = word.polygon
    size = max(math.dist(upper_left, lower_left) * _POINTS, 1.0)
    width = math.dist(lower_left, lower_right) * _POINTS
    natural = width_of(text, font, size)
    if not width or not natural:
        return
    x, y = _between(lower_left, upper_left, _DESCENT)
    slope = math.atan2(lower_left[1] - lower_right[1], lower_right[0] - lower_left[0])
    cosine, sine = math.cos(slope), math.sin(slope)
    layer.setFont(font, size)
    layer.setHorizScale(100 * width / natural)
    layer.setTextTransform(cosine, sine, -sine, cosine, x * _POINTS, page_height - y * _POINTS)
    layer.textOut(text + after)


def _font_for(text: str) -> tuple[str, str]:
    """Return a font and what it can show of ``text``: all of it, or its letters without accents.

    Who looks for a word with a rare accent finds it all the same: a search in a PDF folds them.
    """
    bare = "".join(c for c in normalize("NFKD", text) if not combining(c))
    for version in (text, normalize("NFC", bare)):
        for name, characters in _FONTS:
            if version.encode(characters, "ignore").decode(characters) == version:
                return name, version
    name, characters = _FONTS[1]
    return name, text.encode(characters, "replace").decode(characters)


def _between(start: Point, end: Point, share: float) -> Point:
    (left, top), (right, bottom) = start, end
    return left + share * (right - left), top + share * (bottom - top)
