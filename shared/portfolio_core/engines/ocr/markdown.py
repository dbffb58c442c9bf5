"""A page as Markdown: paragraphs, headings that are clearly larger, tables whose cells line up."""

import re
from collections.abc import Sequence

import numpy as np

from portfolio_core.engines.ocr.layout import Block, Row

_HEADING, _TITLE = 1.4, 1.9
"""A line so many times higher than the page's others is a heading, or a title."""
_LONGEST_HEADING = 90
_FEWEST_ROWS, _FEWEST_COLUMNS = 3, 2
_ALIGNED = 0.8
"""Cells of a column begin, or end, within so many line heights of each other."""
_FULL = 0.75
"""Lines of prose fill so much of their block's width."""
# What would be markup: anywhere, and at the beginning of a line.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$])")
_AT_START = re.compile(r"^(#{1,6}(?=\s)|[-+](?=\s)|=+$|-+$)|^(\d+)([.)])(?=\s)")


def markdown(blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """Return a page as Markdown.

    Args:
        blocks: Where its lines stand, see :func:`layout.arrange`.
        texts: What each of them says.
    """
    heights = [box.height for block in blocks for row in block for box in row]
    usual = float(np.median(heights)) if heights else 1.0
    parts = [_block(block, texts, usual) for block in blocks]
    return "\n\n".join(part for part in parts if part)


def inline(text: str) -> str:
    """Return a text that is no markup within a line, whatever it looks like."""
    return _MARKUP.sub(r"\\\1", text)


def escaped(line: str) -> str:
    """Return a line that is no markup, whatever it looks like."""
    line = inline(line)
    return _AT_START.sub(lambda m: f"{m[2]}\\{m[3]}" if m[2] else f"\\{m[1]}", line)


def _block(block: Block, texts: Sequence[str], usual: float) -> str:
    if _is_table(block, usual):
        rows = [[inline(texts[box.index]) for box in row] for row in block]
        head, *rest = ("| " + " | ".join(row) + " |" for row in rows)
        return "\n".join((head, "|" + " --- |" * len(block[0]), *rest))
    lines = [" ".join(texts[box.index] for box in row) for row in block]
    if len(lines) == 1 and len(lines[0]) <= _LONGEST_HEADING:
        larger = min(box.height for box in block[0]) / usual
        if larger >= _HEADING:
            return ("# " if larger >= _TITLE else "## ") + escaped(lines[0])
    lines = [escaped(line) for line in lines]
    return (" " if _is_prose(block) else "  \n").join(lines)


def _is_prose(block: Block) -> bool:
    """Whether lines run on: each but the last reaches the right edge."""
    left, right = (
        min(row[0].left for row in block),
        max(row[-1].right for row in block),
    )
    return all(row[-1].right - left >= _FULL * (right - left) for row in block[:-1])


def _is_table(block: Block, usual: float) -> bool:
    columns = len(block[0])
    if len(block) < _FEWEST_ROWS or columns < _FEWEST_COLUMNS:
        return False
    if any(len(row) != columns for row in block):
        return False
    return all(_aligned(block, column, usual) for column in range(columns))


def _aligned(block: Sequence[Row], column: int, usual: float) -> bool:
    lefts = [row[column].left for row in block]
    rights = [row[column].right for row in block]
    return bool(min(np.ptp(lefts), np.ptp(rights)) <= _ALIGNED * usual)
