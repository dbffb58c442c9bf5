"""Hardware: the choice and its reason, on machines of several kinds."""

import os

import pytest

from portfolio_core import hardware
from portfolio_core.settings import GIBIBYTE, Preset, Settings


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, tmp_path):
    asked = hardware._gpu_memory_bytes
    asked.cache_clear()
    monkeypatch.setattr(hardware, "_MEMORY_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(hardware, "_CPU_LIMIT", tmp_path / "cpu.max")
    yield
    asked.cache_clear()


def test_without_a_gpu_the_cpu_is_used_and_the_reason_says_so():
    found = hardware.detect(Settings())

    assert (found.device, found.dtype, found.ceiling) == ("cpu", "float32", Preset.TINY)
    assert "No GPU" in found.reason
    assert found.threads == len(os.sched_getaffinity(0))


def test_a_containers_quota_bounds_threads_and_memory(tmp_path):
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "memory.max").write_text(str(2 * GIBIBYTE))

    found = hardware.detect(Settings())

    assert found.threads == 1
    assert found.memory_bytes == pytest.approx(1.4 * GIBIBYTE, rel=0.01)


def test_settings_win_over_what_is_found():
    found = hardware.detect(Settings(threads=7, memory_bytes=123))

    assert (found.threads, found.memory_bytes) == (7, 123)


@pytest.mark.parametrize(
    ("gpu_gib", "ceiling"), [(8, Preset.TINY), (16, Preset.SMALL), (80, Preset.LARGE)]
)
def test_the_gpus_memory_bounds_the_preset(monkeypatch, gpu_gib, ceiling):
    monkeypatch.setattr(hardware, "_gpu_memory_bytes", lambda: gpu_gib * GIBIBYTE)
    monkeypatch.setattr(hardware, "_gpu_number_type", lambda: "bfloat16")

    found = hardware.detect(Settings())

    assert (found.device, found.ceiling) == ("cuda", ceiling)


def test_a_gpu_is_left_alone_where_the_settings_say_so(monkeypatch):
    monkeypatch.setattr(hardware, "_gpu_memory_bytes", lambda: pytest.fail("looked"))

    found = hardware.detect(Settings(device="cpu"))

    assert (found.device, found.dtype, found.ceiling) == ("cpu", "float32", Preset.TINY)
    assert "No GPU is to be used" in found.reason


def test_no_driver_means_that_torch_is_not_imported(monkeypatch, tmp_path):
    monkeypatch.setattr(hardware, "_NVIDIA_DRIVER", tmp_path / "absent")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)

    assert hardware.detect(Settings()).device == "cpu"


@pytest.mark.parametrize(("gain", "wanted"), [(0.1, "float32"), (1.1, "float32"), (3, "bfloat16")])
def test_a_cpu_multiplies_in_bfloat16_only_where_that_is_faster(monkeypatch, gain, wanted):
    monkeypatch.setattr(hardware, "_bfloat16_gain", lambda: gain)
    machine = hardware.Hardware("cpu", "float32", 1, GIBIBYTE, Preset.TINY, "")

    assert hardware.product_type(machine) == wanted


def test_a_gpu_multiplies_in_its_own_number_type(monkeypatch):
    monkeypatch.setattr(hardware, "_bfloat16_gain", lambda: pytest.fail("measured"))
    machine = hardware.Hardware("cuda", "float16", 1, GIBIBYTE, Preset.SMALL, "")

    assert hardware.product_type(machine) == "float16"


def test_the_gain_of_bfloat16_is_measured():
    assert hardware._bfloat16_gain() > 0
