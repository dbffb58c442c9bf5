"""Office documents are archives: what is looked at before any of one is believed."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from portfolio_core.errors import DocumentEncrypted, DocumentUnreadable
from portfolio_core.media._parts import Bounds

_MEMBERS = 1000
_UNPACKED_BYTES = 100 * 2**20
_RATIO = 100
_SMALL_BYTES = 2**20  # a ratio says nothing of what is small anyway
_BLOCK_BYTES = 64 * 1024
_LOCKED = 1  # bit of a member's flags
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def kind_of(source: Path, bounds: Bounds) -> str | None:
    """Return the kind of an office document whose archive can be trusted; none for other archives.

    Raises:
        DocumentTooLarge: too many members, or too much in them.
        DocumentUnreadable: a damaged archive, a name that leads out of it, or XML with a
            document type, where entities would be declared.
        DocumentEncrypted: its members are locked.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS:
                raise bounds.too_large()
            names = {member.filename for member in members}
            kind = next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)
            _check_sizes(archive, bounds)
            if kind is not None:
                _check_members(archive)
            return kind
    except (zipfile.BadZipFile, NotImplementedError):
        return None


def _check_sizes(archive: zipfile.ZipFile, bounds: Bounds) -> None:
    total = 0
    for member in archive.infolist():
        total += member.file_size
        swollen = member.file_size > _RATIO * max(member.compress_size, 1)
        if total > _UNPACKED_BYTES or (swollen and member.file_size > _SMALL_BYTES):
            raise bounds.too_large()


def _check_members(archive: zipfile.ZipFile) -> None:
    names: set[str] = set()
    for member in archive.infolist():
        name = member.filename
        leads_out = name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/")
        if leads_out or name in names:
            raise DocumentUnreadable
        if member.flag_bits & _LOCKED:
            raise DocumentEncrypted
        names.add(name)
        _check_content(archive, member)


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member to its end, where its checksum is compared, and its XML with it."""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for block in _blocks(archive, member):
            if is_xml:
                parser.Parse(block)
        if is_xml:
            parser.Parse(b"", True)
    except (expat.ExpatError, zipfile.BadZipFile, EOFError):
        raise DocumentUnreadable from None


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _refuse(*_: object) -> None:
    raise DocumentUnreadable
