"""Work that cannot speak up by itself, done beside a handler that can.

A handler must yield now and then, so that its visitor sees how far it is and that it ends when
nobody waits any more. A library call that blocks does neither; here it runs in a thread.
"""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from portfolio_core.errors import Cancelled

T = TypeVar("T")

_NEWS_SECONDS = 0.2


class Signal:
    """What the work tells, and is told. Hand its methods to the work."""

    def __init__(self) -> None:
        self.done = 0
        self.whole = 0
        self._ended = threading.Event()

    def progress(self, done: int, whole: int) -> None:
        """Note how far the work is."""
        self.done, self.whole = done, whole

    def check(self) -> None:
        """Raise :class:`Cancelled` when nobody waits any more."""
        if self._ended.is_set():
            raise Cancelled

    def end(self) -> None:
        """End the work at its next check."""
        self._ended.set()


def run(work: Callable[[Signal], T]) -> Generator[Signal, None, T]:
    """Yield several times a second while ``work`` runs, and return its result.

    When the generator is closed, the work is told to end and waited for.
    """
    signal = Signal()
    with ThreadPoolExecutor(1, thread_name_prefix="background") as thread:
        working = thread.submit(work, signal)
        try:
            while not wait([working], _NEWS_SECONDS).done:
                yield signal
        finally:
            signal.end()  # too late for work that is done
        return working.result()
