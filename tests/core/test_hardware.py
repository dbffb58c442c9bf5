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


def test_no_driver_means_that_torch_is_not_imported(monkeypatch, tmp_path):
    monkeypatch.setattr(hardware, "_NVIDIA_DRIVER", tmp_path / "absent")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)

    assert hardware.detect(Settings()).device == "cpu"


@pytest.mark.parametrize(
    ("flags", "device", "dtype"),
    [
        ("fpu avx512_bf16 sse", "cpu", "bfloat16"),
        ("fpu amx_bf16 sse", "cpu", "bfloat16"),
        ("fpu avx512f sse", "cpu", "float32"),
        ("fpu avx512_bf16 sse", "cuda", "float32"),
    ],
)
def test_matrices_are_multiplied_in_bfloat16_where_the_cpu_can(
    monkeypatch, tmp_path, flags, device, dtype
):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(hardware, "_CPU_FLAGS", tmp_path / "cpuinfo")
    machine = hardware.Hardware(device, "float32", 1, GIBIBYTE, Preset.TINY, "")

    assert hardware.matrix_dtype(machine) == dtype
