"""What this machine offers an engine, and why: device, number type, threads, memory."""

import contextlib
import importlib.util
import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from portfolio_core.settings import GIBIBYTE, Preset, Settings

# The files in which Linux tells a container its share of the machine.
_CGROUP = Path("/sys/fs/cgroup")
_MEMORY_LIMIT = _CGROUP / "memory.max"
_CPU_LIMIT = _CGROUP / "cpu.max"
# Present as soon as the NVIDIA driver is, so that torch (two seconds) is asked only then.
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
_SHARE_FOR_ENGINES = 0.7
_SMALL_GPU = 14 * GIBIBYTE  # a "16 GB" card shows a little less
_LARGE_GPU = 44 * GIBIBYTE  # likewise for "48 GB"
_GAIN_WORTH_ROUNDING = 1.3
_PROBE_SIDE = 768
_PROBE_TIMES = 4  # the first one also sets things up

Device = Literal["cpu", "cuda"]
NumberType = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Hardware:
    """One machine as engines see it.

    Attributes:
        device: Where models run.
        dtype: Number type of weights and activations.
        threads: Threads of one engine, at least 1.
        memory_bytes: Memory that all loaded engines together may take, on ``device``.
        ceiling: The largest preset that makes sense here.
        reason: One English sentence that tells what decided.
    """

    device: Device
    dtype: NumberType
    threads: int
    memory_bytes: int
    ceiling: Preset
    reason: str


def detect(settings: Settings) -> Hardware:
    """Return what this machine offers under ``settings``. Cheap without an NVIDIA driver."""
    threads = settings.threads or _cores()
    gpu_bytes = _gpu_memory_bytes() if settings.device == "auto" else None
    if gpu_bytes is None:
        memory = settings.memory_bytes or int(_machine_memory_bytes() * _SHARE_FOR_ENGINES)
        why = "No GPU was found" if settings.device == "auto" else "No GPU is to be used"
        reason = f"{why}; {threads} of {os.cpu_count()} CPU cores are used."
        return Hardware("cpu", "float32", threads, memory, Preset.TINY, reason)
    memory = settings.memory_bytes or int(gpu_bytes * _SHARE_FOR_ENGINES)
    ceiling = (
        Preset.LARGE
        if gpu_bytes >= _LARGE_GPU
        else Preset.SMALL
        if gpu_bytes >= _SMALL_GPU
        else Preset.TINY
    )
    reason = f"A GPU with {gpu_bytes / GIBIBYTE:.0f} GiB was found."
    return Hardware("cuda", _gpu_number_type(), threads, memory, ceiling, reason)


def product_type(hardware: Hardware) -> NumberType:
    """Return the number type in which matrix products are fast here.

    On a GPU that is the machine's own. On a CPU bfloat16 halves the memory to be read, but
    only some processors multiply in it, and others take many times as long: a product of the
    size that a decoder makes is timed once.
    """
    if hardware.device != "cpu":
        return hardware.dtype
    return "bfloat16" if _bfloat16_gain() > _GAIN_WORTH_ROUNDING else hardware.dtype


@cache
def _bfloat16_gain() -> float:
    """Return how many times as fast as in float32 a matrix product is in bfloat16."""
    import torch

    def seconds(dtype: Any) -> float:  # noqa: ANN401 - torch's, which is imported late
        matrix = torch.ones(_PROBE_SIDE, _PROBE_SIDE, dtype=dtype)
        times = []
        for _ in range(_PROBE_TIMES):
            start = time.perf_counter()
            torch.mm(matrix, matrix)
            times.append(time.perf_counter() - start)
        return min(times)

    return seconds(torch.float32) / seconds(torch.bfloat16)


def _cores() -> int:
    """Cores this process may use: affinity, then the container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _read(_CPU_LIMIT).partition(" ")
    if quota.isdigit() and period.isdigit():
        cores = min(cores or 1, -(-int(quota) // int(period)))
    return max(1, cores or 1)


def _machine_memory_bytes() -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _read(_MEMORY_LIMIT)
    return min(total, int(limit)) if limit.isdigit() else total


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text().strip()
    return ""


@cache
def _gpu_memory_bytes() -> int | None:
    if not _NVIDIA_DRIVER.exists() or importlib.util.find_spec("torch") is None:
        return None
    import torch

    return int(torch.cuda.mem_get_info()[1]) if torch.cuda.is_available() else None


def _gpu_number_type() -> NumberType:
    import torch

    return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
