"""Lines of a page, read: by PP-OCR first, and by Tesseract where Hangul may stand.

The lines of a page are shared out among threads; each takes one core.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from portfolio_core.engines.ocr import Language, Pixels
from portfolio_core.engines.ocr.fusion import fuse, has_latin
from portfolio_core.engines.ocr.geometry import Corners, crop, size
from portfolio_core.engines.ocr.letters import Letters, is_foreign, is_hangul, score_of, words_of
from portfolio_core.engines.ocr.recognition import Recogniser
from portfolio_core.engines.ocr.tesseract import BOTH, KOREAN, Tesseract

PPOCR, TESSERACT = "pp-ocr", "tesseract"
"""Names of the two readers."""

_AGAIN = 0.9
"""A line under this score is read a second time, cut a little wider."""
_WIDER = 0.15
_MARGIN = 0.1
"""Paper around a line for Tesseract, as a share of its height."""
_AGAIN_KOREAN = 0.8
_WIDER_KOREAN = 0.3
_FEWEST_ODD = 3
_DOUBTFUL = 0.9
"""A line under this score may be Korean."""
_GAP = 2.5
"""So many letter widths without a letter: Hangul may stand there."""
_FEWEST_HANGUL = 2
_HANGUL_SCORE = 0.35
"""Hangul that Tesseract sees in pictures and in Latin handwriting scores lower."""
_HANGUL_SCORE_KNOWN = 0.15
"""On a page that is known to be Korean less will do; the confidence says how little."""
_PROBES = 4
"""So many of the most doubtful lines without Hangul, and the page has none."""
_NOISY = 9.0
"""Grain of a page, in grey levels, from which on Tesseract needs it smoothed."""
_SMOOTH = 0.8


@dataclass(frozen=True)
class Found:
    """One line and what was read there.

    Attributes:
        box: Where, on the page that is read.
        letters: What.
        reader: By which reader.
    """

    box: Corners
    letters: Letters = ()
    reader: str = PPOCR


@dataclass(frozen=True)
class Readers:
    """Both readers; ``tesseract`` is none where it or its language data are missing."""

    first: Recogniser
    tesseract: Tesseract | None

    def latin(self, page: Pixels, box: Corners) -> Found:
        """Read a line with PP-OCR; the better of two looks where the first is doubtful."""
        letters = self.first.read(stretched(crop(page, box)))
        if score_of(letters) < _AGAIN:
            wider = stretched(crop(page, box, _WIDER * min(size(box))))
            letters = max(letters, self.first.read(wider), key=score_of)
        return Found(box, letters)

    def korean(self, page: Pixels, found: Found) -> Found:
        """Read a line with Tesseract, and put in the Latin words that PP-OCR sees."""
        if self.tesseract is None:
            return found
        line = crop(page, found.box, _MARGIN * min(size(found.box)))
        letters = self.tesseract.read(line, KOREAN)
        if score_of(letters) < _AGAIN_KOREAN:
            wider = crop(page, found.box, _WIDER_KOREAN * min(size(found.box)))
            letters = max(letters, self.tesseract.read(wider, KOREAN), key=score_of)
        if has_latin(found.letters) or any(map(_is_odd, words_of(letters))):
            letters = fuse(letters, self.tesseract.read(line, BOTH), found.letters)
        return replace(found, letters=letters, reader=TESSERACT)


def _is_odd(word: Letters) -> bool:
    """Whether the Korean data made signs of a word that may be Latin."""
    hangul = any(is_hangul(x.text) for x in word)
    return len(word) >= _FEWEST_ODD and not hangul and score_of(word) < _AGAIN_KOREAN


def stretched(line: Pixels) -> Pixels:
    """Return a line in grey, from its darkest to its lightest: faint print is read better."""
    import cv2

    grey = cv2.cvtColor(line, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.percentile(grey, (2, 98))
    full = np.clip((grey - low) * (255 / max(20.0, float(high - low))), 0, 255)
    return np.repeat(full.astype(np.uint8)[..., None], 3, axis=2)


def smoothed(page: Pixels) -> Pixels:
    """Return the page without its grain, or as it is where it has little.

    The grain is measured as by Immerkaer, "Fast Noise Variance Estimation" (1996).
    """
    import cv2

    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    # The median leaves out what is drawn on the paper; 0.6745 makes it a deviation.
    grain = float(np.median(np.abs(cv2.filter2D(grey, -1, kernel)))) / 6 / 0.6745
    if grain < _NOISY:
        return page
    return np.asarray(cv2.GaussianBlur(page, (0, 0), _SMOOTH), np.uint8)


def may_be_korean(found: Found) -> bool:
    """Whether Hangul may stand on a line, by what PP-OCR made of it."""
    letters = found.letters
    if score_of(letters) < _DOUBTFUL or any(is_foreign(x.text) for x in letters):
        return True
    pitch = float(np.median([x.end - x.start for x in letters]))
    edges = [0.0, *(edge for x in letters for edge in (x.start, x.end)), 1.0]
    gaps = np.diff(edges)[::2]
    return bool(max(gaps) > _GAP * pitch)


def is_korean(found: Found, least: float) -> bool:
    """Whether a line holds Hangul that its reader is sure enough of."""
    hangul = tuple(x for x in found.letters if is_hangul(x.text))
    return len(hangul) >= _FEWEST_HANGUL and score_of(hangul) >= least


def read_lines(
    readers: Readers,
    page: Pixels,
    boxes: Sequence[Corners],
    language: Language,
    *,
    threads: Executor,
    check: Callable[[], None],
) -> Iterator[list[Found]]:
    """Read the lines of a page; yield all of them, over and over, with more of them read.

    Args:
        readers: Who reads.
        page: The page.
        boxes: Its lines.
        language: What to expect.
        threads: Who share the lines out.
        check: Called after each line; what it raises ends the work.
    """
    found = [Found(box) for box in boxes]

    def each(task: Callable[[int], Found], places: Sequence[int]) -> Iterator[tuple[int, Found]]:
        for place, line in zip(places, threads.map(task, places), strict=True):
            check()
            yield place, line

    for place, line in each(lambda i: readers.latin(page, boxes[i]), range(len(boxes))):
        found[place] = line
        yield found
    if language == "en" or readers.tesseract is None:
        return
    clean = smoothed(page)
    doubtful = [i for i in range(len(found)) if language == "ko" or may_be_korean(found[i])]
    doubtful.sort(key=lambda i: score_of(found[i].letters))
    probes, rest = doubtful[:_PROBES], doubtful[_PROBES:]
    seconds = dict(each(lambda i: readers.korean(clean, found[i]), probes))
    if language == "auto" and not any(is_korean(x, _HANGUL_SCORE) for x in seconds.values()):
        return
    others = each(lambda i: readers.korean(clean, found[i]), rest)
    for place, line in chain(seconds.items(), others):
        if is_korean(line, _HANGUL_SCORE_KNOWN):
            found[place] = line
        yield found
