"""How time grows: what a test may say of speed on a machine whose speed nobody knows."""

import time
from collections.abc import Callable

_CHARACTERS = 10_000
_TIMES = 5
# Five times the text takes some five times the time where it grows evenly, 25 times where it
# grows with the square; between them is room for a busy machine.
_MOST_TIMES = 12
_NOTHING_SECONDS = 0.02  # below it the clock's own grain would decide
_TRIES = 4


def grows_evenly(work: Callable[[str], object], piece: str) -> bool:
    """Return whether ``work`` takes no more than evenly longer on a longer text of ``piece``."""
    whole = (piece * _CHARACTERS)[:_CHARACTERS]
    long = short = float("inf")
    for _ in range(_TRIES):  # the best of several: others may be at work on the same machine
        long = min(long, _seconds(work, whole))
        short = min(short, _seconds(work, whole[: _CHARACTERS // _TIMES]))
        if long < max(_NOTHING_SECONDS, _MOST_TIMES * short):
            return True
    return False


def _seconds(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start
