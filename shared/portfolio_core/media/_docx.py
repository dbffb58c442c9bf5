"""DOCX as Markdown; runs in the process of :mod:`child`, on a checked archive."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portfolio_core.errors import MissingDependency
from portfolio_core.media._parts import Bounds, Part, table

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_DEEPEST = 6  # as Markdown has them


def read(source: Path, bounds: Bounds) -> Iterator[Part]:
    """Yield the document: its headings, paragraphs, lists and tables, in their order."""
    try:
        import docx
        from docx.table import Table
    except ImportError:
        raise MissingDependency("python-docx", "pip install python-docx") from None
    room = bounds.characters
    blocks: list[str] = []
    for block in docx.Document(str(source)).iter_inner_content():
        if isinstance(block, Table):
            text = table(map(_cells, block.rows), bounds)
        else:
            text = _paragraph(block)
        room -= len(text)
        if room < 0:
            raise bounds.too_large()
        if text:
            blocks.append(text)
    yield Part("\n\n".join(blocks))


def _paragraph(paragraph: Any) -> str:  # noqa: ANN401 - of a library that is not here at import
    text = str(paragraph.text).strip()
    style = paragraph.style.name if paragraph.style is not None else None
    if not text or style is None:
        return text
    heading = _HEADING.fullmatch(style)
    if heading:
        return f"{'#' * min(int(heading[1]), _DEEPEST)} {' '.join(text.split())}"
    if style == "Title":
        return f"# {' '.join(text.split())}"
    return f"- {text}" if style.startswith("List") else text


def _cells(row: Any) -> list[str]:  # noqa: ANN401
    """Return the texts of a row; a cell over several columns has its text in the first."""
    texts = []
    before = None
    for cell in row.cells:
        texts.append("" if cell._tc is before else cell.text)  # noqa: SLF001 - cells have no identity
        before = cell._tc  # noqa: SLF001
    return texts
