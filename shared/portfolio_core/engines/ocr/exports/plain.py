"""Plain text and Markdown."""

from collections.abc import Iterable

from portfolio_core.engines.ocr import PageReading
from portfolio_core.engines.ocr.exports import parts
from portfolio_core.engines.ocr.markdown import escaped

_LINE_BREAK = "  \n"
_PAGE_BREAK = "\n\n---\n\n"


def text(readings: Iterable[PageReading]) -> str:
    """Return the pages as plain text, a form feed between them, as text files have it."""
    return "\n\f".join(reading.text for reading in readings)


def markdown(readings: Iterable[PageReading]) -> str:
    """Return the pages as Markdown, a rule between them.

    A page that its engine wrote as Markdown is left as it is; of any other each block is a
    paragraph, and whatever looks like markup in it stays text.
    """
    return _PAGE_BREAK.join(map(page_markdown, readings))


def page_markdown(reading: PageReading) -> str:
    """Return one page as Markdown."""
    if reading.markdown:
        return reading.markdown.strip()
    paragraphs = parts.blocks(reading)
    return "\n\n".join(
        _LINE_BREAK.join(escaped(parts.printable(line.text)) for line in block)
        for block in paragraphs
    )


def text_file(readings: Iterable[PageReading], _title: str) -> bytes:
    """Return :func:`text` as a file."""
    return (text(readings) + "\n").encode()


def markdown_file(readings: Iterable[PageReading], _title: str) -> bytes:
    """Return :func:`markdown` as a file."""
    return (markdown(readings) + "\n").encode()
