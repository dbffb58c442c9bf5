"""Reading of pages: what an engine of this task is, what it is given and what it returns.

A page is read whole: it is put right first (turned, straightened), then found in lines, then
read line by line, so that a caller can show how far it is, and stop.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from portfolio_core.engine import Engine
from portfolio_core.errors import UnknownChoice

TASK = "ocr"

Language = Literal["auto", "en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Pixels = npt.NDArray[np.uint8]
"""A picture, shape (height, width, 3), RGB, uint8."""

Point = tuple[float, float]
"""x and y in pixels of the page as it was read, from its upper left corner."""

Polygon = tuple[Point, Point, Point, Point]
"""Corners in the order of reading: upper left, upper right, lower right, lower left."""


DOUBTFUL_BELOW = 0.7
"""A word of a lower confidence is marked wherever it is shown."""

_LEFT_OUT = "…"


@dataclass(frozen=True)
class Word:
    """One word of a line.

    Attributes:
        text: As read.
        confidence: Share of such words that are right, 0 to 1, calibrated.
        polygon: Where it stands.
        other: What a second reader read there, where the two disagree.
        other_reader: Key of that reader's model.
    """

    text: str
    confidence: float
    polygon: Polygon
    other: str = ""
    other_reader: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether someone should look at the picture: it is unsure, or a second reader differs."""
        return bool(self.other) or self.confidence < DOUBTFUL_BELOW


@dataclass(frozen=True)
class Line:
    """One line of a page.

    Attributes:
        text: As read; its words joined by single spaces.
        confidence: Share of such lines that are right to the letter, 0 to 1, calibrated.
        polygon: Where it stands.
        reader: Key of the model that read it.
        words: Its words, in the order of reading.
        block: Number of the block (column or paragraph) that it belongs to, from 0.
    """

    text: str
    confidence: float
    polygon: Polygon
    reader: str
    words: tuple[Word, ...] = ()
    block: int = 0


@dataclass(frozen=True)
class Correction:
    """What was put right before reading.

    Attributes:
        turned_degrees: Turn clockwise that made the page upright: 0, 90, 180 or 270.
        skew_degrees: Turn clockwise that made its lines level, -15 to 15.
        perspective: Whether a photographed page was flattened.
    """

    turned_degrees: int = 0
    skew_degrees: float = 0.0
    perspective: bool = False


@dataclass(frozen=True)
class PageReading:
    """What was read on one page.

    Attributes:
        image: The page as it was read, upright and level; all polygons lie on it.
        lines: In the order of reading; none on a blank page.
        correction: What was put right.
        markdown: The page as Markdown.
        notes: Codes of what a reader should know: "no_text_found", "language_data_missing",
            "repeated_itself" and "stopped_at_limit" (a document model was stopped),
            "text_layer" (the page of a PDF is text already, and was taken as it is),
            "partly_read_twice" (more lines were doubtful than a second reader had time for), ...
    """

    image: Pixels
    lines: tuple[Line, ...]
    correction: Correction = field(default_factory=Correction)
    markdown: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The page as plain text: a line for each line, an empty one between blocks."""
        rows: list[str] = []
        for before, line in zip((None, *self.lines), self.lines, strict=False):
            if before is not None and before.block != line.block:
                rows.append("")
            rows.append(line.text)
        return "\n".join(rows)

    @property
    def sure_text(self) -> str:
        """The text for where no doubt can be marked: "…" for doubtful words, a line for each line.

        A line that is doubtful throughout is left out. So is a single letter if it is all there
        is: in a photograph that is a plate, a wheel or a lamp.
        """
        rows = [_sure(line) for line in self.lines]
        text = "\n".join(row for row in rows if row != _LEFT_OUT)
        return text if sum(map(str.isalnum, text)) > 1 else ""


@dataclass(frozen=True)
class Progress:
    """How far a page is.

    Attributes:
        stage: "upright", "lines", "reading" or "second_reading".
        done: Lines done in this stage (a document model counts its tokens).
        count: Lines in all; 0 where nobody knows.
        text: What a document model has written so far.
    """

    stage: str
    done: int = 0
    count: int = 0
    text: str = ""


class OcrEngine(Engine, Protocol):
    """An engine that reads pages."""

    LANGUAGES: ClassVar[tuple[str, ...]]
    """Languages that it reads, ISO 639-1."""

    def steps(
        self, image: Pixels, language: Language = "auto", check: Callable[[], None] = lambda: None
    ) -> Iterator[Progress | PageReading]:
        """Read a page; yield how far it is, and the reading as the last item.

        Args:
            image: The page, at least 16 pixels a side.
            language: What to expect on it.
            check: Called between steps; raises to stop the work.
        """
        ...

    def read(self, image: Pixels, language: Language = "auto") -> PageReading:
        """Read a page and return the reading."""
        ...


def _sure(line: Line) -> str:
    words = line.words or (Word(line.text, line.confidence, line.polygon),)
    runs = groupby(words, lambda word: word.doubtful)
    return " ".join(
        _LEFT_OUT if doubtful else " ".join(word.text for word in run) for doubtful, run in runs
    )


def last(steps: Iterator[Any]) -> PageReading:
    """Return the reading that ``steps`` ends with."""
    reading = None
    for step in steps:
        reading = step
    if not isinstance(reading, PageReading):
        raise TypeError("an engine's steps end with a reading")
    return reading


def check_language(language: object) -> Language:
    """Return a caller's language if it is one.

    Raises:
        UnknownChoice: it is not.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise UnknownChoice("language", language, LANGUAGES)
