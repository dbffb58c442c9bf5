"""What a process of its own is told to do in the tests."""

import os
import socket
import subprocess
import sys
import time

from portfolio_core.errors import TextTooLong


def echo(*arguments):
    yield list(arguments), b""


def pages(count, size):
    for number in range(count):
        yield number, bytes([number]) * size


def endless():
    number = 0
    while True:
        yield os.getpid(), bytes(2**20)
        number += 1


def sleep(seconds):
    time.sleep(seconds)
    yield None, b""


def spin():
    while True:
        pass
    yield


def refuse():
    raise TextTooLong(3, 2)
    yield


def stumble():
    raise LookupError("secret of the inside")
    yield


def crash():
    import ctypes

    ctypes.string_at(0)
    yield


def leave(code):
    os._exit(code)
    yield


def fill(size):
    yield len(bytearray(size)), b""


def chatter():
    print("a library prints", flush=True)
    os.write(1, b"and writes")
    yield "said", b""


def connect(port):
    with socket.create_connection(("127.0.0.1", port)):
        yield "connected", b""


def start_program():
    subprocess.run([sys.executable, "-c", "pass"], check=False)
    yield "started", b""


def write(path):
    with open(path, "w") as file:  # noqa: PTH123
        file.write("x" * 100_000)
    yield "written", b""


def look_around():
    yield {"variables": dict(os.environ), "modules": sorted(sys.modules)}, b""


def fetch_here(url, most_bytes, seconds):
    """Fetch, with the loopback for the public web."""
    from urllib.parse import urlsplit

    from portfolio_core.media import _fetch

    reach = _fetch.Reach(networks=("127.0.0.1/32",), ports=(urlsplit(url).port,))
    yield None, _fetch.fetch(url, most_bytes, seconds, reach)


def open_another(path, other):
    """Say whether another file opens, before and while one is read as a recording."""
    import av

    from portfolio_core.media import _decoding

    def opens(opener):
        try:
            opener(other).close()
        except OSError:
            return False
        return True

    done = {"before": opens(av.open) and opens(open)}
    with _decoding.opened(path, ("mov",), ("mp4",)):
        done |= {"python": opens(open), "ffmpeg": opens(av.open)}
    yield done, b""
