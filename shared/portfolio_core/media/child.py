"""Work on hostile bytes in a process of its own, that may break without breaking us.

The process starts as a fresh interpreter with an environment of its own (no token of ours is in
it), imports only what the work needs, and may not open a connection or start a program. Memory
and time are capped; over a cap it is killed. Results come back over a pipe as lines of JSON, each
followed by raw bytes, and never as pickles.

Knows nothing of file formats. This very file is what the process runs.
"""

import contextlib
import dataclasses
import importlib
import json
import math
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import IO, Any

from portfolio_core import errors

Item = tuple[Any, bytes]
"""One result: a value as JSON has them, and raw bytes beside it, which may be none."""

Work = Callable[..., Iterator[Item]]
"""What the process runs: a generator, named ``"package.module:function"``."""

_MODULE = "portfolio_core.media.child"
_LONGEST_LINE = 2**26  # bytes: two million characters, escaped, with room to spare
_OPEN_FILES = 64
_PROGRAMS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


class ChildBroke(Exception):
    """The work broke off: its input was not what it should be."""


class ChildKilled(Exception):
    """The process needed more memory or time than it may have."""


@dataclasses.dataclass(frozen=True)
class Caps:
    """What the process may use.

    Attributes:
        seconds: Time to each next result, both on the clock and of the processor.
        memory_bytes: Address space in all.
        network: Whether it may open connections.
    """

    seconds: float
    memory_bytes: int
    network: bool = False


def stream(work: str, arguments: Sequence[Any], caps: Caps) -> Generator[Item]:
    """Run ``work`` in a process of its own and yield its results as they come.

    The process waits while nobody asks for the next result, and ends with the iteration.

    Args:
        work: Name of a :data:`Work`.
        arguments: What it is called with, as JSON has values.
        caps: What it may use.

    Raises:
        PortfolioError: the work raised it.
        ChildBroke: the work raised anything else, or crashed.
        ChildKilled: a cap was passed.
    """
    # -P: the folder we stand in is nobody's package; -B: not a single file is written
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-B", "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"}
        | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    )
    request = {"work": work, "arguments": arguments, "caps": dataclasses.asdict(caps)}
    with _ended(process), process.stdin as requests, process.stdout as results:  # type: ignore[union-attr]
        with contextlib.suppress(BrokenPipeError):
            requests.write(json.dumps(request).encode())
            requests.close()
        while (item := _next(process, results, caps)) is not None:
            yield item


def call(work: str, arguments: Sequence[Any], caps: Caps) -> Any:  # noqa: ANN401
    """Run ``work``, as :func:`stream` does, and return the value of its first result."""
    with contextlib.closing(stream(work, arguments, caps)) as results:
        value, _ = next(results)
    return value


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _next(process: subprocess.Popen[bytes], results: IO[bytes], caps: Caps) -> Item | None:
    timer = threading.Timer(caps.seconds, process.kill)
    timer.start()
    try:
        line = results.readline(_LONGEST_LINE)
        gone = {"failed": "gone"}
        answer: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else gone
        size = min(answer.get("bytes", 0), caps.memory_bytes)
        raw = results.read(size)
    finally:
        timer.cancel()
    if "value" in answer:
        if len(raw) == answer["bytes"]:
            return answer["value"], raw
        answer = gone
    if answer.get("done"):
        return None
    raise _failure(answer, process)


def _failure(answer: dict[str, Any], process: subprocess.Popen[bytes]) -> Exception:
    if "error" in answer:
        return _rebuilt(answer["error"], answer["fields"])
    if answer["failed"] == "memory":
        return ChildKilled()
    if answer["failed"] == "gone":
        # A crash by a signal is nearly always memory that was refused, or a cap
        return ChildKilled() if process.wait() < 0 else ChildBroke()
    return ChildBroke()


def _rebuilt(code: str, fields: dict[str, str | int | float]) -> errors.PortfolioError:
    kinds = [errors.PortfolioError]
    for kind in kinds:
        if kind.code == code:
            error = kind.__new__(kind)
            errors.PortfolioError.__init__(error, **fields)
            return error
        kinds += kind.__subclasses__()
    raise ChildBroke


# --- In the process itself -----------------------------------------------------------------


def _main() -> None:
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library's print is no result
    request = json.load(sys.stdin.buffer)
    caps = Caps(**request["caps"])
    _confine(caps)
    try:
        module, _, function = request["work"].partition(":")
        _give_time(caps.seconds)
        work: Work = getattr(importlib.import_module(module), function)
        for value, raw in work(*request["arguments"]):
            _send(results, {"value": value, "bytes": len(raw)}, raw)
            _give_time(caps.seconds)
        _send(results, {"done": True})
    except errors.PortfolioError as error:
        _send(results, {"error": error.code, "fields": error.fields})
    except MemoryError:
        _send(results, {"failed": "memory"})
    # The boundary to libraries that raise anything at all on broken input.
    except Exception:  # noqa: BLE001
        _send(results, {"failed": "broke"})
    os._exit(0)  # what hostile bytes have made of a library's memory needs no orderly end


def _send(results: IO[bytes], answer: dict[str, Any], raw: bytes = b"") -> None:
    results.write(json.dumps(answer).encode() + b"\n")
    results.write(raw)
    results.flush()


def _confine(caps: Caps) -> None:
    for what, most in (
        (resource.RLIMIT_AS, caps.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))

    forbidden = _PROGRAMS if caps.network else (*_PROGRAMS, "socket.")

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event.startswith(forbidden):
            raise PermissionError(event)

    sys.addaudithook(refuse)


def _give_time(seconds: float) -> None:
    """Move the limit on processor time; it also ends us when the parent is gone."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds), most))


if __name__ == "__main__":
    _main()
