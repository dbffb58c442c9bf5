"""Reading one document, whatever its kind; runs in the process of :mod:`child`."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from portfolio_core.media import _docx, _kinds, _pdf, _plain, _xlsx
from portfolio_core.media._parts import Bounds, Part
from portfolio_core.media.child import Item
from portfolio_core.text.clean import clean

_READERS: dict[str, Callable[[Path, Bounds], Iterator[Part]]] = {
    "pdf": _pdf.read,
    "docx": _docx.read,
    "xlsx": _xlsx.read,
    "html": _plain.read_html,
    "csv": _plain.read_csv,
    "md": _plain.read_text,
    "txt": _plain.read_text,
}


def read(path: str, most: Sequence[int], suffix: str) -> Iterator[Item]:
    """Yield the document's kind, its pages as (text, pictured), and its notes."""
    source, bounds = Path(path), Bounds(*most)
    kind = _kinds.kind_of(source, suffix, bounds)
    kept: list[tuple[str, bool]] = []
    notes: set[str] = set()
    room = bounds.characters
    for part in _READERS[kind](source, bounds):
        text = clean(part.text)
        room -= len(text)
        if room < 0 or len(kept) == bounds.pages:
            raise bounds.too_large()
        kept.append((text, part.pictured))
        notes.update(part.notes)
    yield {"kind": kind, "pages": kept, "notes": sorted(notes)}, b""
