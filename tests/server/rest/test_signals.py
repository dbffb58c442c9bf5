"""A real process is told to stop, or killed, while replies are being written."""

import contextlib
import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.server.rest.asked import LONG

STREAM = {**LONG, "stream": True}
IN_THE_GATE, STATED = 2, 20
EXIT_SECONDS = 30


@pytest.fixture
def times(request):
    return STATED if request.config.getoption("--full") else IN_THE_GATE


@pytest.fixture
def start(start_server, python, tmp_path):
    """Start a server without Spaces, again and again in the same folders."""
    (tmp_path / "spaces").mkdir()
    variables = {
        "PORTFOLIO_OFFLINE": "1",
        "PORTFOLIO_DRAIN_SECONDS": "1",
        "PORTFOLIO_TEMP_DIR": str(tmp_path / "temp"),
    }
    command = [python, "-P", "-m", "portfolio_server", tmp_path / "spaces"]
    return lambda: start_server(command, ready="/readyz", variables=variables)


def told_after(server, event):
    """Read a stream whole; do something to the server when it has begun."""
    lines = []
    address = f"{server.url}/v1/chat/completions"
    with httpx.stream("POST", address, json=STREAM, timeout=120) as answer:
        for line in answer.iter_lines():
            if line and not lines:
                event()
            lines += [line] if line else []
    return lines


def stopped_while_it_writes(server):
    """Return what a stream told to its end, the process's code, and the seconds to its end."""
    begun = []

    def stop():
        begun.append(time.monotonic())
        server.process.send_signal(signal.SIGTERM)

    lines = told_after(server, stop)
    return lines, server.process.wait(EXIT_SECONDS), time.monotonic() - begun[0]


def test_a_stream_is_never_cut_off_silently(start, times):
    for _ in range(times):
        server = start()
        lines, code, seconds = stopped_while_it_writes(server)

        last = json.loads(lines[-2].removeprefix("data: "))
        assert lines[-1] == "data: [DONE]"
        assert "error" in last or last["choices"][0]["finish_reason"] in {"stop", "length"}
        assert "error" not in last or last["error"]["code"] == "draining"
        assert code == 0, server.log
        assert seconds < EXIT_SECONDS


def test_after_a_kill_under_load_it_starts_again_and_serves(start, request):
    if not request.config.getoption("--full"):
        pytest.skip("a server is killed with --full only")
    server, ended = start(), []

    def ask():
        with contextlib.suppress(httpx.HTTPError):
            while True:
                httpx.post(f"{server.url}/v1/embeddings", json={"input": "A cat."}, timeout=120)
        ended.append(1)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(ask)
        threading.Event().wait(10)
        server.process.kill()
    again = start()

    assert len(ended) == 8  # nobody hangs on a dead server
    answer = httpx.post(f"{again.url}/v1/embeddings", json={"input": "A cat."}, timeout=120)
    assert answer.status_code == 200
