"""What this machine offers an engine, and why: device, number type, threads, memory."""

import contextlib
import importlib.util
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from portfolio_core.settings import GIBIBYTE, Preset, Settings

# The files in which Linux tells a container its share of the machine.
_CGROUP = Path("/sys/fs/cgroup")
_MEMORY_LIMIT = _CGROUP / "memory.max"
_CPU_LIMIT = _CGROUP / "cpu.max"
# Where Linux lists what the CPU can do, and what it is called to multiply in bfloat16.
_CPU_FLAGS = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
# Present as soon as the NVIDIA driver is, so that torch (two seconds) is asked only then.
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
_SHARE_FOR_ENGINES = 0.7
_SMALL_GPU = 14 * GIBIBYTE  # a "16 GB" card shows a little less
_LARGE_GPU = 44 * GIBIBYTE  # likewise for "48 GB"

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
    gpu_bytes = _gpu_memory_bytes()
    if gpu_bytes is None:
        memory = settings.memory_bytes or int(_machine_memory_bytes() * _SHARE_FOR_ENGINES)
        reason = f"No GPU was found; {threads} of {os.cpu_count()} CPU cores are used."
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


def matrix_dtype(hardware: Hardware) -> NumberType:
    """Return the number type in which ``hardware`` multiplies large matrices fastest.

    A CPU with instructions for bfloat16 reads a prompt two to four times as fast with it, at
    half the memory; one without them is slower than with float32.
    """
    if hardware.device == "cpu" and _BFLOAT16_FLAGS & set(_read(_CPU_FLAGS).split()):
        return "bfloat16"
    return hardware.dtype


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
