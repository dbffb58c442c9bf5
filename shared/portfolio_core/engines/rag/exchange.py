"""An index as one file to take away and bring back: text only, packed with gzip.

The first line says what it is and holds a checksum of the rest; each further line is a
passage. What comes back is a stranger's file: vectors in it would be bytes for FAISS to
parse, so there are none, and they are made anew from the text.
"""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable

from portfolio_core.engines.rag import Embedder, Passage, records
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.errors import FileTooLarge, IndexUnreadable, QuotaReached
from portfolio_core.settings import Limits

_KIND = "passages"
_FORMAT = 1
_BLOCK = 2**16


def export(index: Index) -> bytes:
    """Return ``index`` as a file; the same index gives the same bytes."""
    lines = records.written(index.passages)
    head = {"kind": _KIND, "format": _FORMAT, "sha256": hashlib.sha256(lines).hexdigest()}
    return gzip.compress(json.dumps(head).encode() + b"\n" + lines, mtime=0)


def passages_of(content: bytes, limits: Limits) -> tuple[Passage, ...]:
    """Read what :func:`export` made.

    Raises:
        FileTooLarge: it swells beyond ``rag_import_bytes``.
        IndexUnreadable: it is damaged, or something else.
        QuotaReached: it holds more passages than one visitor may keep.
    """
    head, _, lines = _unpacked(content, limits.rag_import_bytes).partition(b"\n")
    try:
        told = json.loads(head)
    except (ValueError, RecursionError):
        raise IndexUnreadable from None
    expected = {"kind": _KIND, "format": _FORMAT, "sha256": hashlib.sha256(lines).hexdigest()}
    if told != expected:
        raise IndexUnreadable
    found: dict[str, Passage] = {}
    for passage in records.read(lines.splitlines()):
        if passage is None or passage.id in found:
            raise IndexUnreadable
        found[passage.id] = passage
    if len(found) > limits.rag_passages:
        raise QuotaReached(limits.rag_passages, "passages")
    return tuple(found.values())


def imported(
    content: bytes,
    embedder: Embedder,
    limits: Limits,
    check: Callable[[], None] = lambda: None,
) -> Index:
    """Make an index of what :func:`export` made; the errors are those of :func:`passages_of`."""
    passages = passages_of(content, limits)
    vectors = embedder.passages([searchable(p) for p in passages], check)
    return Index.empty(embedder.dimension).adding(passages, vectors)


def _unpacked(content: bytes, most: int) -> bytes:
    whole = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while block := packed.read(_BLOCK):
                whole.write(block)
                if whole.tell() > most:
                    raise FileTooLarge(most)
    except (EOFError, OSError, zlib.error):
        raise IndexUnreadable from None
    return whole.getvalue()
