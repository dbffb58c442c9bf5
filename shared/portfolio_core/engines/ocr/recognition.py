"""What a line says: the recogniser of PP-OCR from the RapidOCR wheel.

It knows 46 languages in Latin script, Chinese and Japanese, and not one Hangul syllable.
Source: PP-OCRv6 (Apache-2.0), trained with CTC: a letter or a blank for each column.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.letters import Letter, Letters

_HEIGHT = 48
_NARROWEST = 320
"""A narrower line is filled up to it, as in training."""
_STEP = 64
"""Widths are rounded up to it, so that the network's memory is reused."""
_WIDEST = 48 * 100
"""A longer line is squeezed: no line of text is a hundred times longer than high."""
_BLANK = 0


@dataclass(frozen=True)
class Recogniser:
    """Reads lines.

    Attributes:
        session: An onnxruntime session; it may be used from several threads at once.
        alphabet: What its outputs stand for; the first is the blank, the last the space.
    """

    session: Any
    alphabet: tuple[str, ...]

    @classmethod
    def load(cls, session: Any) -> Self:  # noqa: ANN401 - onnxruntime is imported late
        """Use ``session``, opened on the wheel's recogniser."""
        listed = session.get_modelmeta().custom_metadata_map["character"].splitlines()
        return cls(session, ("", *listed, " "))

    def read(self, line: Pixels) -> Letters:
        """Read one level line, shape (height, width, 3), RGB."""
        batch, share = _prepare(line)
        odds = self.session.run(None, {self.session.get_inputs()[0].name: batch})[0][0]
        return self._decode(odds, len(odds) * share)

    def _decode(self, odds: npt.NDArray[np.float32], columns: float) -> Letters:
        """Take the best of each column; repeats are one letter, blanks are none."""
        best = odds.argmax(axis=1)
        fresh = np.concatenate(([True], best[1:] != best[:-1])) & (best != _BLANK)
        letters: list[Letter] = []
        spaced = False
        for column in np.flatnonzero(fresh):
            text = self.alphabet[best[column]]
            if text.isspace():
                spaced = True
                continue
            start, end = (min(1.0, float(edge) / columns) for edge in (column, column + 1))
            score = float(odds[column, best[column]])
            letters.append(Letter(text, score, start, end, spaced and bool(letters)))
            spaced = False
        return _widen(letters)


def _widen(letters: list[Letter]) -> Letters:
    """Let neighbours of a word meet halfway: a column says where a letter is, not how wide."""
    if not letters:
        return ()
    gaps = [b.place - a.place for a, b in pairwise(letters)]
    half = (float(np.median(gaps)) if gaps else letters[0].place) / 2
    wide = []
    for index, letter in enumerate(letters):
        before = half if index == 0 else min(half, gaps[index - 1] / 2)
        after = half if index == len(gaps) else min(half, gaps[index] / 2)
        start, end = max(0.0, letter.place - before), min(1.0, letter.place + after)
        wide.append(Letter(letter.text, letter.score, start, end, letter.spaced))
    return tuple(wide)


def _prepare(line: Pixels) -> tuple[npt.NDArray[np.float32], float]:
    """Return the network's input, and the share of its width that the line takes."""
    import cv2

    height, width = line.shape[:2]
    wide = min(_WIDEST, max(1, round(width * _HEIGHT / height)))
    way = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_LINEAR
    small = cv2.resize(line, (wide, _HEIGHT), interpolation=way)[..., ::-1]  # it wants BGR
    full = max(_NARROWEST, -(-wide // _STEP) * _STEP)
    batch = np.zeros((1, 3, _HEIGHT, full), np.float32)
    batch[0, :, :, :wide] = (small.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    return batch, wide / full
