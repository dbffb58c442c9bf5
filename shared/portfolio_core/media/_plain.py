"""Plain text, Markdown, CSV and HTML; runs in the process of :mod:`child`."""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from portfolio_core.errors import MissingDependency
from portfolio_core.media._parts import Bounds, Part, table

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_NO_ASCII = re.compile("[^\x00-\x7f]")
_REPLACED = ("replaced_characters",)
_SAMPLE_CHARACTERS = 8192
_SEPARATORS = ",;\t|"
_SILENT_TAGS = {"script", "style", "title", "template", "noscript", "svg", "math"}
_UNLINKED_TAGS = {"a", "img"}


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return text and notes: by its mark, as UTF-8, or as the older encoding of Korean.

    What is none of these is UTF-8 with its wrong bytes replaced, and a note says so.
    """
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    encodings = (marked,) if marked else ("utf-8", "cp949")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp949" or _is_korean(text):
            return text.replace("\0", ""), ()
    text = content.decode(marked or "utf-8", "replace")
    return text.replace("\0", ""), _REPLACED


def read_text(source: Path, bounds: Bounds) -> Iterator[Part]:
    """Yield the whole text."""
    text, notes = _text(source, bounds)
    yield Part(text, notes=notes)


def read_csv(source: Path, bounds: Bounds) -> Iterator[Part]:
    """Yield the whole as one table."""
    text, notes = _text(source, bounds)
    csv.field_size_limit(bounds.characters)
    try:
        dialect = csv.Sniffer().sniff(text[:_SAMPLE_CHARACTERS], _SEPARATORS)
    except csv.Error:  # a single column
        dialect = csv.excel
    yield Part(table(csv.reader(text.splitlines(keepends=True), dialect), bounds), notes=notes)


def read_html(source: Path, _: Bounds) -> Iterator[Part]:
    """Yield what a reader of the page would see, as Markdown; links and pictures lead nowhere."""
    try:
        import markdownify
        import nh3
    except ImportError:
        raise MissingDependency("markdownify", "pip install markdownify nh3") from None
    text, notes = decode(source.read_bytes())
    tags = (nh3.ALLOWED_TAGS | {"html", "body", "main", "section"}) - _SILENT_TAGS - _UNLINKED_TAGS
    tidy = nh3.clean(text, tags=tags, clean_content_tags=_SILENT_TAGS, attributes={})
    marked = markdownify.markdownify(
        tidy,
        heading_style=markdownify.ATX,
        escape_asterisks=False,
        escape_underscores=False,
    )
    yield Part(marked, notes=notes)


def _text(source: Path, bounds: Bounds) -> tuple[str, tuple[str, ...]]:
    text, notes = decode(source.read_bytes())
    if len(text) > bounds.characters:
        raise bounds.too_large()
    return text, notes


def _is_korean(text: str) -> bool:
    """Whether the older encoding fits: other bytes, read as it, are hardly ever Hangul."""
    return 2 * len(_HANGUL.findall(text)) >= len(_NO_ASCII.findall(text))
