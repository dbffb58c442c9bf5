"""Telling a document model that goes round in circles from a page that repeats itself.

The bounds follow from paper: a page has some sixty lines, so a table of equal rows or a form
of empty fields stays below them, and sentences do not come back word by word again and again.
"""

from itertools import takewhile

_LONGEST_BLOCK = 8  # lines that come back together
_ROWS = 64
"""Lines without words, or rows of a table, that may be alike one after another."""
_PROSE_LINES = 16
"""Lines with words that may be alike one after another."""
_FEWEST_ROUNDS = 4
_LONGEST_UNIT = 200  # characters within one line that come back together
_SIGNS = 640
"""Characters that rows of dots, strokes, zeros or empty cells may take in one line."""
_WORDS = 240
"""Characters that a repeated phrase may take in one line."""
_BLANK = 400
"""White space at the end."""


def loop_start(text: str) -> int | None:
    """Return where ``text`` can be cut so that a loop at its end goes round once only.

    Args:
        text: What a model has written so far.

    Returns:
        A place in ``text``, or None if its end is no loop.
    """
    if len(text) - len(text.rstrip()) > _BLANK:
        return len(text.rstrip())
    start = text.rfind("\n") + 1
    within = _loop_in_line(text[start:])
    return start + within if within is not None else _loop_of_lines(text[:start])


def _loop_of_lines(text: str) -> int | None:
    """Find a loop of whole lines; ``text`` ends with the last of them."""
    lines, ends, place = [], [], 0
    for line in text.split("\n")[:-1]:
        place += len(line) + 1
        if line.strip():
            lines.append(line.strip())
            ends.append(place)
    lines, ends = lines[-2 * _ROWS :], ends[-2 * _ROWS :]  # all that the bounds ask for
    for period in range(1, min(_LONGEST_BLOCK, len(lines)) + 1):
        rounds = _rounds(lines, period)
        words = any(_has_words(line) for line in lines[-period:])
        bound = _PROSE_LINES if words else _ROWS
        if rounds >= _FEWEST_ROUNDS and rounds * period > bound:
            return ends[len(lines) - (rounds - 1) * period - 1]
    return None


def _loop_in_line(line: str) -> int | None:
    """Find a loop within a line; it ends where ``line`` ends, maybe in the middle of a round."""
    for period in range(1, min(_LONGEST_UNIT, len(line) // _FEWEST_ROUNDS) + 1):
        alike = _alike(line, period)
        span = alike + period
        words = sum(c.isalpha() for c in line[-period:]) > 1
        if span > (_WORDS if words else _SIGNS) and span >= _FEWEST_ROUNDS * period:
            return len(line) - alike
    return None


def _alike(line: str, period: int) -> int:
    """Return how many characters at the end equal the one a period before them."""
    pairs = zip(reversed(line), reversed(line[:-period]), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _rounds(lines: list[str], period: int) -> int:
    """Return how often the last ``period`` lines stand one after another at the end."""
    unit, rounds = lines[-period:], 1
    while lines[-(rounds + 1) * period : -rounds * period] == unit:
        rounds += 1
    return rounds


def _has_words(line: str) -> bool:
    """Return whether a line is prose: no row of a table, no form field, no figures."""
    return "|" not in line and "<t" not in line and sum(c.isalpha() for c in line) > 1
