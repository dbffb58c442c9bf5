"""Pages of text to passages that can be cited.

A passage is an exact piece of its page, so that it can be marked there: from ``start`` to
``end``, nothing added or trimmed inside. It never crosses a heading, and it carries the
headings above it. Where to cut is LangChain's to say: at paragraphs, then sentences, lines,
words. Sentences come before lines, for a PDF's lines end anywhere in them.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portfolio_core.engines.rag import Passage
from portfolio_core.errors import MissingDependency, QuotaReached

PASSAGE_CHARACTERS = 800
"""Longest passage, but for a tail: some 200 tokens of English, which every model reads whole."""
TAIL_CHARACTERS = 100
"""A last piece that adds fewer goes with the one before: it says nothing by itself."""
_OVERLAP_CHARACTERS = 100
_SEPARATORS = (r"\n\n", r"(?<=[.?!。][\"'”’)\]])\s+|(?<=[.?!。])\s+|(?<=。)", r"\n", " ", "")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_JOINT = " > "
_LONGEST_HEADING = 200  # a whole paragraph after a # is no heading for people


@dataclass(frozen=True)
class Split:
    """What became of a document's pages.

    Attributes:
        passages: In order.
        duplicates: Passages left out because the same stands elsewhere: letters and digits
            are compared, not signs, spaces and capitals.
    """

    passages: tuple[Passage, ...]
    duplicates: int


@dataclass(frozen=True)
class _Section:
    heading: str
    start: int
    end: int


def split(
    document: str,
    pages: Sequence[tuple[int, str]],
    *,
    known: frozenset[str] = frozenset(),
    most: int = 2**31,
    check: Callable[[], None] = lambda: None,
) -> Split:
    """Cut pages into passages.

    Args:
        document: Name of the document for people.
        pages: Number and text of each; headings are lines of Markdown.
        known: Fingerprints, see :func:`fingerprint`, of passages that are there already.
        most: Passages that may come out.
        check: Called before each page; what it raises ends the work.

    Raises:
        QuotaReached: there would be more passages.
    """
    seen = set(known)
    passages: list[Passage] = []
    duplicates = 0
    levels: dict[int, str] = {}
    for number, text in pages:
        check()
        for section in _sections(text, levels):
            for start, end in _cuts(text, section):
                piece = text[start:end]
                mark = fingerprint(piece)
                if not mark or mark in seen:
                    duplicates += bool(mark)
                    continue
                seen.add(mark)
                made = Passage("", piece, document, number, section.heading, start, end)
                passages.append(replace(made, id=passage_id(made)))
                if len(passages) > most:
                    raise QuotaReached(most, "passages")
    return Split(tuple(passages), duplicates)


def fingerprint(text: str) -> str:
    """Return what two passages share that say the same; empty where nothing is said."""
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:32] if letters else ""


def passage_id(passage: Passage) -> str:
    """Return the id of a passage: a checksum of all the rest of it, 32 hexadecimal digits."""
    told = (passage.document, passage.page, passage.heading, passage.start, passage.end)
    parts = "\0".join(map(str, (*told, passage.text)))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _sections(text: str, levels: dict[int, str]) -> Iterator[_Section]:
    """Yield the pieces of a page between its headings; a heading's line begins its piece.

    Args:
        text: The page.
        levels: Headings in force, by level; kept up to date for the next page.
    """
    start = position = 0
    fence = ""
    for line in text.splitlines(keepends=True):
        opened = _FENCE.match(line)
        if opened and fence in {"", opened[1]}:
            fence = "" if fence else opened[1]
        found = None if fence else _HEADING.match(line.rstrip("\r\n"))
        if found:
            if text[start:position].strip():
                yield _Section(_path(levels), start, position)
                start = position
            level = len(found[1])
            for deeper in [n for n in levels if n >= level]:
                del levels[deeper]
            levels[level] = found[2][:_LONGEST_HEADING]
        position += len(line)
    yield _Section(_path(levels), start, len(text))


def _path(levels: dict[int, str]) -> str:
    return _JOINT.join(title for _, title in sorted(levels.items()))


def _cuts(text: str, section: _Section) -> list[tuple[int, int]]:
    """Return where to cut a section, without the space around each piece."""
    cuts = list(_pieces(text, section))
    if len(cuts) > 1 and cuts[-1][1] - cuts[-2][1] < TAIL_CHARACTERS:
        _, end = cuts.pop()
        cuts[-1] = (cuts[-1][0], end)
    return cuts


def _pieces(text: str, section: _Section) -> Iterator[tuple[int, int]]:
    whole = text[section.start : section.end]
    position = 0
    for piece in _splitter().split_text(whole):
        # Pieces come in order and overlap by less than their length.
        found = whole.find(piece, max(0, position - _OVERLAP_CHARACTERS))
        start = section.start + found + len(piece) - len(piece.lstrip())
        position = found + len(piece)
        stripped = piece.strip()
        if found >= 0 and stripped:
            yield start, start + len(stripped)


def _splitter() -> Any:  # noqa: ANN401 - LangChain is imported late
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError:
        package = "langchain-text-splitters"
        raise MissingDependency(package, f"pip install {package}") from None
    return RecursiveCharacterTextSplitter(
        separators=list(_SEPARATORS),
        is_separator_regex=True,
        chunk_size=PASSAGE_CHARACTERS,
        chunk_overlap=_OVERLAP_CHARACTERS,
        keep_separator="end",
        strip_whitespace=False,
    )
