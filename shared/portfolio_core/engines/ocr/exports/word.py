"""DOCX: paragraphs and tables to go on writing in; doubtful words are highlighted."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from portfolio_core.engines.ocr import Line, PageReading
from portfolio_core.engines.ocr.exports import parts
from portfolio_core.errors import MissingDependency

_KOREAN_FONT = "Malgun Gothic"  # Word's own; other programs put theirs in its place
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # the same pages give the same bytes


def docx_file(readings: Iterable[PageReading], title: str) -> bytes:
    """Return the pages as one Word document, a page break between them.

    Raises:
        MissingDependency: python-docx is not installed.
    """
    try:
        import docx
        from docx.oxml.ns import qn
    except ImportError:
        raise MissingDependency("python-docx", "pip install python-docx") from None
    document: Any = docx.Document()
    document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts().set(
        qn("w:eastAsia"), _KOREAN_FONT
    )
    document.core_properties.title = parts.printable(title)
    document.core_properties.created = document.core_properties.modified = _BEGINNING
    document.core_properties.author = ""
    for number, reading in enumerate(readings):
        if number:
            document.add_page_break()
        if reading.markdown:
            _add_markdown(document, reading.markdown)
        else:
            for block in parts.blocks(reading):
                _add_block(document.add_paragraph(), block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_block(paragraph: Any, block: Sequence[Line]) -> None:  # noqa: ANN401 - no types
    from docx.enum.text import WD_COLOR_INDEX

    for row, line in enumerate(block):
        if row:
            paragraph.add_run().add_break()
        for index, word in enumerate(parts.words(line)):
            if index:
                paragraph.add_run(" ")
            run = paragraph.add_run(parts.printable(word.text))
            if word.doubtful:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _add_markdown(document: Any, source: str) -> None:  # noqa: ANN401 - no types
    """Add what a document model writes: headings, tables, and everything else as paragraphs."""
    for is_table, lines in groupby(
        source.splitlines(), key=lambda row: row.lstrip().startswith("|")
    ):
        if is_table:
            _add_table(document, [list(_cells(row)) for row in lines if not _RULE.fullmatch(row)])
            continue
        for is_text, rows in groupby(lines, key=lambda row: bool(row.strip())):
            if is_text:
                _add_rows(document, list(rows))


def _add_rows(document: Any, rows: list[str]) -> None:  # noqa: ANN401 - no types
    paragraph = None
    for row in rows:
        heading = _HEADING.fullmatch(row.strip())
        if heading:
            document.add_heading(_plain(heading[2]), level=len(heading[1]))
            paragraph = None
        elif paragraph is None:
            paragraph = document.add_paragraph(_plain(row))
        else:
            paragraph.add_run().add_break()
            paragraph.add_run(_plain(row))


def _add_table(document: Any, rows: list[list[str]]) -> None:  # noqa: ANN401 - no types
    if not rows:
        return
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)), style="Table Grid")
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=False):
            cell.text = text


def _cells(row: str) -> Iterator[str]:
    for cell in _CELLS.split(row.strip().strip("|")):
        yield _plain(cell)


def _plain(text: str) -> str:
    return parts.printable(_ESCAPE.sub(r"\1", text))
