"""Start a server, time its first page, weigh it, stop it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

READY_SECONDS = 120.0
_LOOK_SECONDS = 0.02


@contextlib.contextmanager
def started(command: Sequence[str], path: str = "/") -> Iterator[tuple[str, float, int]]:
    """Start ``command`` on a free port; give its address, the seconds to its first page, its pid.

    It learns the port from PORTFOLIO_PORT.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "PORTFOLIO_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(process, address + path, begin)
        yield address, time.perf_counter() - begin, process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def first_pages(*commands: Sequence[str]) -> list[Callable[[], float]]:
    """Return, for each command, what starts it and returns the seconds to its first page."""
    return [partial(_first_page, command) for command in commands]


def memories(*commands: Sequence[str]) -> list[Callable[[], float]]:
    """Return, for each command, what starts it and returns its bytes after the first page."""
    return [partial(_memory, command) for command in commands]


def seconds_of(command: Sequence[str]) -> float:
    """Return how long ``command`` runs."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def printed(command: Sequence[str]) -> float:
    """Return the number that ``command`` prints last."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _first_page(command: Sequence[str]) -> float:
    with started(command) as (_, seconds, _pid):
        return seconds


def _memory(command: Sequence[str]) -> float:
    with started(command) as (_, _seconds, pid):
        return _bytes_of(pid)


def _bytes_of(pid: int) -> int:
    """Return what the process takes for itself, shared pages by their share (Linux's PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("Linux does not tell the memory of this process")


def _wait(process: subprocess.Popen[bytes], url: str, begin: float) -> None:
    while process.poll() is None and time.perf_counter() - begin < READY_SECONDS:
        try:
            with urllib.request.urlopen(url, timeout=READY_SECONDS) as page:  # noqa: S310
                page.read()
                return
        except OSError:
            time.sleep(_LOOK_SECONDS)
    raise RuntimeError(f"no answer from {url}")
