"""Workload: one bounded queue per engine for the whole process."""

import gc
import threading
import time

import pytest
from tests.waiting import until

from portfolio_core import errors
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import EngineSpec, Workload

SECONDS = 10  # the longest that anything here may take


class Engine:
    """An engine that counts how often it was made and closed."""

    def __init__(self, log):
        self.log = log
        log.append("load")

    def close(self):
        self.log.append("close")


@pytest.fixture
def log():
    return []


def spec_of(log, key="e", memory_bytes=1, load=None):
    return EngineSpec(key, load or (lambda: Engine(log)), memory_bytes)


def workload(memory_bytes=10, idle=600.0, **limits):
    return Workload(Settings(idle_unload_seconds=idle, limits=Limits(**limits)), memory_bytes)


def test_fifty_first_callers_are_one_load_and_each_gets_an_answer(log):
    load, answers = workload(), []
    spec = spec_of(log, load=lambda: (time.sleep(0.05), Engine(log))[1])
    start = threading.Barrier(50)

    def call():
        start.wait()
        try:
            with load.enter(spec) as place:
                place.engine()
                answers.append("done")
        except errors.QueueFull as error:
            answers.append("refused" if error.retry_after_seconds > 0 else "no time given")

    threads = [threading.Thread(target=call) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join(SECONDS) for thread in threads]

    assert log == ["load"]
    assert len(answers) == 50
    assert set(answers) <= {"done", "refused"}
    assert answers.count("done") >= 17


def test_at_most_the_stated_number_waits(log):
    load, spec = workload(queue_waiting=2), spec_of(log)
    for _ in range(3):
        load.enter(spec)

    with pytest.raises(errors.QueueFull) as refused:
        load.enter(spec)

    assert refused.value.fields["places"] == 3
    load.enter(spec_of(log, key="another engine has its own queue"))


def test_one_works_at_a_time_in_the_order_of_arrival(log):
    load, spec, running, order = workload(), spec_of(log), [], []

    def call(number, place):
        with place:
            place.engine()
            running.append(number)
            assert len(running) == 1
            time.sleep(0.002)
            order.append(running.pop())

    threads = [
        threading.Thread(target=call, args=(number, load.enter(spec))) for number in range(10)
    ]
    [thread.start() for thread in reversed(threads)]
    [thread.join(SECONDS) for thread in threads]

    assert order == list(range(10))


def test_a_waiting_caller_hears_how_many_are_ahead(log):
    load, spec = workload(), spec_of(log)
    first, second, third = (load.enter(spec) for _ in range(3))
    heard = third.waiting()

    assert next(heard) == 2
    first.__exit__(None, None, None)
    assert next(heard) == 1
    second.__exit__(None, None, None)
    assert list(heard) == []


def test_a_turn_that_does_not_come_is_a_typed_error(log):
    load, spec = workload(queue_wait_seconds=0.05), spec_of(log)
    load.enter(spec)

    with pytest.raises(errors.WaitedTooLong), load.enter(spec) as place:
        place.engine()

    assert load.running == 1


def test_work_past_its_deadline_is_stopped_at_its_next_check(log):
    load = workload(work_seconds=0.02)
    with load.enter(spec_of(log)) as place:
        place.engine()
        place.check()
        time.sleep(0.03)
        with pytest.raises(errors.WorkTooLong):
            place.check()


def test_the_load_of_a_cold_engine_is_no_part_of_the_work(log):
    load = workload(work_seconds=0.1)
    slow = spec_of(log, load=lambda: (time.sleep(0.2), Engine(log))[1])
    with load.enter(slow) as place:
        place.engine()
        place.check()
        deadline = place.deadline
        place.engine()
        assert place.deadline == deadline  # asking again gives no more time


def test_a_load_does_not_count_against_those_who_wait(log):
    load = workload(queue_wait_seconds=1)
    slow = spec_of(log, load=lambda: (time.sleep(2), Engine(log))[1])

    def first():
        with load.enter(slow) as place:
            place.engine()

    thread = threading.Thread(target=first)
    thread.start()
    until(lambda: load.state("e") == "loading")
    with load.enter(slow) as place:
        place.engine()
    thread.join(SECONDS)

    assert log == ["load"]


def test_who_waits_is_told_when_something_changes_and_once_a_second(log):
    load, spec = workload(queue_wait_seconds=2.5), spec_of(log)
    load.enter(spec)
    with load.enter(spec) as place:
        turns = place.waiting()
        start = time.monotonic()
        heard = [next(turns), next(turns)]
        assert time.monotonic() - start > 0.9
    assert heard == [1, 1]


def test_an_engine_that_cannot_be_closed_harms_nobody(log, caplog):
    class Stubborn(Engine):
        def close(self):
            raise RuntimeError("no")

    load = workload(memory_bytes=1)
    with load.enter(spec_of(log, "a", load=lambda: Stubborn(log))) as place:
        place.engine()
    with load.enter(spec_of(log, "b")) as place:
        place.engine()

    assert (load.state("a"), load.state("b")) == ("idle", "loaded")
    assert "could not be closed" in caplog.text


def test_two_loads_at_once_do_not_pass_the_budget_together(log):
    load = workload(memory_bytes=10)
    refused, slow = [], lambda: (time.sleep(0.2), Engine(log))[1]

    def use(key):
        try:
            with load.enter(spec_of(log, key, 6, slow)) as place:
                place.engine()
                time.sleep(0.2)
        except errors.MemoryBudgetExceeded:
            refused.append(key)

    threads = [threading.Thread(target=use, args=(key,)) for key in "ab"]
    [thread.start() for thread in threads]
    [thread.join(SECONDS) for thread in threads]

    assert len(refused) == 1


def test_cancelling_ends_waiting_and_work(log):
    load, spec = workload(), spec_of(log)
    working, waiting = load.enter(spec), load.enter(spec)
    working.engine()
    working.cancel()
    waiting.cancel()

    with pytest.raises(errors.Cancelled):
        working.check()
    with pytest.raises(errors.Cancelled):
        waiting.engine()


def test_a_generator_that_is_dropped_gives_its_place_up(log):
    load, spec = workload(), spec_of(log)

    def work():
        with load.enter(spec) as place:
            place.engine()
            while True:
                yield

    generator = work()
    next(generator)
    assert load.running == 1
    del generator
    gc.collect()

    assert load.running == 0


def test_a_failing_load_is_a_typed_error_and_the_next_caller_tries_again(log):
    load, tries = workload(), []

    def fails_once():
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("/secret/path")
        return Engine(log)

    spec = spec_of(log, load=fails_once)
    with pytest.raises(errors.EngineFailed) as failed, load.enter(spec) as place:
        place.engine()
    assert "/secret" not in str(failed.value)
    assert load.state("e") == "failed"

    with load.enter(spec) as place:
        assert isinstance(place.engine(), Engine)


def test_an_idle_engine_is_unloaded(log):
    load = workload(idle=0.05)
    with load.enter(spec_of(log)) as place:
        place.engine()
        time.sleep(0.12)
        assert log == ["load"]  # not while somebody works with it

    until(lambda: log == ["load", "close"])
    assert load.state("e") == "idle"


def test_the_least_recently_used_idle_engine_makes_room(log):
    load = workload(memory_bytes=10)
    closed = []

    class Named(Engine):
        def close(self):
            closed.append(self.key)

    def use(key, memory_bytes):
        def make():
            engine = Named(log)
            engine.key = key
            return engine

        with load.enter(EngineSpec(key, make, memory_bytes)) as place:
            place.engine()

    use("a", 4)
    use("b", 4)
    use("a", 4)
    use("c", 4)

    assert closed == ["b"]


def test_an_engine_that_does_not_fit_beside_working_ones_is_refused(log):
    load = workload(memory_bytes=10)
    with load.enter(spec_of(log, "a", 6)) as working:
        working.engine()
        with pytest.raises(errors.MemoryBudgetExceeded), load.enter(spec_of(log, "b", 6)) as place:
            place.engine()


def test_draining_refuses_new_work_and_lets_running_work_end(log):
    load, spec = workload(), spec_of(log)
    with load.enter(spec) as place:
        load.drain()
        with pytest.raises(errors.Draining):
            load.enter(spec)
        place.engine()

    assert load.running == 0


def test_a_thousand_random_switches_keep_to_the_budget(log, trials):
    load = workload(memory_bytes=3)
    alive = []

    class Counted:
        def __init__(self):
            alive.append(self)

        def close(self):
            alive.remove(self)

    for number in range(trials(1000)):
        with load.enter(EngineSpec(str(number * 7 % 5), Counted, 1)) as place:
            place.engine()
        assert len(alive) <= 3


def test_stopping_tells_those_who_work_and_those_who_wait(log):
    load, spec = workload(), spec_of(log)
    working, waiting = load.enter(spec), load.enter(spec)
    working.engine()
    load.stop()

    with pytest.raises(errors.Draining):
        working.check()
    with pytest.raises(errors.Draining):
        waiting.engine()


def test_every_engine_can_be_seen_with_its_callers(log):
    load, spec = workload(), spec_of(log, memory_bytes=4)
    assert load.lanes() == []
    with load.enter(spec) as place, load.enter(spec):
        place.engine()
        (seen,) = load.lanes()
    (left,) = load.lanes()

    assert (seen.key, seen.state, seen.running, seen.waiting) == ("e", "loaded", 1, 1)
    assert (seen.memory_bytes, seen.idle_seconds) == (4, 0)
    assert (left.running, left.waiting) == (0, 0)


def test_it_is_told_whether_an_engine_would_fit(log):
    load = workload(memory_bytes=10)
    small, large, huge = (spec_of(log, key, size) for key, size in [("s", 4), ("l", 8), ("h", 11)])

    assert (load.fit(small), load.fit(large), load.fit(huge)) == ("now", "now", "too_large")
    with load.enter(small) as place:
        place.engine()
        assert (load.fit(small), load.fit(large)) == ("loaded", "not_while_others_work")
    assert load.fit(large) == "after_unloading"


def test_an_engine_is_unloaded_when_asked_but_not_while_it_is_used(log):
    load, spec = workload(), spec_of(log)
    load.unload("never seen")
    with load.enter(spec) as place:
        place.engine()
        with pytest.raises(errors.EngineAtWork):
            load.unload("e")
    load.unload("e")
    load.unload("e")

    assert log == ["load", "close"]
    assert load.state("e") == "idle"


def test_it_is_told_how_long_work_has_gone_on_after_its_deadline(log):
    load = workload(work_seconds=0.01)
    with load.enter(spec_of(log)) as place:
        before = load.overdue_seconds
        place.engine()
        until(lambda: load.overdue_seconds > 0.01)

    assert before == load.overdue_seconds == 0
