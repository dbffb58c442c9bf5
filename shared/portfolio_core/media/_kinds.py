"""Telling kinds of documents apart by their content."""

from pathlib import Path

from portfolio_core.errors import DocumentEncrypted, WrongFileType
from portfolio_core.media import _archive
from portfolio_core.media._parts import Bounds

KINDS = ("pdf", "docx", "xlsx", "html", "md", "csv", "txt")

_HEAD_BYTES = 64 * 1024
_PDF_MARK_WITHIN = 1024  # readers forgive that much before it
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOCKED = "EncryptedPackage".encode("utf-16-le")
# Archives, and what is text to the eye only
_OTHERS = (
    _OLE,
    b"PK\3\4",
    b"PK\5\6",
    b"7z\xbc\xaf",
    b"Rar!\x1a",
    b"\x1f\x8b",
    b"\xfd7zXZ",
    b"(\xb5/\xfd",
    b"{\\rtf",
)
_TAR_MARK = slice(257, 262)
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NAMED_TEXTS = {
    ".md": "md",
    ".markdown": "md",
    ".csv": "csv",
    ".tsv": "csv",
    ".html": "html",
    ".htm": "html",
}
# Bytes that no text has; of NUL some do, by mistake.
_NO_TEXT = bytes({*range(1, 32), 127} - set(b"\t\n\v\f\r\x1a\x1b"))
_MOST_NO_TEXT = 0.01  # of all bytes,
_FEW_NO_TEXT = 4  # but so many are nothing to speak of


def kind_of(source: Path, suffix: str, bounds: Bounds) -> str:
    """Return one of :data:`KINDS`; ``suffix`` only tells kinds of text apart.

    Raises:
        WrongFileType: it is none of them.
        DocumentEncrypted: it is an office document behind a password.
        DocumentTooLarge: it is an archive that unpacks to too much; or as in :mod:`_archive`.
    """
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in head[:_PDF_MARK_WITHIN]):
        return "pdf"
    if head.startswith(b"PK"):
        kind = _archive.kind_of(source, bounds)
        if kind is not None:
            return kind
    if head.startswith(_OLE) and _OLE_LOCKED in source.read_bytes():
        raise DocumentEncrypted
    if not _is_text(head):
        raise WrongFileType(KINDS)
    if suffix in _NAMED_TEXTS:
        return _NAMED_TEXTS[suffix]
    lower = start[:_PDF_MARK_WITHIN].lower()
    return "html" if lower.startswith((b"<!doctype html", b"<html")) else "txt"


def _is_text(head: bytes) -> bool:
    if head.startswith(_OTHERS) or head[_TAR_MARK] == b"ustar":
        return False
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    without = head.translate(None, _NO_TEXT)
    return len(head) - len(without) <= max(_FEW_NO_TEXT, _MOST_NO_TEXT * len(head))
