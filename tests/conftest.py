"""The world of the tests: no network but loopback, no tokens, no caches, no environment.

What several parts test with stands here too: a started server, a browser, the npm client,
and how often a trial is repeated.
"""

import contextlib
import importlib.util
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from portfolio_core import settings

ROOT = Path(__file__).resolve().parent.parent
SHARE = 10  # without --full, one of so many stated trials is run,
FEWEST = 3  # but never fewer than these
READY_SECONDS = 120.0  # two busy cores import gradio in a tenth of it
_KEPT_PREFIXES = ("LANG", "LC_", "PATH", "PYTEST_", "COLUMNS", "TERM", "CI", "TMPDIR", "COVERAGE")
_LOG_CHARACTERS = 8000
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # the gate may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Chromium's own requests, which would hide those of the page
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# The client of the Hub asks it for news as soon as any client of Gradio is made. It reads this
# at its import, which may be as early as the collection of the tests. Servers are on their own.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

hypothesis.settings.register_profile("gate", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("gate")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="repeat trials as often as stated")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try a Space in one way a file, its page in the gallery and its API alone; both with --full.

    The first Space is always tried both ways: what differs between them is not the Spaces' own.
    """
    if config.getoption("--full"):
        return
    left_out = [item for item in items if _is_the_other_way(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_the_other_way(item: pytest.Item) -> bool:
    way = item.callspec.params.get("space") if hasattr(item, "callspec") else None
    if way is None or "kokoro" in item.path.name:
        return False
    return bool(way == ("alone" if item.path.name.endswith("_page.py") else "gallery"))


# --- Nothing from outside ---------------------------------------------------------------


class NetworkRefused(ConnectionRefusedError):
    """A test reached for a host beyond this machine."""


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment with nothing of this machine's user in it."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT_PREFIXES)}
    folders = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "HF_HOME": home / "huggingface",
        "GRADIO_TEMP_DIR": home / "gradio",
    }
    return kept | {name: str(path) for name, path in folders.items()}


def _take_environment(patch: pytest.MonkeyPatch, home: Path) -> None:
    # In the tests' own process only: the Hub's library asks it for news as soon as a test makes
    # a client of Gradio. The servers are not told so; they have to be silent by themselves.
    wanted = clean_environment(home) | {"HF_HUB_DISABLE_TELEMETRY": "1"}
    for name in set(os.environ) - set(wanted):
        patch.delenv(name)
    for name, value in wanted.items():
        patch.setenv(name, value)


def pytest_configure(config: pytest.Config) -> None:
    """Take the environment before any library is imported: most read it only then."""
    patch = pytest.MonkeyPatch()
    home = tempfile.TemporaryDirectory(prefix="session-home-")
    _take_environment(patch, Path(home.name))
    config.add_cleanup(patch.undo)
    config.add_cleanup(home.cleanup)


@pytest.fixture(autouse=True)
def _own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    _take_environment(monkeypatch, tmp_path_factory.mktemp("home"))
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def refused_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Hosts that were reached for; a test that means to do so empties the list again."""
    calls: list[str] = []

    def check(host: object) -> None:
        if not _is_loopback(host):
            calls.append(str(host))
            raise NetworkRefused(f"tests reach this machine only, not {host}")

    def guarded(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX:
                check(address[0])
            return original(self, address)

        return call

    original_lookup = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in {"0.0.0.0", "::"}:  # addresses to listen on
            check(host)
        return original_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded("connect_ex"))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    yield calls
    if calls:
        pytest.fail(f"The test reached for other machines: {', '.join(sorted(set(calls)))}")


# --- How often ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def trials(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """How many of the stated trials this run makes."""
    full = bool(request.config.getoption("--full"))
    return lambda stated: stated if full else min(stated, max(FEWEST, stated // SHARE))


# --- Programs that may be missing --------------------------------------------------------


def _missing(sentence: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def browser_arguments() -> Sequence[str]:
    """Arguments of Chromium that a module adds by a fixture of the same name."""
    return ()


# One browser per module: while playwright is started, no other event loop can run in the
# thread of the tests, and other modules want theirs.
@pytest.fixture(scope="module")
def browser(browser_arguments: Sequence[str]) -> Iterator[Browser]:
    """A Chromium that says nothing by itself."""
    program = shutil.which("chromium")
    if program is None:
        _missing("Chromium is missing: apt-get install chromium, then run the tests again.")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program, args=[*_CHROMIUM_ARGUMENTS, *browser_arguments]
        )


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder that has @gradio/client and openai; node is there too."""
    folder = ROOT / "tests" / "node_modules"
    if shutil.which("node") is None:
        _missing("Node is missing: install Node 20 or newer, then run the tests again.")
    if not all((folder / name).is_dir() for name in ("@gradio/client", "openai")):
        _missing("The npm clients are missing: run npm ci in tests/, then run the tests again.")
    return folder


# --- A real server -----------------------------------------------------------------------


@dataclass
class Server:
    """A started program, its address and its output."""

    url: str  # without a slash at the end
    port: int
    process: subprocess.Popen[bytes]
    log_file: Path
    owner: str  # the module of tests it belongs to

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self.log_file.read_text("utf-8", "replace")

    def kill(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class _Servers:
    started: list[Server] = field(default_factory=list)


_SERVERS = _Servers()


def free_port() -> int:
    """Return a port of the loopback that was free just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(server: Server, path: str, seconds: float) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with opener.open(server.url + path, timeout=seconds):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
        except OSError:
            pass
        time.sleep(0.05)
    code = server.process.poll()
    how = f"within {seconds:.0f} s" if code is None else f"and ended with code {code}"
    pytest.fail(f"The server did not answer {path} {how}:\n{server.log}")


@contextlib.contextmanager
def _starting(factory: pytest.TempPathFactory, owner: str) -> Iterator[Callable[..., Server]]:
    """Start programs for the tests whose ids begin with ``owner``; they end with the block."""

    def start(
        command: Sequence[str | Path],
        ready: str = "/",
        variables: Mapping[str, str] | None = None,
        seconds: float = READY_SECONDS,
    ) -> Server:
        home = factory.mktemp("server")
        port = free_port()
        address = {"PORTFOLIO_HOST": "127.0.0.1", "PORTFOLIO_PORT": str(port)}
        log_file = home / "server.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=clean_environment(home) | address | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(f"http://127.0.0.1:{port}", port, process, log_file, owner)
        _SERVERS.started.append(server)
        _wait(server, ready, seconds)
        return server

    yield start
    for server in [s for s in _SERVERS.started if s.owner == owner]:
        server.kill()
        _SERVERS.started.remove(server)


@pytest.fixture(scope="module")
def start_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Server]]:
    """Start a program and wait until it answers ``ready``; it ends with the module's tests.

    The program learns its address from PORTFOLIO_HOST and PORTFOLIO_PORT.
    """
    with _starting(tmp_path_factory, request.node.nodeid) as start:
        yield start


@pytest.fixture(scope="session")
def start_server_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Do the same for all tests of a folder: a context in which to start, of the folder's id."""
    return lambda owner: _starting(tmp_path_factory, owner)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the servers of a failed test have printed."""
    report: Any = yield
    if report.failed:
        for server in _SERVERS.started:
            if item.nodeid.startswith(server.owner):
                title = f"server {server.process.args!r}"
                report.sections.append((title, server.log[-_LOG_CHARACTERS:]))
    return report


# --- Models -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with a tiny Kokoro in it, as PORTFOLIO_MODELS_DIR names it."""
    file = ROOT / "tests" / "engines" / "tiny_kokoro.py"
    spec = importlib.util.spec_from_file_location("tiny_kokoro", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("models")
    module.build(folder)
    return folder


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter of the environment."""
    return sys.executable
