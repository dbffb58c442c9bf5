"""A caller's files on their way through the queue and the engine, page by page."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core.engines import ocr
from portfolio_core.engines.ocr import (
    OcrEngine,
    PageReading,
    Pixels,
    Progress,
    exports,
    text_layer,
)
from portfolio_core.errors import NoFile, TooManyPages, WrongFileType
from portfolio_core.media import documents, images
from portfolio_core.recipe import Stopwatch
from portfolio_core.settings import Limits
from portfolio_core.workload import EngineSpec, Place, Workload

Turn = Callable[[Place[Any]], Iterator[None]]
"""Waits for a caller's turn; yields whenever there is news to show."""

TYPES = (*images.FORMATS, "pdf")
"""What is read, in the words of an error."""

_DPI = 200
# A thinner picture gets a white margin: engines make large pictures smaller, and would be left
# with nothing of a strip.
_SHORTEST_SIDE = 32  # pixels
_THINNEST = 40  # long side over short side
_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN = 1024  # bytes; what stands before it is ignored by every reader
_WHITE = 255
_JPEG_QUALITY = 88

# What was done to a picture before it became a page, as notes of the reading.
_NOTES = {"turned": "turned_by_camera", "first_frame": "first_frame"}
# How much of a page is done when a stage begins, and when it ends; about, on two cores.
_SHARES = {
    "upright": (0.0, 0.3),
    "lines": (0.3, 0.9),
    "reading": (0.3, 0.9),
    "second_reading": (0.9, 1.0),
}


@dataclass(frozen=True)
class Upload:
    """A file that the caller sent: where it lies, and its name there, which is a stranger's."""

    path: Path
    name: str


@dataclass(frozen=True)
class News:
    """How far a call is.

    Attributes:
        page: Number of the page being read, from 1.
        count: Pages in all.
        progress: How far that page is.
    """

    page: int
    count: int
    progress: Progress

    @property
    def share(self) -> float:
        """How much of the whole call is done, about, 0 to 1."""
        start, end = _SHARES.get(self.progress.stage, (0.0, 1.0))
        within = self.progress.done / self.progress.count if self.progress.count else 0.0
        return (self.page - 1 + start + (end - start) * min(within, 1.0)) / self.count


@dataclass(frozen=True)
class ReadPage:
    """One page that was read. Its picture is kept small, as a file.

    Attributes:
        number: From 1.
        reading: All of the reading; its image has the size of the page, but is white.
        jpeg: The page as it was read, as a JPEG file.
    """

    number: int
    reading: PageReading
    jpeg: bytes


class Call:
    """Files that are to be read once.

    Attributes:
        pages: What was read so far, in order.
        revision: Revision of the engine, when it has begun.
        language: What the caller expects on the pages.
    """

    def __init__(self, uploads: Sequence[Upload], language: object, limits: Limits) -> None:
        """Look at the files, before anything is read.

        Raises:
            NoFile: there is none.
            UnknownChoice: the language is none of ours.
            WrongFileType: a file is neither a picture nor a PDF.
            TooManyPages: they have more than ``limits.ocr_pages`` together.
        """
        if not uploads:
            raise NoFile
        self.language = ocr.check_language(language)
        self.pages: list[ReadPage] = []
        self.revision = ""
        self._uploads = uploads
        self._limits = limits
        self._watch = Stopwatch()
        self._seconds = 0.0
        counts = [documents.page_count(u.path, limits) if is_pdf(u.path) else 1 for u in uploads]
        self.count = sum(counts)
        if self.count > limits.ocr_pages:
            raise TooManyPages(self.count, limits.ocr_pages)

    @property
    def seconds(self) -> float:
        """Seconds of work so far, without the waits for a turn."""
        return round(self._seconds, 3)

    def steps(
        self, workload: Workload, spec: EngineSpec[OcrEngine], turn: Turn
    ) -> Iterator[News | ReadPage | None]:
        """Read; yield each page as it is ready, news of its progress, and None while it waits.

        Every page queues anew: a caller with one picture need not wait for a whole document.
        A page of a PDF that is text has nothing to read, and does not queue.

        Raises:
            PortfolioError: a file cannot be read, or the engine cannot work; the pages that were
                read before are in :attr:`pages`.
        """
        with closing(self._pictures()) as pictures:
            for number, page in enumerate(pictures, 1):
                if isinstance(page, PageReading):
                    self.revision = self.revision or text_layer.revision()
                    self.pages.append(_kept(number, page))
                else:
                    yield from self._read(number, *page, workload.enter(spec), turn)
                yield self.pages[-1]

    def _read(
        self,
        number: int,
        picture: Pixels,
        notes: tuple[str, ...],
        entered: AbstractContextManager[Place[OcrEngine]],
        turn: Turn,
    ) -> Iterator[News | None]:
        """Read one page when it is its turn, and add it to :attr:`pages`."""
        with entered as place:
            for _ in turn(place):
                yield None
            engine = place.engine()
            self.revision = engine.revision
            self._watch.restart()
            for step in engine.steps(picture, self.language, place.check):
                if isinstance(step, Progress):
                    yield News(number, self.count, step)
                    continue
                reading = replace(step, notes=(*notes, *step.notes))
                self.pages.append(_kept(number, reading))
            self._seconds += self._watch.seconds

    def file(self, wanted: exports.Format, title: str) -> bytes:
        """Return what was read as one file."""
        return exports.write(wanted, self._readings(pictured=wanted.key == "pdf"), title)

    def readers(self) -> list[str]:
        """Return the keys of the models that read a line or a word, sorted."""
        lines = [line for page in self.pages for line in page.reading.lines]
        others = {word.other_reader for line in lines for word in line.words}
        return sorted({line.reader for line in lines} | others - {""})

    def _readings(self, *, pictured: bool) -> Iterator[PageReading]:
        for page in self.pages:
            if pictured:
                picture = images.read(page.jpeg, self._limits).rgb
                yield replace(page.reading, image=picture)
            else:
                yield page.reading

    def _pictures(self) -> Generator[tuple[Pixels, tuple[str, ...]] | PageReading]:
        """Yield each page's picture and notes on what was done to it; of a text, its reading."""
        for upload in self._uploads:
            if is_pdf(upload.path):
                layers = documents.text_layers(upload.path, self._limits)
                drawn = documents.render(upload.path, self._limits, dpi=_DPI)
                for words, pixels in zip(layers, drawn, strict=True):
                    yield text_layer.reading(pixels, words) or (_wide_enough(pixels), ())
            else:
                picture = read_picture(upload.path, self._limits)
                notes = tuple(_NOTES[note] for note in picture.notes if note in _NOTES)
                yield _wide_enough(picture.rgb), notes


def read_picture(path: Path, limits: Limits) -> images.Picture:
    """Read a picture; what is none is told all types that are read.

    Raises:
        WrongFileType: it is neither a picture nor a PDF.
        InvalidInput: see :func:`images.read`.
    """
    try:
        return images.read(path, limits)
    except WrongFileType:
        raise WrongFileType(TYPES) from None


def is_pdf(path: Path) -> bool:
    """Return whether the file is a PDF by its content."""
    with path.open("rb") as file:
        return _PDF_MARK in file.read(_PDF_MARK_WITHIN)


def _kept(number: int, reading: PageReading) -> ReadPage:
    """Return a page without its pixels: many callers may hold many pages."""
    white: Pixels = np.broadcast_to(np.uint8(_WHITE), reading.image.shape)
    jpeg = images.jpeg_bytes(reading.image, _JPEG_QUALITY)
    return ReadPage(number, replace(reading, image=white), jpeg)


def _wide_enough(pixels: Pixels) -> Pixels:
    """Return a picture with a white margin where it is too thin for an engine."""
    least = max(_SHORTEST_SIDE, max(pixels.shape) // _THINNEST)
    missing = [(0, max(0, least - side)) for side in pixels.shape[:2]]
    return np.pad(pixels, (*missing, (0, 0)), constant_values=_WHITE)
