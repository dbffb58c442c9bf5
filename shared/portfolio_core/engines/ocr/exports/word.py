"""DOCX: paragraphs and tables to go on writing in; doubtful words are highlighted."""

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from portfolio_core.engines.ocr import PageReading
from portfolio_core.engines.ocr.exports import parts, plain
from portfolio_core.errors import MissingDependency

_KOREAN_FONT = "Malgun Gothic"  # Word's own; other programs put theirs in its place
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_AHEAD = 40  # words; so far a page's Markdown may stray from the order of its lines
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
        _Page(document, reading).write()
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class _Page:
    """One page on its way into the document."""

    def __init__(self, document: Any, reading: PageReading) -> None:  # noqa: ANN401 - no types
        self._document = document
        self._reading = reading
        self._words = [word for line in reading.lines for word in parts.words(line)]
        self._next = 0  # the word that is expected next

    def write(self) -> None:
        """Write headings and tables, and everything else as paragraphs."""
        source = plain.page_markdown(self._reading).splitlines()
        for is_table, rows in groupby(source, key=lambda row: row.lstrip().startswith("|")):
            if is_table:
                self._table([list(_cells(row)) for row in rows if not _RULE.fullmatch(row)])
                continue
            for is_text, lines in groupby(rows, key=lambda row: bool(row.strip())):
                if is_text:
                    self._lines(lines)

    def _lines(self, lines: Iterable[str]) -> None:
        paragraph = None
        for line in lines:
            heading = _HEADING.fullmatch(line.strip())
            if heading:
                self._text(self._document.add_heading(level=len(heading[1])), heading[2])
                paragraph = None
                continue
            if paragraph is None:
                paragraph = self._document.add_paragraph()
            else:
                paragraph.add_run().add_break()
            self._text(paragraph, line)

    def _table(self, rows: list[list[str]]) -> None:
        if not rows:
            return
        columns = max(map(len, rows))
        table = self._document.add_table(rows=len(rows), cols=columns, style="Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=False):
                self._text(cell.paragraphs[0], text)

    def _text(self, paragraph: Any, text: str) -> None:  # noqa: ANN401 - no types
        from docx.enum.text import WD_COLOR_INDEX

        words = parts.printable(_ESCAPE.sub(r"\1", text)).split()
        for is_doubtful, run in groupby(enumerate(words), key=lambda each: self._doubts(each[1])):
            numbered = list(run)
            if numbered[0][0]:
                paragraph.add_run(" ")
            written = paragraph.add_run(" ".join(word for _, word in numbered))
            if is_doubtful:
                written.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def _doubts(self, written: str) -> bool:
        """Return whether a word is doubtful: it is looked for from the last one that was found."""
        ahead = range(self._next, min(self._next + _AHEAD, len(self._words)))
        at = next((i for i in ahead if self._words[i].text == written), None)
        if at is None:
            return False
        self._next = at + 1
        return self._words[at].doubtful


def _cells(row: str) -> list[str]:
    return _CELLS.split(row.strip().removeprefix("|").removesuffix("|"))
