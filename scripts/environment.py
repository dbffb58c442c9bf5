"""The environment `.venv` of this repository: made, filled and recognised as fitting.

Knows Python, venv and pip; knows nothing of what is started in the environment. It runs
before anything is installed, so it uses the standard library only, and it must still be
parsed by Python 3.8, which then gets one sentence instead of a traceback.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 12))
ROOM = "3 GB"  # what a full .venv and pip's own cache take, rounded up

_STAMP = "portfolio.json"
_LOG = "install.log"
_PLAIN_LINE_SECONDS = 20.0  # a line so often where no single line can be redrawn
_STOP_SECONDS = 5.0
_INTERRUPTED = 130

# What pip and the system say, and the sentence that helps. The first that is found counts.
_REASONS = (
    (
        r"No space left on device|\[Errno 28\]|Disk quota exceeded",
        f"The disk is full: free about {ROOM} and start again.",
    ),
    (
        r"connection broken by|NewConnection|Max retries|Timeout|name resolution|Proxy|SSLError",
        "The package index{host} cannot be reached: check the network, then start again.",
    ),
    (
        r"\[Errno 13\]|Permission denied",
        "A file in {venv} cannot be written: make the folder yours (chown) and start again.",
    ),
)
_OTHER_REASON = "The installation failed: read the end of {log}, then try again with --reinstall."


class Problem(Exception):
    """What the person at the terminal has to put right; the text is one sentence saying how."""


def require_python(
    version: tuple[int, int] = sys.version_info[:2],
    command: Sequence[str] | None = None,
    works: Callable[[str], bool] | None = None,
) -> None:
    """Check that this is a supported Python.

    Raises:
        Problem: it is not; the sentence names the command to type instead.
    """
    if version in SUPPORTED:
        return
    typed = " ".join(shlex.quote(part) for part in (sys.argv if command is None else command))
    others = [name for name in ("python3.12", "python3.11") if (works or _starts)(name)]
    advice = "type: {0} {1}" if others else "install Python 3.12, then type: {0} {1}"
    raise Problem(
        f"This needs Python 3.11 or 3.12 and was started with {version[0]}.{version[1]}; "
        + advice.format(others[0] if others else "python3.12", typed)
    )


def _starts(name: str) -> bool:
    """Return whether the command works; a version manager's placeholder is found but does not."""
    if shutil.which(name) is None:
        return False
    return subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode == 0


def spaces(root: Path = ROOT) -> list[str]:
    """Return the slugs of the Spaces on disk."""
    return sorted(path.parent.name for path in root.glob("spaces/*/requirements.txt"))


def venv_python(root: Path = ROOT) -> Path:
    """Return where the environment's Python is, or will be."""
    return root / ".venv" / "bin" / "python"


def fits(extras: Sequence[str], root: Path = ROOT) -> bool:
    """Return whether everything that ``extras`` need is installed as it is asked for now."""
    stamp = _read_stamp(root)
    wanted = _facts(extras, root)
    return (
        venv_python(root).exists()
        and set(extras) <= set(stamp.get("extras", ()))
        and all(stamp.get(key) == wanted[key] for key in ("python", "root"))
        and wanted["files"].items() <= stamp.get("files", {}).items()
    )


def ensure(extras: Sequence[str], root: Path = ROOT, *, reinstall: bool = False) -> Path:
    """Return the Python of an environment with ``extras``, after installing what is missing.

    Raises:
        Problem: it could not be installed.
    """
    if reinstall or not fits(extras, root):
        _check_folder(root)
        with _only_one(root) as lock, _terminable():
            # Another start may have done the work while this one waited for it.
            if reinstall or not fits(extras, root):
                _install(sorted({*extras, *_kept_extras(root)}), root, lock, reinstall=reinstall)
    return venv_python(root)


def inside(root: Path = ROOT) -> bool:
    """Return whether this process runs in the environment."""
    return Path(sys.prefix).resolve() == (root / ".venv").resolve()


def require_inside(*, make: bool = False) -> None:
    """Start this script again in the environment, unless it runs there.

    Args:
        make: Make the environment where there is none, as ``run.py`` does.

    Raises:
        Problem: there is no environment yet, or it could not be made.
    """
    if inside():
        return
    if make and not venv_python().exists():
        ensure([*spaces(), "server"])
    if not venv_python().exists():
        raise Problem("There is no .venv yet: run python3 scripts/test.py once, which makes it.")
    os.execv(str(venv_python()), [str(venv_python()), *sys.argv])


def run(
    main: Callable[[], int], stopped: str = "Stopped; the next start goes on from here."
) -> NoReturn:
    """Run a script's ``main`` and exit; a Problem and Ctrl-C end in one sentence."""
    try:
        require_python()
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"{problem}")
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        sys.exit(_INTERRUPTED)


def _facts(extras: Sequence[str], root: Path) -> dict[str, Any]:
    """Return what decides whether an installation fits: it goes into the stamp."""
    import tomllib  # noqa: PLC0415  not there in the old Pythons that must read this file

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    setuptools = project.get("tool", {}).get("setuptools", {})
    dynamic = setuptools.get("dynamic", {}).get("optional-dependencies", {})
    # The settings of linters stand in the same file and change nothing that is installed.
    said = json.dumps([project["project"], project.get("build-system"), setuptools])
    files = {"pyproject.toml": hashlib.sha256(said.encode()).hexdigest()}
    names = [name for extra in extras for name in dynamic.get(extra, {}).get("file", [])]
    for name in ["constraints.txt", *names]:
        files[name] = hashlib.sha256((root / name).read_bytes()).hexdigest()
    python = "{}.{}".format(*sys.version_info[:2])
    return {"python": python, "root": str(root), "extras": sorted(extras), "files": files}


def _read_stamp(root: Path) -> dict[str, Any]:
    try:
        stamp = json.loads((root / ".venv" / _STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(facts: dict[str, Any], root: Path) -> None:
    path = root / ".venv" / _STAMP
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(facts, indent=1), "utf-8")
    temporary.replace(path)


def _kept_extras(root: Path) -> list[str]:
    """Return extras of the last installation: ``run.py`` must not drop what ``test.py`` needs."""
    possible = {*spaces(root), "server", "ray", "test"}
    return [extra for extra in _read_stamp(root).get("extras", ()) if extra in possible]


def _check_folder(root: Path) -> None:
    if not os.access(str(root), os.W_OK):
        raise Problem(
            f"The folder {root} cannot be written by this user: "
            "clone the repository into a folder of your own and start it there."
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Problem(
            "This Python comes without its venv module: install it "
            f"(on Debian and Ubuntu: sudo apt-get install {package}) and start again."
        )


@contextlib.contextmanager
def _only_one(root: Path) -> Iterator[int]:
    """Let one process install at a time.

    The lock is given on to pip: when this process is killed, the next start waits for the
    orphaned pip to end before it repairs what that one left.
    """
    import fcntl  # noqa: PLC0415  not there on Windows, which gets as far as a clear error

    folder = os.open(str(root), os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is installing into .venv; waiting for it.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Make signals unwind the stack, so that pip is stopped too."""

    def leave(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _install(extras: list[str], root: Path, lock: int, *, reinstall: bool) -> None:
    facts = _facts(extras, root)  # read before: an edit meanwhile makes the next start install
    stamp = _read_stamp(root)
    moved = stamp.get("root", str(root)) != str(root)  # its files name the old place
    (root / ".venv" / _STAMP).unlink(missing_ok=True)
    progress = Progress("Preparing .venv")
    base = getattr(sys, "_base_executable", sys.executable)  # also from inside a .venv
    try:
        if reinstall or moved or not _usable(root):
            _watched([base, "-I", "-u", "-m", "venv", "--clear", ".venv"], root, lock, progress)
        pip = [str(venv_python(root)), "-I", "-u", "-m", "pip", "install", "--no-input"]
        pip += ["--progress-bar", "off", "-c", "constraints.txt", "-e", f".[{','.join(extras)}]"]
        _watched(pip, root, lock, progress)
        _write_stamp(facts, root)
    except OSError as error:
        progress.end("failed")
        raise Problem(reason(str(error), root)) from None
    progress.end("done")


def _usable(root: Path) -> bool:
    """Return whether .venv has pip and the version of Python that runs now."""
    question = "import pip, sys; sys.exit(sys.version_info[:2] != ({}, {}))"
    command = [str(venv_python(root)), "-I", "-c", question.format(*sys.version_info[:2])]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _watched(command: list[str], root: Path, lock: int, progress: Progress) -> None:
    """Run ``command`` to its end, its output in the log and in short on the screen.

    Raises:
        Problem: it failed; the sentence is drawn from its output.
    """
    lines: list[str] = []
    process = subprocess.Popen(
        command,
        cwd=str(root),
        env=_pip_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock,),
        process_group=0,  # with what it starts itself, so that all of it can be stopped
        text=True,
        errors="replace",
    )
    reader = threading.Thread(target=_read, args=(process, lines, progress), daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(0.5)
            progress.draw()
        code = process.wait()
    except BaseException:  # Ctrl-C or a signal: nothing may go on writing behind our back
        _stop(process)
        progress.end("stopped")
        raise
    finally:
        _append_log(command, lines, root)
    if code != 0:
        progress.end("failed")
        raise Problem(reason("\n".join(lines), root))


def _stop(process: subprocess.Popen[str]) -> None:
    """End ``process`` and all that it started."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(process: subprocess.Popen[str], lines: list[str], progress: Progress) -> None:
    for line in process.stdout or ():
        lines.append(line.rstrip("\n"))
        progress.see(line)


def _append_log(command: list[str], lines: list[str], root: Path) -> None:
    # On a full disk the log is the smaller loss: the sentence on the screen still comes.
    with contextlib.suppress(OSError), (root / ".venv" / _LOG).open("a", encoding="utf-8") as log:
        log.write("\n".join(["$ " + " ".join(command), *lines, ""]))


def _pip_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for pip: it gives up soon where the network is silent.

    Variables, because pip hands them to the second pip that it builds packages with.
    """
    defaults = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15"}
    fixed = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    return {**defaults, **environment, **fixed}


def reason(output: str, root: Path = ROOT) -> str:
    """Return the one sentence that helps with what ``output`` tells."""
    names = re.findall(
        r"(?:Pool\(host='|Looking in indexes: https?://(?:[^/@]*@)?)([\w.-]+)", output
    )
    host = f" ({names[-1]})" if names else ""
    found = (text for pattern, text in _REASONS if re.search(pattern, output))
    text = next(found, _OTHER_REASON)
    return text.format(host=host, venv=root / ".venv", log=root / ".venv" / _LOG)


class Progress:
    """One calm line on a terminal; elsewhere a plain line now and then."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._doing = "making the folder"
        self._packages = 0
        self._start = self._last_line = time.monotonic()
        self._redraws = sys.stdout.isatty()
        if not self._redraws:
            print(f"{title}; this takes some minutes the first time.", flush=True)

    def see(self, line: str) -> None:
        """Take note of one line of output."""
        word, _, rest = line.strip().partition(" ")
        name = re.split(r"[^\w.]", rest, maxsplit=1)[0]
        if word == "Collecting":
            self._packages += 1
            self._doing = f"package {self._packages}, {name}"
        elif word == "Downloading" and not rest.split(" ")[0].endswith(".metadata"):
            file = rest.rpartition("/")[2]
            self._doing = f"package {self._packages}, downloading {file.split('-')[0]}"
        elif line.startswith("Installing collected packages"):
            self._doing = f"unpacking {rest.count(',') + 1} packages"

    def draw(self) -> None:
        """Show what goes on."""
        now = time.monotonic()
        text = f"{self._title}: {self._doing}, {now - self._start:.0f} s"
        if self._redraws:
            print("\r\x1b[2K" + text[: shutil.get_terminal_size().columns - 1], end="", flush=True)
        elif now - self._last_line >= _PLAIN_LINE_SECONDS:
            self._last_line = now
            print(text, flush=True)

    def end(self, how: str) -> None:
        """Close the line."""
        text = f"{self._title}: {how} after {time.monotonic() - self._start:.0f} s."
        print("\r\x1b[2K" + text if self._redraws else text, flush=True)
