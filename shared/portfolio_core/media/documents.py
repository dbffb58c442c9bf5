"""Hostile document files in, clean pages of text out.

Knows PDF, DOCX, XLSX, HTML, Markdown, CSV and plain text, by content; the name only tells the
kinds of text apart. All of it happens in a process of its own: nothing in a document is run,
fetched or written to disk, and what is too large or too slow ends there.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core.errors import (
    DocumentLimit,
    DocumentUnreadable,
    FileTooLarge,
    NoTextFound,
    NumberOutOfRange,
)
from portfolio_core.media import child
from portfolio_core.media.images import Pixels
from portfolio_core.settings import MEBIBYTE, Limits
from portfolio_core.text.clean import clean

LOWEST_DPI = 36
HIGHEST_DPI = 600

_NAME_CHARACTERS = 100


@dataclass(frozen=True)
class DocumentPage:
    """One page; one sheet of a workbook; all of a document that has no pages.

    Attributes:
        number: From 1.
        text: Clean, may be empty. Headings are lines that begin with ``#`` and tables are
            Markdown tables, where the format has such.
        pictured: Whether the page of a PDF holds pictures.
    """

    number: int
    text: str
    pictured: bool = False


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        name: What to call it; no path.
        kind: ``"pdf"``, ``"docx"``, ``"xlsx"``, ``"html"``, ``"md"``, ``"csv"`` or ``"txt"``.
        pages: In order, at least one.
        notes: Codes of what was put right: ``"replaced_characters"`` (bytes that are no text).
    """

    name: str
    kind: str
    pages: tuple[DocumentPage, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlacedWord:
    """A word and where it stands, in shares of the page as it is shown, 0 to 1 from the upper left.

    Attributes:
        text: The word.
        left: Share of the width.
        top: Share of the height.
        right: Share of the width.
        bottom: Share of the height.
        broken: Whether a hyphen breaks it at the end of a line; the rest is the next word.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    broken: bool = False


def read(source: Path, limits: Limits, name: str = "") -> Document:
    """Read a document's text.

    A PDF of scanned pages comes back with empty texts and pages that are ``pictured``; see
    :func:`require_text`.

    Args:
        source: The file.
        limits: What it may be, and what reading it may take.
        name: What its owner calls it; the file's own name where this is empty.

    Raises:
        FileTooLarge: it has more than ``limits.upload_bytes``.
        WrongFileType: it is none of these kinds.
        DocumentTooLarge: it has too many pages or characters, or swells when unpacked.
        DocumentUnreadable: it is cut off, damaged, or holds what no honest one does.
        DocumentEncrypted: it asks for a password.
        DocumentLimit: reading it takes too much time or memory.
        MissingDependency: what reads its kind is not installed.
    """
    shown = _display_name(name or source.name)
    found = _call("_reading:read", source, limits, Path(shown).suffix.lower())
    pages = (DocumentPage(number, *page) for number, page in enumerate(found["pages"], 1))
    return Document(shown, found["kind"], tuple(pages), tuple(found["notes"]))


def require_text(document: Document) -> Document:
    """Return the document if there is text on any of its pages.

    Raises:
        NoTextFound: there is none.
    """
    if not any(page.text for page in document.pages):
        raise NoTextFound
    return document


def page_count(source: Path, limits: Limits) -> int:
    """Return how many pages a PDF has.

    Raises:
        WrongFileType: it is no PDF; and as :func:`read`.
    """
    return int(_call("_pdf:count", source, limits))


def render(
    source: Path, limits: Limits, *, dpi: int = 200, first: int = 1, last: int | None = None
) -> Generator[Pixels]:
    """Draw pages of a PDF, one at a time, as they are asked for.

    Args:
        source: The file.
        limits: A page over ``image_pixels`` or ``image_side`` is drawn smaller, so that it fits.
        dpi: Pixels per inch, :data:`LOWEST_DPI` to :data:`HIGHEST_DPI`.
        first: First page, from 1.
        last: Last page; none draws to the end.

    Yields:
        Shape (height, width, 3), uint8, RGB, upright.

    Raises:
        NumberOutOfRange: there is no such page or resolution.
        WrongFileType: it is no PDF; and as :func:`read`.
    """
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise NumberOutOfRange("dpi", dpi, LOWEST_DPI, HIGHEST_DPI)
    most = (limits.image_pixels, limits.image_side)
    with _stream("_pdf:draw", source, limits, (first, last), dpi, most) as results:
        for (height, width), raw in results:
            yield np.frombuffer(raw, np.uint8).reshape(height, width, 3).copy()


def words(source: Path, limits: Limits, page: int) -> list[PlacedWord]:
    """Return the words of one page of a PDF, in the order of its text.

    Raises:
        NumberOutOfRange: there is no such page.
        WrongFileType: it is no PDF; and as :func:`read`.
    """
    return [PlacedWord(*word) for word in _call("_pdf:words", source, limits, page)]


def text_layers(source: Path, limits: Limits) -> list[list[PlacedWord]]:
    """Return the words of each page of a PDF that shows text alone, in the order of its text.

    Of a page with pictures, notes or form fields there are none: only a drawing of it shows all
    that stands there. Lines and areas do not count.

    Raises:
        WrongFileType: it is no PDF; and as :func:`read`.
    """
    with _stream("_pdf:text_layers", source, limits) as results:
        return [[PlacedWord(*word) for word in words] for words, _ in results]


def _display_name(name: str) -> str:
    last = clean(name[-4 * _NAME_CHARACTERS :]).replace("\\", "/").rpartition("/")[2]
    shown = " ".join(last.split())
    if len(shown) > _NAME_CHARACTERS:  # the end has the kind
        stem, _, suffix = shown.rpartition(".")
        shown = f"{stem[: _NAME_CHARACTERS - 10]}….{suffix[-8:]}"
    return shown or "document"


def _call(work: str, source: Path, limits: Limits, *arguments: object) -> Any:  # noqa: ANN401
    with _stream(work, source, limits, *arguments) as results:
        value, _ = next(results)
    return value


@contextmanager
def _stream(
    work: str, source: Path, limits: Limits, *arguments: object
) -> Iterator[Iterator[child.Item]]:
    if source.stat().st_size > limits.upload_bytes:
        raise FileTooLarge(limits.upload_bytes)
    bounds = (limits.document_pages, limits.document_characters)
    given = (str(source.absolute()), bounds, *arguments)
    caps = child.Caps(limits.document_seconds, limits.document_memory_bytes)
    try:
        with closing(child.stream(f"{__package__}.{work}", given, caps)) as results:
            yield results
    except child.ChildBroke:
        raise DocumentUnreadable from None
    except child.ChildKilled:
        raise DocumentLimit(caps.seconds, caps.memory_bytes // MEBIBYTE) from None
