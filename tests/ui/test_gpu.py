"""Work that borrows a GPU: with the package spaces as it is here, and with ZeroGPU's ways."""

import gc
import inspect
import os
import pickle
import subprocess
import sys

import gradio as gr
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


def test_where_models_stay_off_the_gpu_none_is_borrowed_and_the_work_is_declared(monkeypatch):
    declared = []

    def watched(**options):
        return lambda task: declared.append(task) or (lambda *_: pytest.fail("borrowed"))

    monkeypatch.setattr(gpu, "GPU", watched)
    work = gpu.OnGpu(count, lambda key, most: 1, borrows=False)

    assert list(work("counter", Counter(), 2)) == [0, 1]
    assert len(declared) == 1


def test_pages_that_are_mounted_announce_their_work_as_a_launch_does():
    pytest.importorskip("spaces")
    code = """
from spaces.zero import gradio  # what ZeroGPU hangs into the first launch
gradio.one_launch(lambda: print("reported"))
from portfolio_core.ui import gpu
gpu.announce()
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"SYSTEM": "spaces", "SPACE_ID": "ann/gallery"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert done.stdout.splitlines().count("reported") == 1
    assert "Exception ignored" not in done.stderr  # as of loops that nobody closes


@pytest.mark.parametrize("missing", ["the package", "the Hub"])
def test_elsewhere_there_is_nothing_to_announce(monkeypatch, missing):
    if missing == "the package":
        monkeypatch.setenv("SYSTEM", "spaces")
        monkeypatch.setenv("SPACE_ID", "ann/gallery")
    monkeypatch.setattr(gpu, "GPU", None if missing == "the package" else ZeroGpu())
    monkeypatch.setattr(gr.Blocks, "launch", lambda *_, **__: pytest.fail("launched"))

    gpu.announce()


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
