"""Which second reader reads which line."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.agreement import Reading
from portfolio_core.engines.ocr.letters import is_foreign, is_hangul, is_latin
from portfolio_core.engines.ocr.trocr import BATCH

_CLEAR = 0.9
"""A reader with this score on a line is believed without asking the other one."""


class LineReader(Protocol):
    """A reader that knows single lines only."""

    key: str
    """Name of its model in readings."""

    def read(
        self, lines: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Reading]]:
        """Yield each line's number and what it says."""
        ...


def by_surer(
    lines: Sequence[Pixels],
    printed: LineReader,
    handwritten: LineReader,
    check: Callable[[], None] = lambda: None,
) -> Iterator[tuple[int, Reading]]:
    """Read each line by the reader that is surer of it; yield its number and the reading.

    Whether a line is printed or written by hand is not guessed from its look. The reader that
    won more lines so far is asked first, and the other one only about lines of which the first
    is not clear: a page of one kind costs little more than one reader.

    Args:
        lines: Pictures of single lines, each of shape (height, width, 3), RGB, uint8.
        printed: Is asked first at the beginning.
        handwritten: The other reader.
        check: Handed on to the readers.
    """
    wins = {printed.key: 0, handwritten.key: 0}
    order = sorted(range(len(lines)), key=lambda n: lines[n].shape[1] / lines[n].shape[0])
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        ahead = wins[printed.key] >= wins[handwritten.key]
        asked = (printed, handwritten) if ahead else (handwritten, printed)
        best = _read(batch, lines, asked[0], check)
        unclear = [number for number in batch if best[number].score < _CLEAR]
        for number, other in _read(unclear, lines, asked[1], check).items():
            best[number] = max(best[number], other, key=lambda reading: reading.score)
        for reading in best.values():
            wins[reading.reader] += 1
        yield from best.items()


def for_english(text: str) -> bool:
    """Return whether a reader of English may read what the first reader took for ``text``."""
    letters = [c for c in text if c.isalpha()]
    return any(c.isalnum() for c in text) and all(is_latin(c) for c in letters)


def for_korean(text: str, *, blind: bool) -> bool:
    """Return whether a reader of Korean may read what the first reader took for ``text``.

    Args:
        text: The first reading.
        blind: The first reader knew no Hangul; it makes ideographs or signs of it then.
    """
    lost = blind and (any(map(is_foreign, text)) or not any(c.isalnum() for c in text))
    return lost or any(map(is_hangul, text))


def _read(
    numbers: list[int], lines: Sequence[Pixels], reader: LineReader, check: Callable[[], None]
) -> dict[int, Reading]:
    pictures = [lines[number] for number in numbers]
    return {numbers[index]: reading for index, reading in reader.read(pictures, check)}
