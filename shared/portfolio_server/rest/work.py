"""Blocking work of engines under an asynchronous server: in threads, and stopped when nobody waits.

A piece of work is a generator that runs at its engine, all of it in one thread: to change threads
takes longer than a small model. Between two steps, and while it waits for its turn, it ends as
soon as the caller is gone.
"""

import asyncio
import contextlib
import threading
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Generator,
    Hashable,
    Iterator,
    Sequence,
)
from typing import Any, Generic, TypeVar, cast

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import Request

from portfolio_core import batching
from portfolio_core.errors import Cancelled
from portfolio_core.workload import EngineSpec, Place, Workload

E = TypeVar("E")
T = TypeVar("T")
R = TypeVar("R")

_LOOK_SECONDS = 0.2
# Threads mostly wait for their turn; the bound that counts is the queue's, per engine.
_THREADS = 256
_limiter: CapacityLimiter | None = None
# Results that may wait for their caller: whoever reads slowly for a moment keeps nobody waiting.
_AHEAD = 16

Steps = Callable[[E, Callable[[], None]], Iterator[T]]
"""Works at an engine and yields results; calls its second argument now and then."""


async def stream(workload: Workload, spec: EngineSpec[E], steps: Steps[E, T]) -> AsyncGenerator[T]:
    """Yield the results of work at one engine as they come.

    Raises:
        PortfolioError: the queue is full, the wait too long, or the work raised it.
    """
    with workload.enter(spec) as place:
        results = in_threads(_results(place, steps), place.cancel)
        async with contextlib.aclosing(results):
            async for one in results:
                yield one


async def together(
    workload: Workload,
    spec: EngineSpec[E],
    kind: Hashable,
    items: Sequence[T],
    call: batching.Call[E, T, R],
) -> AsyncGenerator[Sequence[R]]:
    """Yield the results of items that may be worked on beside those of other callers.

    Raises:
        PortfolioError: as for :func:`stream`.
    """
    with workload.enter(spec) as place:
        results = in_threads(batching.results(place, kind, items, call), place.cancel)
        async with contextlib.aclosing(results):
            async for one in results:
                yield one


async def in_threads(results: Generator[T | None], cancel: Callable[[], None]) -> AsyncGenerator[T]:
    """Yield what a blocking iterator yields, taking all its steps in one thread; skip None.

    Close it or come to its end: before that, the iterator may be at work.

    Args:
        results: The iterator.
        cancel: Makes its running step end early; called when nobody wants more.
    """
    ready: asyncio.Queue[T | type[_End]] = asyncio.Queue()
    maker = _Maker(results, asyncio.get_running_loop(), ready.put_nowait)
    making = asyncio.ensure_future(in_thread(maker.make))
    making.add_done_callback(lambda _: ready.put_nowait(_End))
    try:
        while (one := await ready.get()) is not _End:
            maker.room.release()
            yield cast("T", one)
    finally:
        maker.gone = True
        maker.room.release()
        cancel()
        with anyio.CancelScope(shield=True):  # it is over before its place is given up
            await asyncio.wait([making])
        failed = making.exception()
    if failed:
        raise failed


class _Maker(Generic[T]):
    """Makes the results of an iterator in a thread and hands them to a loop."""

    def __init__(
        self,
        results: Generator[T | None],
        loop: asyncio.AbstractEventLoop,
        take: Callable[[T], None],
    ) -> None:
        self._results = results
        self._loop = loop
        self._take = take
        self.room = threading.Semaphore(_AHEAD)
        self.gone = False

    def make(self) -> None:
        """Take all steps, or those until nobody wants more."""
        with contextlib.closing(self._results):
            for one in self._results:
                if one is not None:
                    self._loop.call_soon_threadsafe(self._take, one)
                    self.room.acquire()
                if self.gone:
                    return


async def made(steps: Generator[T | None, None, T]) -> AsyncGenerator[T]:
    """Yield what the work of a desk yields on its way, and what it returns as the last.

    It looks by itself whether to go on, at each of its steps.
    """

    def all_of_it() -> Generator[T | None]:
        yield (yield from steps)

    async with contextlib.aclosing(in_threads(all_of_it(), lambda: None)) as results:
        async for one in results:
            yield one


async def result(request: Request, results: AsyncGenerator[T]) -> T:
    """Return the last result of some work, which ends early when the caller goes away.

    Raises:
        Cancelled: the caller is gone; nobody will see it.
        PortfolioError: as for :func:`stream`.
    """
    return await _unless_gone(request, _last(results))


async def begun(request: Request, results: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Return ``results`` after its first one has come, so that a refusal can still be a status.

    Raises:
        Cancelled: the caller went away before.
        PortfolioError: as for :func:`stream`.
    """
    first = await _unless_gone(request, _first(results))

    async def all_of_them() -> AsyncGenerator[T]:
        async with contextlib.aclosing(results):
            yield first
            async for one in results:
                yield one

    return all_of_them()


class _End:
    """Stands for the end of all results."""


def _results(place: Place[E], steps: Steps[E, T]) -> Generator[T | None]:
    """Yield None while waiting, so that a caller who left is noticed, and then the results."""
    for _ in place.waiting():
        yield None
    yield from steps(place.engine(), place.check)


async def _unless_gone(request: Request, wanted: Coroutine[Any, Any, R]) -> R:
    """Return what is wanted; give it up as soon as the caller is gone."""
    work = asyncio.ensure_future(wanted)
    try:
        while not (await asyncio.wait([work], timeout=_LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                raise Cancelled
        return work.result()
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([work])


async def _first(results: AsyncGenerator[T]) -> T:
    return await anext(results)


async def _last(results: AsyncGenerator[T]) -> T:
    async with contextlib.aclosing(results):
        async for one in results:
            last = one
    return last


async def in_thread(call: Callable[[], R]) -> R:
    """Return what a blocking call returns, made in a thread."""
    global _limiter
    if _limiter is None:  # it belongs to the loop that serves, and there is one in a process
        _limiter = CapacityLimiter(_THREADS)
    return await to_thread.run_sync(call, limiter=_limiter)
