"""The text that a page of a PDF carries itself: nothing has to be recognised.

It is taken where it is all that the page shows, see :func:`documents.text_layers`, where it
runs level, and where its letters have a meaning: some PDFs number their glyphs anew.
"""

import unicodedata
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from portfolio_core.engines.ocr import Line, PageReading, Pixels, Word
from portfolio_core.engines.ocr import geometry as geo
from portfolio_core.engines.ocr.layout import arrange
from portfolio_core.engines.ocr.markdown import markdown
from portfolio_core.media.documents import PlacedWord

KEY = "text-layer"
"""The reader of such lines."""
NOTE = "text_layer"

_OVERLAP = 0.5
"""Words stand in one line if they share so much of the lower one's height."""
_CELL = 1.5
"""A gap of so many line heights divides a row into cells."""
_LEVEL = 3
"""Words of so many letters tell which way the text runs."""
_MEANINGLESS = {"Co", "Cn", "Cs"}


def revision() -> str:
    """Return the version of what takes the text out."""
    return f"pypdfium2 {version('pypdfium2')}"


def reading(image: Pixels, words: Sequence[PlacedWord]) -> PageReading | None:
    """Return a page as its own text says; none where there is none that can be taken.

    Args:
        image: The page as it is shown.
        words: Its words, in the order of its text; those beyond its edges do not count.
    """
    shown = [word for word in words if word.left < word.right and word.top < word.bottom]
    return _reading(image, shown) if shown and _is_usable(shown) else None


def _is_usable(words: Sequence[PlacedWord]) -> bool:
    """Return whether text runs level and its letters have a meaning."""
    letters = "".join(word.text for word in words)
    if "\ufffd" in letters or any(unicodedata.category(c) in _MEANINGLESS for c in letters):
        return False
    long = [word for word in words if len(word.text) >= _LEVEL] or words
    # In shares of a page, which is hardly twice as long as it is wide
    level = [word.right - word.left > (word.bottom - word.top) / 2 for word in long]
    return sum(level) > len(level) / 2


def _reading(image: Pixels, words: Sequence[PlacedWord]) -> PageReading:
    height, width = image.shape[:2]
    scale = np.array([width, height, width, height], float)
    rows = _rows([(_text(word), _box(word) * scale) for word in words])
    boxes = [_around(row) for row in rows]
    blocks = arrange([_corners(box) for box in boxes])
    texts = [" ".join(text for text, _ in row) for row in rows]
    lines = tuple(
        _line(rows[place.index], boxes[place.index], number)
        for number, block in enumerate(blocks)
        for row in block
        for place in row
    )
    return PageReading(image, lines, markdown=markdown(blocks, texts), notes=(NOTE,))


_Box = np.ndarray
"""Left, top, right, bottom in pixels; shape (4,), float64."""
_Row = list[tuple[str, _Box]]


def _text(word: PlacedWord) -> str:
    return f"{word.text}-" if word.broken else word.text


def _box(word: PlacedWord) -> _Box:
    return np.array([word.left, word.top, word.right, word.bottom])


def _rows(words: Sequence[tuple[str, _Box]]) -> list[_Row]:
    rows: list[_Row] = []
    for word in words:
        if rows and _goes_on(_around(rows[-1]), word[1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def _goes_on(row: _Box, box: _Box) -> bool:
    """Whether a word goes on where a row ends."""
    shared = min(row[3], box[3]) - max(row[1], box[1])
    lower = min(row[3] - row[1], box[3] - box[1])
    gap = box[0] - row[2]
    height = row[3] - row[1]
    return bool(shared >= _OVERLAP * lower and -height < gap < _CELL * height)


def _around(row: _Row) -> _Box:
    boxes = np.stack([box for _, box in row])
    return np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])


def _corners(box: _Box) -> geo.Corners:
    left, top, right, bottom = box
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def _line(row: _Row, around: _Box, block: int) -> Line:
    """Return a row as a line; its words are as high as it is."""
    _, top, _, bottom = around
    words = tuple(
        Word(text, 1.0, geo.polygon(_corners(np.array([box[0], top, box[2], bottom]))))
        for text, box in row
    )
    text = " ".join(word.text for word in words)
    return Line(text, 1.0, geo.polygon(_corners(around)), KEY, words, block)
