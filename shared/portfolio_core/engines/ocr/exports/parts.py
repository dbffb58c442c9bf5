"""What the formats share: blocks, words and clean text of a reading."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from portfolio_core.engines.ocr import Line, PageReading, Polygon, Word

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the page."""


def blocks(reading: PageReading) -> Iterator[list[Line]]:
    """Yield the lines of each block, in the order of reading."""
    for _, lines in groupby(reading.lines, key=lambda line: line.block):
        yield list(lines)


def words(line: Line) -> Sequence[Word]:
    """Return the words of ``line``; a line that knows none is one word."""
    return line.words or (Word(line.text, line.confidence, line.polygon),)


def printable(text: str) -> str:
    """Return ``text`` on one line, without the characters that XML and PDF refuse."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def box(polygon: Polygon) -> Box:
    """Return the upright box around ``polygon``."""
    across, down = zip(*polygon, strict=True)
    return round(min(across)), round(min(down)), round(max(across)), round(max(down))
