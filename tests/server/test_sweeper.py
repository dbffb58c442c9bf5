"""The server deletes temporary files; what a broken-off upload wrote goes at once."""

import asyncio
import contextlib
import socket
import time

from portfolio_core.settings import Limits
from portfolio_core.sweeper import sweep
from portfolio_server import uploads


class TestBrokenOffUploads:
    def test_they_leave_nothing(self, server, trials):
        break_off_uploads(server, trials(1000))

        assert server.files("echo") == []
        assert server.upload("echo").status_code == 200

    def test_without_the_guard_they_leave_files_that_the_sweeper_deletes(self, server, monkeypatch):
        monkeypatch.setattr(uploads, "bounded", lambda scope, receive, most: receive)

        break_off_uploads(server, 5)

        assert len(server.files("echo")) == 5
        assert sweep([server.temp / "echo"], set(), Limits(), time.time() + 610) == 5


def break_off_uploads(server, count):
    """Begin to send files and close the connections; wait until the server has seen it."""
    head = (
        f"POST {server.api('echo', 'upload')} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Length: 90000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="f"\r\n\r\nhalf a file'
    )
    port = int(server.url.rpartition(":")[2])
    while count > 0:
        batch, count = min(count, 20), count - 20
        before = set(server.files("echo"))
        with contextlib.ExitStack() as stack:
            for _ in range(batch):
                connection = socket.create_connection(("127.0.0.1", port))
                stack.enter_context(connection).sendall(head.encode())
            wait_for_files(server, before, batch)
    time.sleep(0.5)


def wait_for_files(server, before, count):
    end = time.monotonic() + 10
    while len(set(server.files("echo")) - before) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_running_server_sweeps_results_and_files_sent_to_tools(make):
    app = make("echo", limits={"temp_age_seconds": 0.1})
    runtime = app.state.runtime
    folders = [runtime.pages[0].folder, runtime.settings.temp_dir / "mcp"]

    async def start():
        async with app.router.lifespan_context(app):
            for folder in folders:
                folder.mkdir(exist_ok=True)
                (folder / "old.txt").write_text("x")
            for _ in range(100):
                await asyncio.sleep(0.05)
                if not any((folder / "old.txt").exists() for folder in folders):
                    return True
        return False

    assert asyncio.run(start())
