"""Those who wait for the same kind of work are served in one go, and get what is theirs."""

import threading
import time

import pytest

from portfolio_core import batching, errors
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import EngineSpec, Workload

SECONDS = 10


class Doubler:
    """An engine that doubles numbers and notes what it was called with."""

    def __init__(self):
        self.calls = []

    def double(self, numbers, check):
        check()
        self.calls.append(list(numbers))
        if 13 in numbers:
            raise errors.InvalidInput
        return [2 * number for number in numbers]


@pytest.fixture
def engine():
    return Doubler()


@pytest.fixture
def yard(engine):
    """A workload with that engine, whose queue is held until it is opened."""
    return Yard(engine)


class Yard:
    def __init__(self, engine, **limits):
        self.load = Workload(Settings(limits=Limits(**limits)), 10)
        self.spec = EngineSpec("doubler", lambda: engine, 1)
        self.gate = self.load.enter(self.spec)
        self.told, self.places, self.threads = {}, {}, []

    def ask(self, name, items, kind="double", call=Doubler.double):
        place = self.places[name] = self.load.enter(self.spec)

        def run():
            with place:
                try:
                    *_, self.told[name] = batching.results(place, kind, items, call)
                except errors.PortfolioError as error:
                    self.told[name] = error

        thread = threading.Thread(target=run)
        self.threads.append(thread)
        thread.start()
        end = time.monotonic() + SECONDS
        while place.share is None and time.monotonic() < end:
            time.sleep(0.005)

    def open(self):
        self.gate.leave()
        for thread in self.threads:
            thread.join(SECONDS)
        assert self.load.running == 0


def test_those_who_wait_are_one_call_and_each_gets_his_own(yard, engine):
    for name in range(8):
        yard.ask(name, range(name))
    yard.open()

    assert yard.told == {name: [2 * n for n in range(name)] for name in range(8)}
    assert len(engine.calls) == 1


def test_another_kind_of_work_is_another_call_and_nobody_is_overtaken(yard, engine):
    yard.ask("a", [1])
    yard.ask("b", [2], kind="other")
    yard.ask("c", [3])
    yard.open()

    assert engine.calls == [[1], [2], [3]]


def test_a_call_has_a_bound_of_items(yard, engine, monkeypatch):
    monkeypatch.setattr(batching, "MOST_ITEMS", 5)
    for name in "abc":
        yard.ask(name, [1, 2])
    yard.ask("long", range(9))
    yard.open()

    assert [len(call) for call in engine.calls] == [4, 2, 9]


def test_what_one_sent_harms_nobody_else(yard):
    yard.ask("a", [1])
    yard.ask("unlucky", [13])
    yard.ask("c", [3])
    yard.open()

    assert yard.told["a"] == [2]
    assert isinstance(yard.told["unlucky"], errors.InvalidInput)
    assert yard.told["c"] == [6]


def test_who_has_no_time_left_takes_none_from_the_others(yard, engine):
    def late(engine, numbers, check):
        yard.places["late"].deadline = 0
        return engine.double(numbers, check)

    yard.ask("late", [1], call=late)
    yard.ask("b", [2], call=late)
    yard.ask("c", [3], call=late)
    yard.open()

    assert isinstance(yard.told["late"], errors.WorkTooLong)
    assert (yard.told["b"], yard.told["c"]) == ([4], [6])
    assert engine.calls == [[2, 3]]


def test_who_leaves_does_not_end_the_work_of_the_others(yard, engine):
    begun = threading.Event()

    def slow(engine, numbers, check):
        begun.set()
        yard.places["first"].cancel()
        yard.places["second"].cancel()
        return engine.double(numbers, check)

    for number, name in enumerate(("first", "second", "third")):
        yard.ask(name, [number], call=slow)
    yard.open()

    assert begun.is_set()
    assert yard.told["third"] == [4]
    assert engine.calls == [[0, 1, 2]]


def test_the_work_ends_when_all_have_left(yard, engine):
    def slow(engine, numbers, check):
        for place in yard.places.values():
            place.cancel()
        return engine.double(numbers, check)

    for number, name in enumerate(("first", "second")):
        yard.ask(name, [number], call=slow)
    yard.open()

    assert engine.calls == []
    assert {type(told) for told in yard.told.values()} == {errors.Cancelled}


def test_who_is_served_does_not_run_out_of_patience(engine):
    yard = Yard(engine, queue_wait_seconds=0.3)

    def slow(engine, numbers, check):
        time.sleep(0.8)
        return engine.double(numbers, check)

    yard.ask("a", [1], call=slow)
    yard.ask("b", [2], call=slow)
    yard.open()

    assert yard.told == {"a": [2], "b": [4]}
