"""Temporary files go by age and by size; what a broken-off upload wrote goes at once."""

import asyncio
import contextlib
import os
import socket
import time

import pytest

from portfolio_core.settings import Limits
from portfolio_server import sweeper, uploads
from portfolio_server.sweeper import sweep

HOUR = 3600


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "page"
    (folder / "abc").mkdir(parents=True)
    return folder


def write(path, size=1):
    path.write_bytes(b"x" * size)
    return path


def swept(folder, *, later=0.0, kept=(), **limits):
    return sweep([folder], set(kept), Limits(**limits), time.time() + later)


class TestAge:
    def test_a_file_goes_when_it_is_old_enough_and_not_before(self, folder):
        file = write(folder / "abc" / "sound.wav")

        assert swept(folder, later=HOUR - 10) == 0
        assert swept(folder, later=HOUR + 10) == 1
        assert not file.exists()

    def test_a_copy_of_an_old_file_is_as_young_as_its_arrival(self, folder):
        file = write(folder / "abc" / "example.png")
        os.utime(file, (0, 0))

        assert swept(folder) == 0

    def test_a_file_of_the_page_itself_stays(self, folder):
        file = write(folder / "abc" / "example.png")

        assert swept(folder, later=2 * HOUR, kept=[file], temp_bytes=1) == 0

    def test_its_empty_folder_goes_too(self, folder):
        write(folder / "abc" / "sound.wav")

        swept(folder, later=2 * HOUR)

        assert folder.exists()
        assert not (folder / "abc").exists()


class TestSize:
    def test_the_oldest_go_first_and_only_as_many_as_needed(self, folder):
        files = []
        for number in range(4):
            files.append(write(folder / "abc" / str(number), 100))
            time.sleep(0.02)  # a file system tells times apart that far

        assert swept(folder, temp_bytes=250) == 2
        assert [file.exists() for file in files] == [False, False, True, True]


class TestLinks:
    def test_a_link_is_neither_followed_nor_counted(self, folder, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        private = write(outside / "private.txt", 500)
        (folder / "file").symlink_to(private)
        (folder / "folder").symlink_to(outside)

        assert swept(folder, later=2 * HOUR, temp_bytes=1) == 0
        assert private.exists()

    def test_a_folder_that_is_a_link_is_left_alone(self, folder, tmp_path):
        file = write(folder / "abc" / "sound.wav")
        link = tmp_path / "link"
        link.symlink_to(folder)

        assert swept(link, later=2 * HOUR) == 0
        assert file.exists()


class TestBrokenOffUploads:
    def test_what_they_left_goes_after_ten_minutes(self, folder):
        left, placed = write(folder / "tmpab12cd34"), write(folder / "abc" / "tmpab12cd34")

        assert swept(folder, later=590) == 0
        assert swept(folder, later=610) == 1
        assert not left.exists()
        assert placed.exists()

    def test_they_leave_nothing(self, server, trials):
        break_off_uploads(server, trials(1000))

        assert server.files("echo") == []
        assert server.upload("echo").status_code == 200

    def test_without_the_guard_they_leave_files_that_the_sweeper_deletes(self, server, monkeypatch):
        monkeypatch.setattr(uploads, "bounded", lambda scope, receive, most: receive)

        break_off_uploads(server, 5)

        assert len(server.files("echo")) == 5
        assert swept(server.temp / "echo", later=610) == 5


def break_off_uploads(server, count):
    """Begin to send files and close the connections; wait until the server has seen it."""
    head = (
        f"POST {server.api('echo', 'upload')} HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
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


def test_the_running_server_sweeps(make, monkeypatch):
    monkeypatch.setattr(sweeper, "EVERY_SECONDS", 0.05)
    app = make("echo", limits={"temp_age_seconds": 0.1})
    (page,) = app.state.runtime.pages

    async def start():
        async with app.router.lifespan_context(app):
            page.folder.mkdir(exist_ok=True)
            file = write(page.folder / "old.txt")
            for _ in range(100):
                await asyncio.sleep(0.05)
                if not file.exists():
                    return True
        return False

    assert asyncio.run(start())


def test_the_server_sweeps_on_when_one_round_fails(make, monkeypatch):
    rounds = []

    def fail(*_):
        rounds.append(1)
        raise OSError

    monkeypatch.setattr(sweeper, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(sweeper, "sweep", fail)
    app = make("words")

    async def start():
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.3)

    asyncio.run(start())

    assert len(rounds) > 1
