"""Korean lines, and which way is up: Tesseract through tesserocr, with Debian's language data.

Tesseract's objects carry state, so each is lent to one caller at a time.
Source: https://tesseract-ocr.github.io/tessdoc/ (Apache-2.0).
"""

import contextlib
import importlib.util
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.letters import Letter, Letters

FOLDERS = tuple(
    Path(folder)
    for folder in (
        "/usr/share/tesseract-ocr/5/tessdata",
        "/usr/share/tesseract-ocr/4.00/tessdata",
        "/usr/share/tessdata",
        "/usr/local/share/tessdata",
        "/opt/homebrew/share/tessdata",
    )
)
"""Where systems keep the language data."""
KOREAN, BOTH, _ORIENTATION = "kor", "kor+eng", "osd"
_NEEDED = ("kor", "eng", "osd")
_SINGLE_LINE = 7  # tesseract's page segmentation modes
_ORIENTATION_ONLY = 0
_PADDING = 10
"""Paper around a line, in pixels: without it the first and last letter suffer."""
_SURE = 4.0
"""From this confidence on, the orientation was right on every page that was measured."""


@dataclass(frozen=True)
class Tesseract:
    """Readers that are lent out.

    Attributes:
        data: Folder of the language data.
        version: Of the library.
    """

    data: Path
    version: str
    _free: dict[str, "queue.SimpleQueue[Any]"] = field(
        default_factory=lambda: {name: queue.SimpleQueue() for name in (KOREAN, BOTH, _ORIENTATION)}
    )

    @classmethod
    def find(cls, folders: tuple[Path, ...] = FOLDERS) -> Self | None:
        """Return it where the package and all of its language data are here."""
        if importlib.util.find_spec("tesserocr") is None:
            return None
        for folder in folders:
            if all((folder / f"{name}.traineddata").is_file() for name in _NEEDED):
                import tesserocr

                return cls(folder, tesserocr.tesseract_version().split()[1])
        return None

    def read(self, line: Pixels, language: str) -> Letters:
        """Read one level line, shape (height, width, 3), RGB, with the data of ``language``."""
        import cv2
        from PIL import Image

        sides = (_PADDING,) * 4
        paper = tuple(float(value) for value in np.median(line, axis=(0, 1)))
        padded = cv2.copyMakeBorder(line, *sides, cv2.BORDER_CONSTANT, value=paper)
        with self._lent(language) as reader:
            reader.SetImage(Image.fromarray(padded))
            text = reader.GetUTF8Text()
            return tuple(_letters(reader, text, line.shape[1]))

    def upright(self, page: Pixels) -> int | None:
        """Return the turn clockwise that puts a page upright; none when it is not sure."""
        from PIL import Image

        with self._lent(_ORIENTATION) as reader:
            reader.SetImage(Image.fromarray(page))
            found = reader.DetectOrientationScript()
        if not found or found["orient_conf"] < _SURE:
            return None
        return -int(found["orient_deg"]) % 360

    @contextlib.contextmanager
    def _lent(self, language: str) -> Iterator[Any]:
        import tesserocr

        free = self._free[language]
        try:
            reader = free.get_nowait()
        except queue.Empty:
            mode = _ORIENTATION_ONLY if language == _ORIENTATION else _SINGLE_LINE
            reader = tesserocr.PyTessBaseAPI(path=str(self.data), lang=language, psm=mode)
        try:
            yield reader
        finally:
            reader.Clear()
            free.put(reader)


def _letters(reader: Any, text: str, width: int) -> Iterator[Letter]:  # noqa: ANN401
    """Yield the letters of the line that ``reader`` has read.

    Its iterator knows where each stands, but cuts Korean words into groups of syllables; its
    text knows the spaces.
    """
    import tesserocr

    places = reader.GetIterator()
    if places is None:
        return
    rest = text
    level = tesserocr.RIL.SYMBOL
    for place in tesserocr.iterate_level(places, level):
        box = None if place.Empty(level) else place.BoundingBox(level)
        symbol = place.GetUTF8Text(level).strip() if box else ""
        if box is None or not symbol:
            continue
        after = rest.lstrip()
        spaced = len(after) < len(rest) and len(rest) < len(text)
        rest = after.removeprefix(symbol)
        start, end = (min(1.0, max(0.0, (x - _PADDING) / width)) for x in (box[0], box[2]))
        # Of a single letter it is nearly always sure; of the word it is more modest.
        score = place.Confidence(tesserocr.RIL.WORD) / 100
        yield Letter(symbol, score, start, end, spaced)
