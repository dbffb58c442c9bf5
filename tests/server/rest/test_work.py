"""Blocking work under an asynchronous server: a thread and a place for each piece, to its end."""

import asyncio
import contextlib
import threading

import pytest

from portfolio_core.errors import EngineFailed
from portfolio_core.settings import Settings
from portfolio_core.workload import EngineSpec, Workload
from portfolio_server.rest import work

SECONDS = 10


def nothing():
    pass


async def test_all_steps_are_taken_in_one_thread_and_none_is_no_result():
    def steps():
        for number in range(50):
            yield (number, threading.get_ident()) if number % 2 else None

    made = [one async for one in work.in_threads(steps(), nothing)]

    assert [number for number, _ in made] == list(range(1, 50, 2))
    assert len({thread for _, thread in made}) == 1
    assert made[0][1] != threading.get_ident()


async def test_what_goes_wrong_is_told_after_what_was_made():
    def steps():
        yield 1
        raise EngineFailed("e")

    results = work.in_threads(steps(), nothing)

    assert await anext(results) == 1
    with pytest.raises(EngineFailed):
        await anext(results)


async def test_the_work_waits_for_a_caller_who_does_not_take_its_results():
    made = []

    def steps():
        for number in range(10_000):
            made.append(number)
            yield number

    async with contextlib.aclosing(work.in_threads(steps(), nothing)) as results:
        assert await anext(results) == 0
        await asyncio.sleep(0.2)

        assert 1 < len(made) < 50


async def test_a_place_is_kept_until_the_step_of_who_left_is_over():
    load, begun, going_on = Workload(Settings(), 10), threading.Event(), threading.Event()

    def steps(_, check):
        yield 1
        begun.set()
        going_on.wait(SECONDS)  # a step that looks for nothing on its way
        check()

    results = work.stream(load, EngineSpec("e", object, 1), steps)
    await anext(results)
    assert await asyncio.to_thread(begun.wait, SECONDS)
    leaving = asyncio.ensure_future(results.aclose())
    await asyncio.sleep(0.1)
    meanwhile = load.running
    going_on.set()
    await leaving

    assert meanwhile == 1
    assert load.running == 0
