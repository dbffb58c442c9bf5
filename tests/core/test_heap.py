"""What was freed goes back to the system once the process rests."""

import ctypes
import time

import psutil
import pytest

from portfolio_core import heap

PIECES, PIECE = 2000, 64 * 1024  # pieces so small that they are kept when they are freed
WHOLE = PIECES * PIECE


@pytest.fixture
def freed():
    """Take memory and free it, all but the last piece, which holds the rest; return what it was."""
    if heap._malloc_trim() is None:
        pytest.skip("The C library of this machine is not glibc.")
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    heap.trim()
    taken = [libc.malloc(PIECE) for _ in range(PIECES)]
    for piece in taken:
        ctypes.memset(piece, 1, PIECE)
    full = resident()
    for piece in taken[:-1]:
        libc.free(piece)
    yield full
    libc.free(taken[-1])


def resident():
    return psutil.Process().memory_info().rss


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(heap, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(heap, "_WORTH_SECONDS", -1)


def test_at_rest_it_goes_back(freed, often):
    with heap.given_back(lambda: False):
        end = time.monotonic() + 30
        while resident() > freed - WHOLE / 2:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_while_there_is_work_it_stays(freed, often):
    with heap.given_back(lambda: True):
        time.sleep(0.3)

    assert resident() > freed - WHOLE / 2
