"""PDF: text, pictures of pages and places of words; runs in the process of :mod:`child`."""

import contextlib
import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from portfolio_core.errors import (
    DocumentEncrypted,
    MissingDependency,
    NumberOutOfRange,
    WrongFileType,
)
from portfolio_core.media import _kinds
from portfolio_core.media._parts import Bounds, Part
from portfolio_core.media.child import Item
from portfolio_core.text.clean import clean

_POINTS_PER_INCH = 72
_GRID = 100_000  # steps on which PDFium tells where something is on the page as it is shown
# How PDFium tells of a hyphen that only broke a line
_BROKEN_WORD = re.compile("[\x02\ufffe](?:\r?\n)?")
_HYPHEN = {0x02, 0xFFFE}
_NO_CHARACTER = {0, *_HYPHEN, 0xFFFF}


def read(source: Path, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of each page, and whether the page holds pictures."""
    room = bounds.characters
    with _opened(source, bounds) as document:
        for page in document:
            text = page.get_textpage()
            room -= text.count_chars()
            if room < 0:
                raise bounds.too_large()
            yield Part(_BROKEN_WORD.sub("", text.get_text_bounded()), _is_pictured(page))
            page.close()


def count(path: str, bounds: Sequence[int]) -> Iterator[Item]:
    """Yield the number of pages."""
    with _only_pdf(path, Bounds(*bounds)) as document:
        yield len(document), b""


def draw(
    path: str,
    bounds: Sequence[int],
    pages: tuple[int, int | None],
    dpi: int,
    most: tuple[int, int],
) -> Iterator[Item]:
    """Yield pages as (height, width) and their pixels, RGB.

    Args:
        path: The file.
        bounds: How large the document may be.
        pages: The first, and the last or none for the end.
        dpi: Pixels per inch.
        most: Pixels of a picture, and of its side.
    """
    with _only_pdf(path, Bounds(*bounds)) as document:
        first, last = pages[0], len(document) if pages[1] is None else pages[1]
        for number in (first, last):
            _check_page(document, number)
        for index in range(first - 1, last):
            page = document[index]
            scale = _scale(page.get_size(), dpi, *most)
            bitmap = page.render(scale=scale, rev_byteorder=True)
            yield (bitmap.height, bitmap.width), _packed(bitmap)
            bitmap.close()
            page.close()


def words(path: str, bounds: Sequence[int], number: int) -> Iterator[Item]:
    """Yield the words of one page: left, top, right, bottom, and whether a hyphen breaks each."""
    with _only_pdf(path, Bounds(*bounds)) as document:
        _check_page(document, number)
        yield list(_words(document[number - 1], Bounds(*bounds))), b""


def text_layers(path: str, bounds: Sequence[int]) -> Iterator[Item]:
    """Yield the words of each page, as :func:`words`; none of a page that shows more than text."""
    with _only_pdf(path, Bounds(*bounds)) as document:
        for page in document:
            mixed = _is_pictured(page) or _is_annotated(page)
            yield [] if mixed else list(_words(page, Bounds(*bounds))), b""
            page.close()


@contextlib.contextmanager
def _only_pdf(path: str, bounds: Bounds) -> Iterator[Any]:
    if _kinds.kind_of(Path(path), ".pdf", bounds) != "pdf":
        raise WrongFileType(("pdf",))
    with _opened(Path(path), bounds) as document:
        yield document


@contextlib.contextmanager
def _opened(source: Path, bounds: Bounds) -> Iterator[Any]:
    try:
        import pypdfium2
    except ImportError:
        raise MissingDependency("pypdfium2", "pip install pypdfium2") from None
    raw = pypdfium2.raw
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise DocumentEncrypted from None
        raise
    if len(document) > bounds.pages:
        raise bounds.too_large()
    yield document


def _check_page(document: Any, number: int) -> None:  # noqa: ANN401 - an untyped library's
    if not 1 <= number <= len(document):
        raise NumberOutOfRange("page", number, 1, len(document))


def _is_pictured(page: Any) -> bool:  # noqa: ANN401
    import pypdfium2

    pictures = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    return next(pictures, None) is not None


def _is_annotated(page: Any) -> bool:  # noqa: ANN401
    """Whether something is written or stamped over a page, or filled in; links are nothing."""
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if subtype != raw.FPDF_ANNOT_LINK:
            return True
    return False


def _scale(size: tuple[float, float], dpi: int, most_pixels: int, longest_side: int) -> float:
    """Return pixels per point: those of ``dpi``, or fewer for a page that would be too large."""
    width, height = size
    if not (width > 0 and height > 0):
        raise ValueError("a page without an area")
    # PDFium rounds each side up to a whole pixel
    fits = (math.sqrt(most_pixels / (width * height)), longest_side / max(width, height))
    scale = min(dpi / _POINTS_PER_INCH, *fits)
    while (
        math.ceil(width * scale) * math.ceil(height * scale) > most_pixels
        or math.ceil(max(width, height) * scale) > longest_side
    ):
        scale *= 0.999
    return scale


def _packed(bitmap: Any) -> bytes:  # noqa: ANN401
    """Return the pixels without what pads their rows."""
    row = bitmap.width * bitmap.n_channels
    whole = bytes(bitmap.buffer)
    if row == bitmap.stride:
        return whole
    starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
    return b"".join(whole[start : start + row] for start in starts)


def _words(page: Any, bounds: Bounds) -> Iterator[tuple[str, float, float, float, float, bool]]:  # noqa: ANN401
    import pypdfium2

    text = page.get_textpage()
    count = text.count_chars()
    if count > bounds.characters:
        raise bounds.too_large()
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    for index in range(count + 1):
        # One more than there are, to end the last word
        code = pypdfium2.raw.FPDFText_GetUnicode(text, index) if index < count else 0
        if code in _NO_CHARACTER or chr(code).isspace():
            word = clean("".join(letters))
            if word and boxes:
                yield word, *_share(page, boxes), code in _HYPHEN
            letters, boxes = [], []
        else:
            letters.append(chr(code))
            boxes.append(text.get_charbox(index))


def _share(
    page: Any,  # noqa: ANN401
    boxes: list[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Return the box around ``boxes`` on the page as it is shown, cut out and turned."""
    import pypdfium2

    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    corners = []
    for x, y in ((min(lefts), max(tops)), (max(rights), min(bottoms))):
        across, down = ctypes.c_int(), ctypes.c_int()
        to_device = pypdfium2.raw.FPDF_PageToDevice
        to_device(page, 0, 0, _GRID, _GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        corners.append((across.value / _GRID, down.value / _GRID))
    xs, ys = ([min(max(v, 0.0), 1.0) for v in values] for values in zip(*corners, strict=True))
    return min(xs), min(ys), max(xs), max(ys)
