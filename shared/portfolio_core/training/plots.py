"""Plots as SVG text: a few lines in a square, no library."""

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

Line = tuple[str, npt.ArrayLike, npt.ArrayLike]
"""Name, x and y; both from 0 to 1."""
_SIDE, _MARGIN = 260, 34
_COLOURS = ("#1f6feb", "#d1442f", "#2f8f4e", "#8250df", "#b58900", "#555555")


def plot(title: str, across: str, up: str, lines: Sequence[Line], *, diagonal: bool) -> str:
    """Draw lines in a square from 0 to 1 on both axes.

    Args:
        title: Above the square.
        across: What the x axis shows.
        up: What the y axis shows.
        lines: The lines, with their names for the legend.
        diagonal: Whether the line from (0, 0) to (1, 1) is drawn for comparison.
    """
    whole = _SIDE + 2 * _MARGIN
    legend = 16 * len(lines)
    parts = [
        f'<svg viewBox="0 0 {whole} {whole + legend}" width="{whole}" role="img">',
        f"<title>{escape(title)}</title>",
        _text(whole / 2, 16, title),
        (
            f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" '
            'fill="none" stroke="#999"/>'
        ),
        _text(whole / 2, whole - 10, across),
        f'<g transform="rotate(-90 12 {whole / 2})">{_text(12, whole / 2, up)}</g>',
    ]
    if diagonal:
        parts.append(_polyline([0, 1], [0, 1], "#bbb", "4 4"))
    for number, (name, x, y) in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_polyline(x, y, colour, "none"))
        parts.append(
            f'<text x="{_MARGIN}" y="{whole + 12 + 16 * number}" fill="{colour}" '
            f'font-size="12">{escape(name)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _polyline(x: npt.ArrayLike, y: npt.ArrayLike, colour: str, dashes: str) -> str:
    across = _MARGIN + np.asarray(x, dtype=float) * _SIDE
    down = _MARGIN + (1 - np.asarray(y, dtype=float)) * _SIDE
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dashes}"/>'
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" font-size="12">{escape(words)}</text>'
