"""Documents to an index, with a report of what became of each page.

Indexing never ends well with nothing indexed: a document without text is an error. Reading
pictured pages is done by whoever is handed in; this package knows no OCR.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from portfolio_core.engines.rag import Embedder, Passage
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.engines.rag.splitting import fingerprint, split
from portfolio_core.errors import NoTextFound
from portfolio_core.media.documents import Document, DocumentPage
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean

_AT_ONCE = 64  # passages between two looks whether anybody still waits

Ocr = Callable[[int], str]
"""Reads a page's pictures: its number to its text."""
Progress = Callable[[int, int], None]
"""Called with passages embedded and passages in all."""
Reason = Literal["no_text", "picture_not_read", "picture_without_text"]


@dataclass(frozen=True)
class Skipped:
    """A page that nothing of was indexed.

    Attributes:
        page: Its number.
        reason: ``no_text``: it is empty. ``picture_not_read``: it holds pictures and nobody was
            there to read them. ``picture_without_text``: they were read, and hold no text.
    """

    page: int
    reason: Reason


@dataclass(frozen=True)
class Report:
    """What became of one document.

    Attributes:
        document: Its name.
        pages: Its pages.
        passages: Passages that were indexed.
        read_pages: Pages whose pictures were read.
        skipped: Pages that nothing of was indexed, and why.
        duplicates: Passages left out because the same is there already.
        notes: What was put right while reading it, see :class:`Document`.
    """

    document: str
    pages: int
    passages: int
    read_pages: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    duplicates: int
    notes: tuple[str, ...]


def passages_of(
    document: Document,
    limits: Limits,
    *,
    ocr: Ocr | None = None,
    held: Sequence[Passage] = (),
    check: Callable[[], None] = lambda: None,
) -> tuple[tuple[Passage, ...], Report]:
    """Cut a document into passages.

    Args:
        document: What was read.
        limits: Caps the passages, those of ``held`` counted.
        ocr: Reads pages that hold pictures and no text; none = they are skipped.
        held: Passages that are there already; what they say is not taken again.
        check: Called before each page; what it raises ends the work.

    Raises:
        NoTextFound: there is nothing to index.
        QuotaReached: there would be more passages than one visitor may keep.
    """
    read_pages: list[int] = []
    skipped: list[Skipped] = []
    pages: list[tuple[int, str]] = []
    for page in document.pages:
        check()
        text, reason = _text(page, ocr)
        if reason is not None:
            skipped.append(Skipped(page.number, reason))
            continue
        if not page.text.strip():
            read_pages.append(page.number)
        pages.append((page.number, text))
    known = frozenset(fingerprint(passage.text) for passage in held)
    most = max(0, limits.rag_passages - len(held))
    cut = split(document.name, pages, known=known, most=most, check=check)
    if not cut.passages and not cut.duplicates:
        raise NoTextFound
    report = Report(
        document.name,
        len(document.pages),
        len(cut.passages),
        tuple(read_pages),
        tuple(skipped),
        cut.duplicates,
        document.notes,
    )
    return cut.passages, report


def indexed(
    document: Document,
    embedder: Embedder,
    limits: Limits,
    *,
    to: Index | None = None,
    ocr: Ocr | None = None,
    check: Callable[[], None] = lambda: None,
    progress: Progress = lambda _done, _whole: None,
) -> tuple[Index, Report]:
    """Return an index with a document in it, and what became of the document.

    Args:
        document: What was read; its name is new to the index.
        embedder: The one that the index was made with.
        limits: See :func:`passages_of`, also for ``ocr`` and the errors.
        to: What the document is added to, and which stays as it is; none for a first document.
        ocr: Reads pages of pictures.
        check: Called between pages and between batches; what it raises ends the work.
        progress: Called between batches.
    """
    index = Index.empty(embedder.dimension) if to is None else to
    passages, report = passages_of(document, limits, ocr=ocr, held=index.passages, check=check)
    made = np.empty((len(passages), embedder.dimension), np.float32)
    progress(0, len(passages))
    # Long ones together, so that no batch pads short ones.
    order = sorted(range(len(passages)), key=lambda i: -len(passages[i].text))
    for start in range(0, len(order), _AT_ONCE):
        check()
        rows = order[start : start + _AT_ONCE]
        made[rows] = embedder.passages([searchable(passages[row]) for row in rows], check)
        progress(start + len(rows), len(passages))
    return index.adding(passages, made), report


def _text(page: DocumentPage, ocr: Ocr | None) -> tuple[str, Reason | None]:
    if page.text.strip():
        return page.text, None
    if not page.pictured:
        return "", "no_text"
    if ocr is None:
        return "", "picture_not_read"
    text = clean(ocr(page.number))
    return text, None if text else "picture_without_text"
