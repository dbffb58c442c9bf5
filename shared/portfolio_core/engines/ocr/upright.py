"""Which way up a page is: by trying to read a few of its lines both ways.

Lines that stand show that a page was turned by 90 degrees; which way is shown by what can be
read. That holds for one line of handwriting as for a full page, and for both scripts.
"""

from collections.abc import Callable, Sequence

import numpy as np

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.geometry import Corners, crop, size, stands, turn
from portfolio_core.engines.ocr.letters import Letters, is_hangul, score_of
from portfolio_core.engines.ocr.lines import Readers, smoothed, stretched
from portfolio_core.engines.ocr.tesseract import KOREAN

_SAMPLES = 5
_LONG = 8
"""A sample is the middle of a line, so many times as long as high."""
_CLEAR = 0.9
"""Nothing upside down is read with this score."""
_CLEAR_HANGUL = 0.75
_FAIR, _ADVANTAGE = 0.7, 0.1
"""What one way must score at least, and by how much more than the other."""
_FAIR_HANGUL, _ADVANTAGE_HANGUL = 0.3, 0.15
_POOR = 0.55
"""It will do where no Hangul is seen: handwriting."""
_FEWEST_LETTERS = 3


def turn_of(page: Pixels, boxes: Sequence[Corners], readers: Readers) -> int:
    """Return the turn clockwise that puts a page upright: 0, 90, 180 or 270 degrees."""
    if not boxes:
        return 0
    standing = [stands(box) for box in boxes]
    weights = [max(size(box)) for box in boxes]
    upright = float(np.average(standing, weights=weights)) <= 1 / 2
    ways = (0, 180) if upright else (90, 270)
    lines = _samples(page, [b for b, s in zip(boxes, standing, strict=True) if s != upright])
    latin = _try(_latin, readers, lines, ways, clear=_CLEAR)
    best = _better(latin, _FAIR, _ADVANTAGE)
    if best is None:
        hangul = _try(_hangul, readers, lines, ways, clear=_CLEAR_HANGUL)
        best = _better(hangul, _FAIR_HANGUL, _ADVANTAGE_HANGUL)
    if best is None:
        best = _better(latin, _POOR, _ADVANTAGE)
    if best is None:
        return 0 if upright else max(ways, key=lambda way: latin[way] + hangul[way])
    return best


def _try(
    reader: Callable[[Readers, Sequence[Pixels]], float],
    readers: Readers,
    lines: Sequence[Pixels],
    ways: Sequence[int],
    clear: float,
) -> dict[int, float]:
    """Return how well lines are read each way; 0 for the second where the first is clear."""
    scores = dict.fromkeys(ways, 0.0)
    for way in ways:
        scores[way] = reader(readers, [turn(line, way) for line in lines])
        if scores[way] >= clear:
            break
    return scores


def _better(scores: dict[int, float], least: float, advantage: float) -> int | None:
    """Return the way that is read well enough, and better than the other; none if none is."""
    other, best = sorted(scores, key=lambda way: scores[way])
    return best if scores[best] >= max(least, scores[other] + advantage) else None


def _samples(page: Pixels, boxes: Sequence[Corners]) -> list[Pixels]:
    """Cut the middle out of the lines that are long, but need not be shortened much."""
    best = sorted(boxes, key=lambda b: -min(max(size(b)), 1.5 * _LONG * min(size(b))))
    return [_middle(crop(page, box)) for box in best[:_SAMPLES]]


def _middle(line: Pixels) -> Pixels:
    short, long = min(line.shape[:2]), max(line.shape[:2])
    start = max(0, (long - _LONG * short) // 2)
    part = slice(start, long - start)
    return line[part] if line.shape[0] > line.shape[1] else line[:, part]


def _latin(readers: Readers, lines: Sequence[Pixels]) -> float:
    return _mean([readers.first.read(stretched(line)) for line in lines])


def _hangul(readers: Readers, lines: Sequence[Pixels]) -> float:
    if readers.tesseract is None:
        return 0.0
    read = [readers.tesseract.read(smoothed(line), KOREAN) for line in lines]
    return _mean([tuple(x for x in letters if is_hangul(x.text)) for letters in read])


def _mean(read: Sequence[Letters]) -> float:
    """Return the mean score of lines; a line of a few letters says nothing."""
    scores = [score_of(x) if len(x) >= _FEWEST_LETTERS else 0.0 for x in read]
    return float(np.mean(scores)) if scores else 0.0
