"""From text that arrives in pieces to sentences with the numbers of what they stand on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portfolio_core.engines.rag.wording import split

# Marks, with the sentence's end before, between or behind them. A mark that ends the text so far
# may have a neighbour on the way, so something else must have begun.
_MARK = r"[ \t]*\[\d{1,2}(?:[ \t]*,[ \t]*\d{1,2})*\][ \t]*[.!?。]*"
_END = re.compile(rf"(?P<marks>(?:{_MARK})++)[ \t]*+(?=[^.!?。\[ \t]|\[\D)")
_AT_THE_END = re.compile(rf"(?P<marks>(?:{_MARK})++)\s*\Z")
_STOP = re.compile(r"[.!?。]+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Marked:
    """A sentence as it was written.

    Attributes:
        text: Without marks.
        marks: The numbers, each once, as they came; they may name nothing.
    """

    text: str
    marks: tuple[int, ...]


class Parser:
    """Takes a reply apart while it is written."""

    def __init__(self) -> None:
        self._open = ""

    @property
    def open(self) -> str:
        """What is written, but does not end yet."""
        return self._open

    def feed(self, piece: str) -> list[Marked]:
        """Take a piece and return the sentences that it completes."""
        self._open += piece
        done: list[Marked] = []
        while True:
            line, newline, after = self._open.partition("\n")
            found = _END.search(line)
            if found:
                done += _marked(line[: found.start()], found)
                self._open = line[found.end() :] + newline + after
            elif newline:
                done += _last(line)
                self._open = after
            else:
                return done

    def rest(self) -> list[Marked]:
        """Return what is left when nothing more comes."""
        done, self._open = [*self.feed("\n")], ""
        return done


def _last(line: str) -> Iterator[Marked]:
    """Yield the sentences of a line's end, with its marks, if any."""
    found = _AT_THE_END.search(line)
    if found:
        yield from _marked(line[: found.start()], found)
    else:
        yield from _marked(line, None)


def _marked(text: str, found: re.Match[str] | None) -> Iterator[Marked]:
    """Yield the sentences of ``text``; the last of them has the marks."""
    stop = _STOP.search(found["marks"]) if found else None
    numbers = _NUMBER.findall(found["marks"]) if found else []
    marks = tuple(dict.fromkeys(map(int, numbers)))
    whole = text.strip()
    if stop and not _STOP.search(whole[-1:]):
        whole += stop[0]
    texts = [part for part in split(whole) if any(c.isalnum() for c in part)]
    for n, part in enumerate(texts):
        yield Marked(part, marks if n == len(texts) - 1 else ())
