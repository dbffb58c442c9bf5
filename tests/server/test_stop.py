"""A real process, told to stop: it refuses, finishes, tells who waits, and ends."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

PLAIN = """
import os, sys, uvicorn
from pathlib import Path
from portfolio_server.app import create_app
port = int(os.environ["PORTFOLIO_PORT"])
uvicorn.run(create_app(spaces_dir=Path(sys.argv[1])), port=port, lifespan="on", ws="none")
"""
CALL = "/spaces/words/gradio_api/call"


@pytest.fixture(scope="module")
def servers(start_server, pages, python):
    """One process for each way to stop it; they start side by side."""

    def start(program=("-m", "portfolio_server"), **variables):
        return start_server([python, *program, pages], ready="/readyz", variables=variables)

    with ThreadPoolExecutor() as pool:
        started = {
            "ours": pool.submit(start),
            "impatient": pool.submit(start, PORTFOLIO_DRAIN_SECONDS="1"),
            "interrupted": pool.submit(start),
            "plain": pool.submit(start, ("-c", PLAIN)),
        }
    return {name: future.result() for name, future in started.items()}


@contextlib.contextmanager
def open_tab(server):
    """Hold the stream open that a page in a browser holds open."""
    address = f"{server.url}/spaces/words/gradio_api/heartbeat/visit"
    with httpx.stream("GET", address, timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "data: ALIVE"
        yield


class Listener(threading.Thread):
    """Calls a function and notes the events that it tells."""

    def __init__(self, server, seconds):
        super().__init__()
        joined = httpx.post(f"{server.url}{CALL}/rest", json={"data": [seconds]})
        self.address = f"{server.url}{CALL}/rest/{joined.json()['event_id']}"
        self.told = ""
        self.start()

    def run(self):
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.stream("GET", self.address, timeout=60) as stream,
        ):
            for line in stream.iter_lines():
                self.told += line + "\n"


def exit_code(server, seconds):
    """Wait for the process's end; return its code and how long that took."""
    start = time.monotonic()
    code = server.process.wait(seconds)
    return code, time.monotonic() - start


def test_with_an_open_tab_it_finishes_the_work_and_ends(servers):
    server = servers["ours"]
    assert f"Listening on {server.url}" in server.log

    with open_tab(server):
        work = Listener(server, 3)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        ready = httpx.get(f"{server.url}/readyz")
        refused = httpx.post(f"{server.url}{CALL}/spell", json={"data": ["hi"]})
        code, seconds = exit_code(server, 10)
    work.join()

    assert (ready.status_code, ready.json()["status"]) == (503, "draining")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert 'event: complete\ndata: ["rested"]' in work.told
    assert code == 0, server.log
    assert seconds < 10


def test_work_that_does_not_end_is_told_and_left(servers):
    server = servers["impatient"]

    with open_tab(server):
        work = Listener(server, 60)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        code, seconds = exit_code(server, 10)
    work.join()

    assert "event: error" in work.told
    assert code == 0, server.log
    assert 1 < seconds < 10


def test_a_second_signal_ends_it_at_once(servers):
    server = servers["interrupted"]
    work = Listener(server, 60)
    time.sleep(0.5)

    server.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert server.process.poll() is None
    server.process.send_signal(signal.SIGINT)
    code, seconds = exit_code(server, 5)
    work.join()

    assert code == 128 + signal.SIGINT
    assert seconds < 1


def test_without_draining_an_open_tab_would_hold_it(servers):
    server = servers["plain"]

    with open_tab(server):
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(4)  # ours, with nothing to do, is gone by then


class TestRefusals:
    def refusal(self, python, *arguments, **variables):
        environment = {**os.environ, **variables}
        ended = subprocess.run(
            [python, "-m", "portfolio_server", *arguments],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.stdout == ""
        assert len(ended.stderr.splitlines()) == 1, ended.stderr
        return ended.returncode, ended.stderr

    def test_a_bad_setting(self, python):
        code, sentence = self.refusal(python, PORTFOLIO_DRAIN_SECOND="1")

        assert code == 2
        assert "did you mean PORTFOLIO_DRAIN_SECONDS" in sentence

    def test_a_folder_for_files_that_holds_others(self, python, pages):
        code, sentence = self.refusal(
            python, str(pages), PORTFOLIO_TEMP_DIR="/", PORTFOLIO_PORT="0"
        )

        assert code == 2
        assert "a folder of its own" in sentence

    def test_a_port_in_use(self, python):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            code, sentence = self.refusal(python, PORTFOLIO_PORT=port)

        assert code == 1
        assert sentence.startswith(f"Port {port} on 127.0.0.1 cannot be used")

    @pytest.mark.parametrize("host", ["no..name", "é..x", "192.0.2.1"])
    def test_a_host_that_is_not_ours(self, python, host):
        code, sentence = self.refusal(python, PORTFOLIO_HOST=host, PORTFOLIO_OPEN_TO_ALL="1")

        assert code == 1
        assert sentence.startswith(f"Port 7860 on {host} cannot be used")
        assert "Set PORTFOLIO_HOST" in sentence
