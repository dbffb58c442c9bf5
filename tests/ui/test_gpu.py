"""Work that borrows a GPU: with the package spaces as it is here, and with ZeroGPU's ways."""

import gc
import inspect
import pickle

import pytest

from portfolio_core.errors import NumberOutOfRange
from portfolio_core.ui import gpu


class Counter:
    """An engine that counts, and notes how its work ended."""

    ended = None

    def count(self, most):
        try:
            yield from range(most)
            self.ended = "whole"
        except GeneratorExit:
            self.ended = "stopped"
            raise


def count(engine, most):
    return engine.count(most)


class ZeroGpu:
    """Stands in for ``spaces.GPU`` on ZeroGPU: asks for the time, and pickles all that passes."""

    def __init__(self):
        self.declared = []

    def __call__(self, *, duration):
        def decorate(task):
            def handler(*asked):
                self.declared.append(duration(*asked))
                asked = pickle.loads(pickle.dumps(asked))
                for item in task(*asked):
                    yield pickle.loads(pickle.dumps(item))

            return handler

        return decorate


@pytest.fixture
def zero(monkeypatch):
    stand_in = ZeroGpu()
    monkeypatch.setattr(gpu, "GPU", stand_in)
    return stand_in


def test_elsewhere_the_work_is_done_as_it_stands():
    assert list(gpu.OnGpu(count, lambda key, most: most)("counter", Counter(), 3)) == [0, 1, 2]


def test_without_the_package_the_work_is_done_as_it_stands(monkeypatch):
    monkeypatch.setattr(gpu, "GPU", None)

    assert list(gpu.OnGpu(count, lambda key, most: most)("counter", Counter(), 3)) == [0, 1, 2]


def test_the_engine_itself_never_passes_between_the_processes(zero):
    class Local(Counter):
        """Cannot be pickled: it has no name in its module."""

    assert list(gpu.OnGpu(count, lambda key, most: most)("counter", Local(), 2)) == [0, 1]


@pytest.mark.parametrize(("seconds", "declared"), [(0.2, 10), (20, 30), (20.1, 31), (900, 120)])
def test_the_time_that_is_declared_follows_the_estimate(zero, seconds, declared):
    work = gpu.OnGpu(count, lambda key, most: seconds)

    list(work("counter", Counter(), 1))

    assert zero.declared == [declared]


def test_who_stops_ends_the_work():
    engine = Counter()
    running = gpu.OnGpu(count, lambda key, most: 1)("counter", engine, 5)
    next(running)

    running.close()

    assert engine.ended == "stopped"


def test_a_typed_error_is_the_same_on_this_side(zero):
    def refuse(engine, asked):
        yield 1
        raise NumberOutOfRange("steps", asked, 1, 50)

    running = gpu.OnGpu(refuse, lambda key, asked: 1)("counter", Counter(), 99)

    assert next(running) == 1
    with pytest.raises(NumberOutOfRange) as raised:
        next(running)
    assert raised.value.message == NumberOutOfRange("steps", 99, 1, 50).message


def test_an_engine_that_was_unloaded_is_not_kept_alive():
    engine = Counter()
    list(gpu.OnGpu(count, lambda key, most: 1)("gone", engine, 1))

    del engine
    gc.collect()

    assert "gone" not in gpu._engines


def test_the_real_decorator_takes_a_duration_and_tells_a_generator(monkeypatch):
    """It asks ``inspect`` whether the work yields, and calls the duration with what that gets."""
    decorator = pytest.importorskip("spaces").GPU
    seen = []

    def watched(**options):
        inspect.signature(decorator).bind(**options)
        return lambda task: seen.append((task, options)) or decorator(**options)(task)

    monkeypatch.setattr(gpu, "GPU", watched)
    gpu.OnGpu(count, lambda key, most: 40)

    ((task, options),) = seen
    assert inspect.isgeneratorfunction(task)
    assert options["duration"]("key", 1) == 60
