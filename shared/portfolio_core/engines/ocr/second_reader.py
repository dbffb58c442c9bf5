"""The embedded engine with second readers behind it: TrOCR for English, PP-OCR for Korean.

Lines of which the first reader is sure are left as they are. A doubtful one goes to the
reader of its script: Hangul to the Korean one, Latin letters to TrOCR, anything else to
nobody; see :mod:`routing`. Where the two readings differ, the word is marked and both are
offered; see :mod:`agreement`.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from portfolio_core.catalog import by_key
from portfolio_core.engines.ocr import (
    Language,
    Line,
    OcrEngine,
    PageReading,
    Pixels,
    Progress,
    last,
)
from portfolio_core.engines.ocr.agreement import Reading, compared
from portfolio_core.engines.ocr.geometry import crop, size
from portfolio_core.engines.ocr.korean_lines import LETTERS, WEIGHTS, KoreanLines
from portfolio_core.engines.ocr.markdown import escaped, inline
from portfolio_core.engines.ocr.routing import LineReader, by_surer, for_english, for_korean
from portfolio_core.engines.ocr.trocr import TrOcr
from portfolio_core.errors import HubUnreachable, ModelUnavailable
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

KEY = "trocr-base"
"""Its key in the catalog."""
PRINTED, HANDWRITTEN, KOREAN = "trocr-base-printed", "trocr-base-handwritten", "ppocr-v5-korean"
HANDWRITTEN_PART, KOREAN_PART = "handwritten", "korean"
"""Folders of the further weights inside the model's own."""
_SURE = 0.95
"""A line that is right with this probability is not read again."""
MOST_LINES = {"cpu": 24, "cuda": 400}
"""Lines of a page that are read again, the least sure ones; each takes a CPU about a second."""
PARTLY = "partly_read_twice"
"""Note: more lines were doubtful than were read again."""


_MARGIN = 0.1
"""Paper around a line, as a share of its height."""


class SecondReaderEngine:
    """Reads a page, and what is doubtful on it once more by other readers."""

    LANGUAGES: ClassVar[tuple[str, ...]] = ("en", "ko")

    def __init__(
        self,
        first: OcrEngine,
        printed: LineReader,
        handwritten: LineReader,
        korean: LineReader | None = None,
        *,
        most_lines: int = MOST_LINES["cpu"],
    ) -> None:
        """Use ``first`` for the page and its lines; :meth:`load` makes all of them."""
        self._first = first
        self._printed = printed
        self._handwritten = handwritten
        self._korean = korean
        self._most_lines = most_lines
        files = by_key(KEY).hub
        self.revision = files.revision if files else ""

    @classmethod
    def load(
        cls, folder: Path | None, hardware: Hardware, fetch: Callable[[str], Path] | None = None
    ) -> Self:
        """Build all readers from ``folder``; see :class:`OcrEngine`.

        The Korean reader is left out when its files are not here and cannot be had.

        Raises:
            HubUnreachable: there is no folder.
        """
        if folder is None:
            raise HubUnreachable(by_key(KEY).name)
        from portfolio_core.engines.ocr.combined import PpOcrTesseract

        return cls(
            PpOcrTesseract.load(None, hardware),
            TrOcr.load(PRINTED, folder, hardware, preparation=folder),
            TrOcr.load(HANDWRITTEN, folder / HANDWRITTEN_PART, hardware, preparation=folder),
            korean_reader(folder, hardware, fetch),
            most_lines=MOST_LINES[hardware.device],
        )

    def steps(
        self, image: Pixels, language: Language = "auto", check: Callable[[], None] = lambda: None
    ) -> Iterator[Progress | PageReading]:
        """Read a page; see :class:`OcrEngine`."""
        for step in self._first.steps(image, language, check):
            if isinstance(step, PageReading):
                yield from self._again(step, check)
            else:
                yield step

    def read(self, image: Pixels, language: Language = "auto") -> PageReading:
        """Read a page and return the reading."""
        return last(self.steps(image, language))

    def _again(
        self, page: PageReading, check: Callable[[], None]
    ) -> Iterator[Progress | PageReading]:
        blind = "language_data_missing" in page.notes
        doubtful = sorted(
            (
                line
                for line in page.lines
                if line.confidence < _SURE and self._has_reader(line.text, blind=blind)
            ),
            key=lambda line: line.confidence,
        )
        chosen = doubtful[: self._most_lines]
        latin = [line for line in chosen if for_english(line.text)]
        korean = [line for line in chosen if not for_english(line.text)]
        marked: dict[int, Line] = {}
        for line, reading in self._readings(page.image, latin, korean, check):
            yield Progress("second_reading", len(marked), len(chosen))
            marked[id(line)] = compared(line, reading)
        lines = tuple(marked.get(id(line), line) for line in page.lines)
        markdown = _rewritten(page.markdown, page.lines, lines)
        notes = page.notes + ((PARTLY,) if len(chosen) < len(doubtful) else ())
        yield replace(page, lines=lines, markdown=markdown, notes=notes)

    def _has_reader(self, text: str, *, blind: bool) -> bool:
        return for_english(text) or (self._korean is not None and for_korean(text, blind=blind))

    def _readings(
        self, page: Pixels, latin: list[Line], korean: list[Line], check: Callable[[], None]
    ) -> Iterator[tuple[Line, Reading]]:
        pictures = [_cut(page, line) for line in latin]
        for number, reading in by_surer(pictures, self._printed, self._handwritten, check):
            yield latin[number], reading
        if self._korean is not None:
            pictures = [_cut(page, line) for line in korean]
            for number, reading in self._korean.read(pictures, check):
                yield korean[number], reading


def _cut(page: Pixels, line: Line) -> Pixels:
    corners = np.asarray(line.polygon, np.float32)
    return crop(page, corners, _MARGIN * size(corners)[1])


def korean_reader(
    folder: Path, hardware: Hardware, fetch: Callable[[str], Path] | None
) -> KoreanLines | None:
    """Return the Korean reader, or None when its weights cannot be had now."""
    names = [f"{KOREAN_PART}/{name}" for name in (WEIGHTS, LETTERS)]
    try:
        if fetch is not None:
            for name in names:
                fetch(name)
    except ModelUnavailable as error:
        log.warning("Korean lines are read once only: %s", error.code)
        return None
    if not all((folder / name).is_file() for name in names):
        return None
    return KoreanLines.load(KOREAN, folder / KOREAN_PART, hardware)


def _rewritten(markdown: str, before: tuple[Line, ...], after: tuple[Line, ...]) -> str:
    """Put lines that the second reader put right into the Markdown, too."""
    for old, new in zip(before, after, strict=True):
        if old.text and old.text != new.text:
            # As it stands at the beginning of a row, or else within one
            written = next(
                (form for form in (escaped, inline) if form(old.text) in markdown), inline
            )
            markdown = markdown.replace(written(old.text), written(new.text), 1)
    return markdown
