"""JSON: everything that is known of a reading, but the picture.

The schema of a document, also of what the API returns for a page::

    {"version": 1, "title": str, "pages": [page, …]}

    page: {
      "number": int,                from 1
      "width": int, "height": int,  pixels of the page as it was read, upright and level
      "text": str, "markdown": str,
      "correction": {"turned_degrees": 0|90|180|270, "skew_degrees": float, "perspective": bool},
      "notes": [str, …],            codes: "no_text_found", "language_data_missing", …
      "lines": [line, …]            in the order of reading
    }
    line: {
      "text": str, "confidence": 0…1, "polygon": [[x, y] × 4], "reader": str, "block": int,
      "words": [word, …]
    }
    word: {
      "text": str, "confidence": 0…1, "polygon": [[x, y] × 4], "doubtful": bool,
      "other": str, "other_reader": str    the second reading, both empty where there is none
    }

Polygons are clockwise from the upper left corner, in pixels of that page.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from portfolio_core.engines.ocr import Line, PageReading, Polygon, Word
from portfolio_core.engines.ocr.exports import plain

VERSION = 1


def document(readings: Iterable[PageReading], title: str) -> dict[str, Any]:
    """Return the document as plain values."""
    pages = [page(reading, number) for number, reading in enumerate(readings, 1)]
    return {"version": VERSION, "title": title, "pages": pages}


def page(reading: PageReading, number: int = 1) -> dict[str, Any]:
    """Return one page as plain values."""
    height, width = reading.image.shape[:2]
    return {
        "number": number,
        "width": width,
        "height": height,
        "text": reading.text,
        "markdown": plain.page_markdown(reading),
        "correction": asdict(reading.correction),
        "notes": list(reading.notes),
        "lines": [_line(line) for line in reading.lines],
    }


def json_file(readings: Iterable[PageReading], title: str) -> bytes:
    """Return :func:`document` as a file."""
    return (json.dumps(document(readings, title), ensure_ascii=False, indent=1) + "\n").encode()


def _line(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "confidence": _share(line.confidence),
        "polygon": _points(line.polygon),
        "reader": line.reader,
        "block": line.block,
        "words": [_word(word) for word in line.words],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "confidence": _share(word.confidence),
        "polygon": _points(word.polygon),
        "doubtful": word.doubtful,
        "other": word.other,
        "other_reader": word.other_reader,
    }


def _share(value: float) -> float:
    return round(float(value), 3)


def _points(polygon: Polygon) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in polygon]
