"""What the readers of documents have in common."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portfolio_core.errors import DocumentTooLarge


class Part(NamedTuple):
    """One page or sheet, or all of a document without pages; its text not yet cleaned."""

    text: str
    pictured: bool = False
    notes: tuple[str, ...] = ()


class Bounds(NamedTuple):
    """How large a document may be."""

    pages: int
    characters: int

    def too_large(self) -> DocumentTooLarge:
        """Return the error that names these bounds."""
        return DocumentTooLarge(self.pages, self.characters)


def table(rows: Iterable[Sequence[str]], bounds: Bounds) -> str:
    """Return rows as a Markdown table, the first one its head; without what is empty.

    Raises:
        DocumentTooLarge: the cells hold more characters than a document may have.
    """
    room = bounds.characters
    kept: list[list[str]] = []
    for row in rows:
        cells = [" ".join(cell.replace("|", "\\|").split()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        room -= sum(map(len, cells)) + len(cells)
        if room < 0:
            raise bounds.too_large()
        if cells:
            kept.append(cells)
    if not kept:
        return ""
    width = max(map(len, kept))
    if width * len(kept) > bounds.characters:
        raise bounds.too_large()
    lines = [f"| {' | '.join(cells + [''] * (width - len(cells)))} |" for cells in kept]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
