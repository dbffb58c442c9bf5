"""Where a passage stands: on the page of a PDF, or within the text around it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portfolio_core.engines.rag import Passage
from portfolio_core.engines.rag.index import Index
from portfolio_core.media.documents import PlacedWord
from portfolio_core.text.clean import clean

_ENDS = 24  # letters at either end of a passage that are looked for when it is not found whole


class Mark(NamedTuple):
    """A rectangle on a page, in shares of its width and height, from the upper left."""

    left: float
    top: float
    right: float
    bottom: float


class Around(NamedTuple):
    """A passage's page as text."""

    before: str
    passage: str
    after: str


def marks(words: Sequence[PlacedWord], text: str) -> list[Mark]:
    """Return where ``text`` stands among the words of a page, a rectangle for each line.

    White space counts for nothing: a page breaks its lines where the text does not. Where the
    text as a whole is not found, because something was put right in it, its beginning and its
    end are looked for; where these are not there either, nothing is marked.
    """
    letters = [_bare(word.text) for word in words]
    whole = "".join(letters)
    span = _span(whole, _bare(text))
    if span is None:
        return []
    at, found = 0, []
    for word, own in zip(words, letters, strict=True):
        if own and at < span[1] and at + len(own) > span[0]:
            found.append(word)
        at += len(own)
    return _lines(found)


def around(index: Index, passage: Passage) -> Around:
    """Return a passage with what its page holds before and behind it, from its neighbours."""
    same = [
        other
        for other in index.passages
        if (other.document, other.page) == (passage.document, passage.page)
    ]
    same.sort(key=lambda other: other.start)
    before = _joined(same, 0, passage.start)
    return Around(before, passage.text, _joined(same, passage.end, max(p.end for p in same)))


def _bare(text: str) -> str:
    return "".join(c for c in clean(text).casefold() if c.isalnum())


def _span(whole: str, text: str) -> tuple[int, int] | None:
    start = whole.find(text)
    if not text or start >= 0:
        return (start, start + len(text)) if text else None
    head, tail = text[:_ENDS], text[-_ENDS:]
    start = whole.find(head)
    end = whole.find(tail, max(start, 0))
    if start < 0 or end < 0:
        return None
    return start, end + len(tail)


def _lines(words: Iterable[PlacedWord]) -> list[Mark]:
    """Join words that follow each other on one line."""
    lines: list[Mark] = []
    for word in words:
        last = lines[-1] if lines else None
        middle = (word.top + word.bottom) / 2
        if last and last.top <= middle <= last.bottom and word.right > last.left:
            lines[-1] = Mark(
                min(last.left, word.left),
                min(last.top, word.top),
                max(last.right, word.right),
                max(last.bottom, word.bottom),
            )
        else:
            lines.append(Mark(word.left, word.top, word.right, word.bottom))
    return lines


def _joined(passages: Sequence[Passage], low: int, high: int) -> str:
    """Return the text from ``low`` to ``high``; passages may overlap, or leave white space out."""
    parts: list[str] = []
    at = low
    for passage in passages:
        start, end = max(passage.start, at), min(passage.end, high)
        if start < end:
            parts += ["\n\n"] if parts and start > at else []
            parts.append(passage.text[start - passage.start : end - passage.start])
            at = end
    return "".join(parts)
