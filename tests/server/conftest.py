"""A server of small pages: in this process, where a guard can be taken out."""

import asyncio
import contextlib
import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import Workload

PAGES = Path(__file__).parent / "pages"
START_SECONDS = 60
BODY_BYTES = 200_000
UPLOAD_BYTES = 100_000


@dataclass
class Running:
    """A server that listens, and a client that knows its address."""

    url: str
    app: object
    client: httpx.Client
    temp: Path

    def page(self, slug):
        return next(page for page in self.app.state.runtime.pages if page.slug == slug)

    def api(self, slug, rest):
        return f"/spaces/{slug}/gradio_api/{rest}"

    def upload(self, slug, content=b"hello", name="note.txt", count=1):
        files = [("files", (name, content)) for _ in range(count)]
        return self.client.post(self.api(slug, "upload"), files=files)

    def call(self, slug, name, *arguments):
        """Call a function the way curl does; return the last event and its data."""
        joined = self.client.post(self.api(slug, f"call/{name}"), json={"data": list(arguments)})
        if joined.is_error:
            return str(joined.status_code), joined.text
        event_id = joined.json()["event_id"]
        told = self.client.get(self.api(slug, f"call/{name}/{event_id}")).text
        lines = [line.partition(": ")[2] for line in told.strip().splitlines() if line]
        return lines[-2], json.loads(lines[-1])

    def join(self, slug, index, session, *arguments):
        """Call a function by its number, the way a page does; return the told events."""
        body = {"data": list(arguments), "fn_index": index, "session_hash": session}
        joined = self.client.post(self.api(slug, "queue/join"), json=body)
        if joined.is_error:
            return joined.text
        address = self.api(slug, "queue/data")
        return self.client.get(address, params={"session_hash": session}).text

    def files(self, slug=""):
        return sorted(path for path in (self.temp / slug).rglob("*") if path.is_file())


@pytest.fixture
def named():
    """A file as a client names it."""
    return lambda path: {
        "path": str(path),
        "orig_name": "f",
        "meta": {"_type": "gradio.FileData"},
    }


@pytest.fixture(scope="session")
def pages():
    """The folder of the small pages."""
    return PAGES


@pytest.fixture
def spaces(tmp_path):
    """An empty folder for Spaces."""
    folder = tmp_path / "spaces"
    folder.mkdir()
    return folder


@pytest.fixture
def make(spaces, tmp_path):
    """Build the application with the pages of these names, and with what lies in ``spaces``."""

    def make_app(*slugs, limits=None, **settings):
        from portfolio_server.app import create_app

        for slug in slugs:
            shutil.copytree(PAGES / slug, spaces / slug, dirs_exist_ok=True)
        chosen = Settings(temp_dir=tmp_path / "temp", limits=Limits(**(limits or {})), **settings)
        return create_app(chosen, spaces, Workload(chosen))

    return make_app


@contextlib.contextmanager
def serving(app, proxies=()):
    from portfolio_server.serve import configuration

    server = uvicorn.Server(configuration(app, proxies))

    def run():
        with contextlib.suppress(SystemExit):  # told below
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        end = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        assert server.started, "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=30) as client:
            yield Running(url, app, client, app.state.runtime.settings.temp_dir)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve(make) -> Iterator[object]:
    """Serve the pages of these names; the arguments are those of ``make``."""
    with contextlib.ExitStack() as stack:
        yield lambda *slugs, proxies=(), **settings: stack.enter_context(
            serving(make(*slugs, **settings), proxies)
        )


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    from portfolio_server.app import create_app

    folder = tmp_path_factory.mktemp("shared")
    limits = Limits(body_bytes=BODY_BYTES, upload_bytes=UPLOAD_BYTES)
    settings = Settings(temp_dir=folder / "temp", limits=limits)
    with serving(create_app(settings, PAGES, Workload(settings))) as running:
        yield running


@pytest.fixture
def server(shared_server, monkeypatch):
    """A server with all small pages and without files, for tests that change nothing in it."""
    # Both are of the process; other servers and the world of the tests set them anew.
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(shared_server.temp))
    monkeypatch.setattr("gradio.mcp.DEFAULT_TEMP_DIR", str(shared_server.temp / "mcp"))
    for file in shared_server.files():
        file.unlink()
    return shared_server


@pytest.fixture
def start():
    """Start an application and stop it again; raise what its start raised."""

    async def start_and_stop(app):
        async with app.router.lifespan_context(app):
            pass

    return lambda app: asyncio.run(start_and_stop(app))


@pytest.fixture
def take_out_gate(monkeypatch):
    """Let every request through to Gradio."""

    async def pass_on(self, scope, receive, send):
        await self.app(scope, receive, send)

    return lambda: monkeypatch.setattr("portfolio_server.gate.Gate.__call__", pass_on)
