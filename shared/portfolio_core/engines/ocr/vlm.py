"""A document model that writes the page as Markdown, checked against the readers of lines.

A document model sees the page whole, so it knows tables and the order of reading; but it
gives no places, and what it cannot read it may make up. So the embedded engine reads first
and gives the lines and their places; the Markdown is the document model's; and words that
the two read differently are marked. A page without lines is not shown to the document model.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

from rapidfuzz import fuzz

from portfolio_core.catalog import by_key
from portfolio_core.engines.ocr import (
    Language,
    Line,
    OcrEngine,
    PageReading,
    Pixels,
    Progress,
    last,
)
from portfolio_core.engines.ocr.agreement import Reading, compared
from portfolio_core.engines.ocr.qwen_vl import QwenVl
from portfolio_core.engines.ocr.repetition import loop_start
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware

REPEATED, TOO_LONG = "repeated_itself", "stopped_at_limit"
"""Notes: the document model was stopped because it went in circles, or wrote too much."""
# A page's budget of tokens: Markdown and tables cost more than the letters themselves.
_TOKENS_PER_LETTER = 2
_TOKENS_BESIDE = 512
_MOST_TOKENS = 8192
_BELIEF = 0.8
"""Probability of a document model's word; its own would say how fluent it is, not how right."""
_SAME_PLACE = 70
"""Per cent of likeness above which a line is found again in the Markdown."""
_FEWEST_LETTERS = 4
"""A line with less is found by chance in any text."""
_FENCE = re.compile(r"\A\s*```(?:markdown|md)?[ \t]*\n(.*?)(?:\n```\s*)?\Z", re.DOTALL)
_MARKUP = re.compile(
    r"<[^<>\n]{1,80}>"  # tables as HTML
    r"|\[…\]"
    r"|^[ \t]*[|:-][|: \t-]*$"  # between the head of a table and its rows
    r"|^[ \t]*(?:#{1,6}|[-*+>])[ \t]"
    r"|[|*`\\]",
    re.MULTILINE,
)


class DocumentModelEngine:
    """Reads pages with a document model behind the embedded engine; :attr:`KEY` names it."""

    KEY: ClassVar[str]
    LANGUAGES: ClassVar[tuple[str, ...]] = ("en", "ko")

    def __init__(self, first: OcrEngine, writer: QwenVl) -> None:
        """Use ``first`` for the page and its lines; :meth:`load` makes both."""
        self._first = first
        self._writer = writer
        files = by_key(self.KEY).hub
        self.revision = files.revision if files else ""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - it has no extras
    ) -> Self:
        """Build the model from ``folder``; see :class:`OcrEngine`.

        Raises:
            HubUnreachable: there is no folder.
        """
        name = by_key(cls.KEY).name
        if folder is None:
            raise HubUnreachable(name)
        from portfolio_core.engines.ocr.combined import PpOcrTesseract

        return cls(PpOcrTesseract.load(None, hardware), QwenVl.load(name, folder, hardware))

    def steps(
        self, image: Pixels, language: Language = "auto", check: Callable[[], None] = lambda: None
    ) -> Iterator[Progress | PageReading]:
        """Read a page; see :class:`OcrEngine`."""
        for step in self._first.steps(image, language, check):
            if isinstance(step, PageReading) and step.lines:
                yield from self._written(step, check)
            else:
                yield step

    def read(self, image: Pixels, language: Language = "auto") -> PageReading:
        """Read a page and return the reading."""
        return last(self.steps(image, language))

    def _written(
        self, page: PageReading, check: Callable[[], None]
    ) -> Iterator[Progress | PageReading]:
        limit = budget(page)
        text, tokens, cut = "", 0, None
        with closing(self._writer.write(page.image, limit)) as pieces:
            for piece in pieces:
                check()
                text, tokens = text + piece.text, piece.tokens
                cut = loop_start(text) if piece.text else None
                if cut is not None:
                    break
                yield Progress("second_reading", tokens, text=text)
        notes = (REPEATED,) if cut is not None else (TOO_LONG,) if tokens >= limit else ()
        markdown = unfenced(text[:cut]).strip()
        lines = marked(page.lines, markdown, self.KEY)
        yield replace(page, lines=lines, markdown=markdown, notes=page.notes + notes)


class Qwen3Vl2b(DocumentModelEngine):
    """For a GPU of 16 GB."""

    KEY = "qwen3-vl-2b"


class Qwen3Vl8b(DocumentModelEngine):
    """For a GPU of 24 GB and more."""

    KEY = "qwen3-vl-8b"


def budget(page: PageReading) -> int:
    """Return how many tokens a document model may write about a page."""
    letters = sum(len(line.text) for line in page.lines)
    return min(_MOST_TOKENS, _TOKENS_BESIDE + _TOKENS_PER_LETTER * letters)


def marked(lines: tuple[Line, ...], markdown: str, reader: str) -> tuple[Line, ...]:
    """Mark the words of ``lines`` that ``markdown`` has otherwise.

    Each line is looked up where it is most alike; a line that is nowhere in the Markdown is
    left as it was.

    Args:
        lines: The page as read line by line.
        markdown: The page as the document model wrote it.
        reader: Key of the document model.
    """
    text = plain(markdown)
    lowered = text.lower() if len(text.lower()) == len(text) else text
    return tuple(_compared(line, text, lowered, reader) for line in lines)


def plain(markdown: str) -> str:
    """Return the words of Markdown without its signs, separated by single spaces."""
    return " ".join(html.unescape(_MARKUP.sub(" ", markdown)).split())


def unfenced(markdown: str) -> str:
    """Return Markdown without the fence that some models put around all of it."""
    inside = _FENCE.match(markdown)
    return inside.group(1) if inside else markdown


def _compared(line: Line, text: str, lowered: str, reader: str) -> Line:
    letters = sum(c.isalnum() for c in line.text)
    if letters < _FEWEST_LETTERS or len(line.text) > len(text):
        return line
    found = fuzz.partial_ratio_alignment(line.text.lower(), lowered, score_cutoff=_SAME_PLACE)
    if found is None:
        return line
    start, end = _to_words(text, found.dest_start, found.dest_end)
    return compared(line, Reading(text[start:end], _BELIEF, reader))


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a window outwards to the ends of words."""
    before, after = text.rfind(" ", 0, start + 1), text.find(" ", end - 1)
    return before + 1, len(text) if after < 0 else after
