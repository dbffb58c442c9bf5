"""What was read, as files: six formats, each a pure function of the readings.

They know readings only, nothing of the engines that made them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portfolio_core.engines.ocr import PageReading
from portfolio_core.engines.ocr.exports import data, hocr, plain, searchable, word
from portfolio_core.errors import UnknownChoice

Readings = Iterable[PageReading]


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        key: Name in the API.
        name: Name for people.
        extension: End of the file's name, without the dot.
        media_type: Its type on the web.
        holds: What is in it, in one English sentence.
    """

    key: str
    name: str
    extension: str
    media_type: str
    holds: str


_FORMATS: tuple[tuple[Format, Callable[[Readings, str], bytes]], ...] = (
    (
        Format(
            "text",
            "Plain text",
            "txt",
            "text/plain",
            "The text line by line, an empty line between blocks.",
        ),
        plain.text_file,
    ),
    (
        Format(
            "markdown",
            "Markdown",
            "md",
            "text/markdown",
            "Paragraphs, and tables where a document model read the page.",
        ),
        plain.markdown_file,
    ),
    (
        Format(
            "json",
            "JSON",
            "json",
            "application/json",
            "Lines and words with polygon, confidence, reader and second reading.",
        ),
        data.json_file,
    ),
    (
        Format(
            "hocr",
            "hOCR",
            "hocr",
            "application/xhtml+xml",
            "XHTML with the box and the confidence of each word.",
        ),
        hocr.hocr_file,
    ),
    (
        Format(
            "pdf",
            "Searchable PDF",
            "pdf",
            "application/pdf",
            "The pictures of the pages, with the text invisible over each line.",
        ),
        searchable.pdf_file,
    ),
    (
        Format(
            "docx",
            "Word document",
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Paragraphs and tables, doubtful words highlighted.",
        ),
        word.docx_file,
    ),
)
FORMATS: dict[str, Format] = {kind.key: kind for kind, _ in _FORMATS}
_WRITERS = {kind.key: writer for kind, writer in _FORMATS}


def check_format(key: object) -> Format:
    """Return the format that a caller names.

    Raises:
        UnknownChoice: there is no such format.
    """
    found = FORMATS.get(key) if isinstance(key, str) else None
    if found is None:
        raise UnknownChoice("file_format", key, FORMATS)
    return found


def write(wanted: Format, readings: Readings, title: str = "") -> bytes:
    """Write the pages into one file.

    Args:
        wanted: One of :data:`FORMATS`.
        readings: The pages, in order.
        title: Title of the document, where the format has one.

    Raises:
        MissingDependency: the library that writes the format is not installed.
    """
    return _WRITERS[wanted.key](readings, title)
