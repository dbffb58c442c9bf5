"""Gives back to the system what a process has freed.

glibc keeps the memory that a crowd of threads has freed for the next crowd, some hundred
megabytes after a busy minute. Other programs of the machine could use it in between.
"""

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache

EVERY_SECONDS = 5.0
_WORTH_SECONDS = 1.0  # of the processor's time: less leaves nothing to speak of


@contextlib.contextmanager
def given_back(busy: Callable[[], bool]) -> Iterator[None]:
    """Give memory back whenever the process rests after some work, until the block ends.

    Args:
        busy: Whether work is going on, which wants its memory itself.
    """
    ended = threading.Event()

    def run() -> None:
        worked = 0.0
        while not ended.wait(EVERY_SECONDS):
            if time.process_time() - worked > _WORTH_SECONDS and not busy():
                trim()
                worked = time.process_time()

    threading.Thread(target=run, name="heap", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def trim() -> None:
    """Give back what is free now; nothing happens where the C library cannot."""
    give = _malloc_trim()
    if give:
        give(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # not glibc
        return None
    return found
