"""Work that cannot speak up by itself, done beside a handler that can.

A handler must yield now and then, so that its visitor sees how far it is and that it ends when
nobody waits any more. A library call that blocks does neither; here it runs in a thread.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar

import gradio as gr

from portfolio_core.errors import Cancelled

T = TypeVar("T")

_NEWS_SECONDS = 0.1


class Signal:
    """What the work tells, and is told. Hand its methods to the work."""

    def __init__(self) -> None:
        self.done = 0
        self.whole = 0
        self.latest: object = None
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


class Status:
    """Stands in for Gradio's progress: keeps what would be shown there."""

    text = ""

    def __call__(self, _share: float, desc: str) -> None:
        """Keep it."""
        self.text = desc


class Running(Generic[T]):
    """Work in a thread. Go through it, yielding; then take :attr:`result`.

    Whoever stops going through it ends the work at its next check, and waits for that.
    """

    result: T

    def __init__(self, work: Callable[[Signal], T]) -> None:
        self._work = work

    def __iter__(self) -> Iterator[Signal]:
        """Yield several times a second while the work runs; raise what it raises."""
        signal = Signal()
        with ThreadPoolExecutor(1, thread_name_prefix="background") as thread:
            working = thread.submit(self._work, signal)
            try:
                while not wait([working], _NEWS_SECONDS).done:
                    yield signal
            finally:
                signal.end()  # nothing to work that is done
            self.result = working.result()


def quietly(work: Generator[object, None, T], outputs: int) -> Generator[Any, None, T]:
    """Go through ``work`` for a caller who only wants its result; return that.

    Yields:
        What changes none of so many outputs: it is here that a caller who left is noticed.
    """
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
        yield (gr.skip(),) * outputs if outputs > 1 else gr.skip()


def both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """Return a check that asks two."""

    def check() -> None:
        first()
        second()

    return check
