"""Start a bundle as the Hub would, with nothing else of the repository, and ask it something."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bundling import smoke
from bundling.assembly import Bundle
from bundling.gallery import PAGES
from bundling.space_toml import SpaceToml
from environment import Problem

_START_SECONDS = 300.0
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 40.0
_LOG_CHARACTERS = 4000
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Outcome:
    """How a trial went; times in seconds.

    Attributes:
        install: The installation; 0 where none was asked for.
        start: From the start to the first page.
        answer: The smoke requests, with the load of the engines.
        wrong: What was wrong with the answers, a sentence each.
    """

    install: float
    start: float
    answer: float
    wrong: tuple[str, ...]


def verify(bundle: Bundle, wanted: SpaceToml, constraints: Path) -> Outcome:
    """Try a bundle in a fresh virtual environment, installed from its own requirements.

    Raises:
        Problem: it cannot be installed, does not start, or gives no answer.
    """
    with TemporaryDirectory(prefix="verify-") as folder:
        begin = time.perf_counter()
        python = _installed(bundle, Path(folder) / "venv", constraints)
        return _tried(bundle, wanted, python, time.perf_counter() - begin)


def attempt(bundle: Bundle, wanted: SpaceToml, python: Path) -> Outcome:
    """Try a bundle with a Python that has its requirements.

    Raises:
        Problem: it does not start, or gives no answer.
    """
    return _tried(bundle, wanted, python, 0)


def _installed(bundle: Bundle, venv: Path, constraints: Path) -> Path:
    python = venv / "bin" / "python"
    wanted = ["-r", str(bundle.folder / "requirements.txt"), "-c", str(constraints)]
    for command in (
        [sys.executable, "-m", "venv", str(venv)],
        [str(python), "-m", "pip", "install", "--quiet", *wanted],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Problem(f"{bundle.slug} cannot be installed:\n{done.stderr[-_LOG_CHARACTERS:]}")
    return python


def _tried(bundle: Bundle, wanted: SpaceToml, python: Path, install: float) -> Outcome:
    with TemporaryDirectory(prefix="space-") as home:
        app = Path(home) / "app"
        shutil.copytree(bundle.folder, app)  # away from the repository; the bundle stays as it is
        log = Path(home) / "log"
        variables = _environment(bundle.slug, app.parent) | dict(wanted.variables)
        with _started(bundle.slug, app, python, log, variables) as (address, start):
            begin = time.perf_counter()
            try:
                files = app / PAGES if (app / PAGES).is_dir() else app
                wrong = [one for asked in wanted.smokes for one in smoke.ask(address, asked, files)]
            # The client raises what it likes: whatever it is, there was no answer.
            except Exception as error:
                told = f"{error}\n{_end(log)}"
                raise Problem(f"{bundle.slug} does not answer: {told}") from error
            return Outcome(install, start, time.perf_counter() - begin, tuple(wrong))


@contextlib.contextmanager
def _started(
    slug: str, app: Path, python: Path, log: Path, variables: Mapping[str, str]
) -> Iterator[tuple[str, float]]:
    """Start the Space; give its address, and the seconds to its first page."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    begin = time.perf_counter()
    with log.open("wb") as told:
        process = subprocess.Popen(
            [python, "app.py"],
            cwd=app,
            env={**variables, "PORTFOLIO_PORT": str(port)},
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _is_up(process, address):
                raise Problem(f"{slug} does not start:\n{_end(log)}")
            yield address, time.perf_counter() - begin
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            process.kill()
            process.wait()


def _end(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-_LOG_CHARACTERS:]


def _environment(slug: str, home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": str(home),
        "SYSTEM": "spaces",
        "SPACE_ID": f"owner/{slug}",
        "HF_HUB_OFFLINE": "1",  # the embedded engines need nothing from it
    }


def _is_up(process: subprocess.Popen[bytes], address: str) -> bool:
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
