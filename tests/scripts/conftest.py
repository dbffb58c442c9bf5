"""A small project that the real scripts install and start for real, within seconds."""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.hub.fixtures import hub, outside, served_hub
from tests.scripts.deploy_yard import yard

__all__ = ["hub", "outside", "served_hub", "yard"]

ROOT = Path(__file__).resolve().parent.parent.parent

_PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1.0"

[tool.setuptools.dynamic.optional-dependencies]
talker = { file = ["spaces/talker/requirements.txt"] }
server = { file = ["shared/portfolio_server/requirements.txt"] }
ray = { file = ["shared/portfolio_server/requirements.txt"] }
test = { file = ["tests/requirements.txt"] }
"""

# Builds a package without asking any index. While a file `slow` exists, it takes for ever.
_BACKEND = """\
import os, pathlib, time, zipfile

METADATA = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
EXTRAS = ("talker", "server", "ray", "test")
METADATA += "".join("Provides-Extra: " + name + "\\n" for name in EXTRAS)

def build_editable(folder, config_settings=None, metadata_directory=None):
    while os.path.exists("slow"):
        pathlib.Path("building").write_text(str(os.getpid()))
        time.sleep(0.05)
    name = "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("tiny.pth", os.path.abspath("shared"))
        wheel.writestr("tiny-1.0.dist-info/METADATA", METADATA)
        wheel.writestr("tiny-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return name

build_wheel = build_editable
"""

# Stands for the gallery and for a Space: slow to start, says what it was given, stops nicely.
_SERVER = """\
import http.server, os, signal, sys, time

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path in ("/", "/config", "/livez")
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(os.environ.get("PORTFOLIO_PRESET", "none").encode())
    def log_message(self, *arguments):
        pass

def stop(number, frame):
    print("stopped by", signal.Signals(number).name, flush=True)
    sys.exit(7)

signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
time.sleep(0.3)
address = os.environ["PORTFOLIO_HOST"], int(os.environ["PORTFOLIO_PORT"])
print("listening as", os.getpid(), flush=True)
http.server.HTTPServer(address, Page).serve_forever()
"""


class Project:
    """The small project, and its scripts started as a person would start them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stamp = root / ".venv" / "portfolio.json"
        self.log = root / ".venv" / "install.log"
        files = {
            "pyproject.toml": _PYPROJECT,
            "backend.py": _BACKEND,
            "constraints.txt": "",
            "spaces/talker/requirements.txt": "",
            "spaces/talker/app.py": _SERVER,
            "shared/portfolio_server/requirements.txt": "",
            "shared/portfolio_server/__init__.py": "",
            "shared/portfolio_server/__main__.py": _SERVER,
            "tests/requirements.txt": "",
            "scripts/install.py": "import environment as e, sys\n"
            "e.run(lambda: print(e.ensure(sys.argv[1:])) or 0)\n",
        }
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for name in ("debian.py", "environment.py", "run.py"):
            shutil.copy(ROOT / "scripts" / name, root / "scripts")
        self.started: list[subprocess.Popen[str]] = []

    def start(self, script: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a script of this project in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, f"scripts/{script}", *arguments],
            cwd=self.root,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A gate in the background of a shell ignores Ctrl-C, and would pass that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        self.started.append(process)
        return process

    def run(self, script: str, *arguments: str, **variables: str) -> tuple[int, str]:
        """Run a script to its end; return its exit code and what it printed."""
        process = self.start(script, *arguments, **variables)
        output = process.communicate(timeout=120)[0]
        return process.returncode, output

    def installs(self) -> int:
        """How often pip was started."""
        return self.log.read_text().count(" -m pip install ") if self.log.exists() else 0

    def building(self) -> int:
        """Wait until pip is in the middle of its work; return the process that builds."""
        file = self.root / "building"
        self.wait_for(lambda: file.exists() and bool(file.read_text()))
        return int(file.read_text())

    @staticmethod
    def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
        """Return as soon as ``condition`` holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come to pass"
            time.sleep(0.02)

    @staticmethod
    def gone(process: int) -> bool:
        """Return whether a process has ended, also one that nobody has collected yet."""
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True


def _ended(projects: list[Project]) -> None:
    for process in (process for project in projects for process in project.started):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project in which nothing is installed yet."""
    made = Project(tmp_path / "project")
    yield made
    _ended([made])


@pytest.fixture(scope="module")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("installed") / "project")
    code, output = made.run("install.py", "talker", "server")
    assert code == 0, output
    return made


@pytest.fixture
def installed(_installed: Project) -> Iterator[Project]:
    """A project that is installed; the module's tests share it and leave it as it was."""
    yield _installed
    _ended([_installed])
    _installed.started.clear()


def _script(name: str, patch: pytest.MonkeyPatch) -> ModuleType:
    patch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module(name)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/environment.py, to call its functions."""
    return _script("environment", monkeypatch)


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/check.py, to call its functions."""
    return _script("check", monkeypatch)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/run.py, to call its functions."""
    return _script("run", monkeypatch)
