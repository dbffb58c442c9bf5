"""Blocking work of engines under an asynchronous server: in threads, and stopped when nobody waits.

A piece of work is a generator that runs at its engine; each of its steps is one call in a
thread. Between two steps, and while it waits for its turn, it ends as soon as the caller is gone.
"""

import asyncio
import contextlib
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Generator,
    Hashable,
    Iterator,
    Sequence,
)
from functools import partial
from typing import Any, TypeVar

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

Steps = Callable[[E, Callable[[], None]], Iterator[T]]
"""Works at an engine and yields results; calls its second argument now and then."""


async def stream(workload: Workload, spec: EngineSpec[E], steps: Steps[E, T]) -> AsyncGenerator[T]:
    """Yield the results of work at one engine as they come.

    Raises:
        PortfolioError: the queue is full, the wait too long, or the work raised it.
    """
    with workload.enter(spec) as place:
        async for one in in_threads(_results(place, steps), place.cancel):
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
        results = batching.results(place, kind, items, call)
        async for one in in_threads(results, place.cancel):
            yield one


async def in_threads(results: Generator[T | None], cancel: Callable[[], None]) -> AsyncGenerator[T]:
    """Yield what a blocking iterator yields, each step taken in a thread; None is passed over.

    Args:
        results: The iterator.
        cancel: Makes its running step end early; called when nobody wants more.
    """
    step: asyncio.Future[Any] | None = None
    try:
        while True:
            step = asyncio.ensure_future(in_thread(partial(next, results, _End)))
            one = await asyncio.shield(step)
            if one is _End:
                return
            if one is not None:
                yield one
    finally:
        cancel()
        with anyio.CancelScope(shield=True):
            if step:  # it goes on in its thread, and is over before its place is given up
                await asyncio.wait([step])
            await in_thread(results.close)


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
    """Stands for the end of an iterator; a thread cannot raise StopIteration into a coroutine."""


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
