"""The load: a crowd comes to a real server, and each thing that could be wrong would be said."""

import dataclasses
import http.server
import json
import subprocess
import sys
import threading
from itertools import count

import pytest
from tests.conftest import ROOT

SCRIPTS = ROOT / "scripts"
USERS, SECONDS = 200, 60


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from loading import figures

    return figures


@pytest.fixture
def well(figures):
    """A run in which all was well."""
    answers = [
        figures.Answer("/v1/ocr", 200, 0.1, ""),
        figures.Answer("/v1/ocr", 200, 0.3, ""),
        figures.Answer("/v1/ocr", 429, 0.01, "5"),
    ]
    return figures.Load(
        sent=3, answers=answers, counted=3, waiting=16, waiting_limit=16,
        warm_bytes=1000 * 2**20, after_bytes=1040 * 2**20,
    )  # fmt: skip


class TestFigures:
    def test_counts_times_queue_and_memory_are_told(self, figures, well):
        lines = figures.report(well).splitlines()

        assert lines[0].split() == ["sent", "served", "refused", "late", "p50", "p95"]
        assert lines[1].split() == ["/v1/ocr", "3", "2", "1", "0", "0.20", "s", "0.29", "s"]
        assert lines[3:] == [
            "Waiting for one engine: at most 16 of 16.",
            "Memory: 1000 MiB before, 1040 MiB after (+4.0%).",
        ]

    def test_nothing_is_wrong_where_all_is_well(self, figures, well):
        assert figures.faults(well) == []

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"sent": 4, "counted": 4}, "1 requests have no answer"),
            ({"counted": 4}, "the server has counted 4 of 3"),
            ({"waiting": 17}, "17 waited for one engine, not 16"),
            ({"waiting": 0, "waiting_limit": 0}, "0 waited for one engine, not 0"),
            ({"after_bytes": 1051 * 2**20}, "memory did not come back"),
        ],
    )
    def test_what_is_wrong_with_a_run_is_said(self, figures, well, changed, said):
        assert figures.faults(dataclasses.replace(well, **changed)) == [said]

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (("/v1/ocr", 0, 0.1, ""), "1 connections were cut"),
            (("/v1/ocr", 500, 0.1, ""), "answers have the status [500]"),
            (("/v1/ocr", 400, 0.1, ""), "answers have the status [400]"),
            (("/v1/ocr", 503, 0.1, ""), "1 refusals do not say when to come again"),
            (("/v1/rag/ask", 429, 0.1, "5"), "nothing was served of ['/v1/rag/ask']"),
        ],
    )
    def test_what_is_wrong_with_an_answer_is_said(self, figures, well, answer, said):
        answers = [*well.answers, figures.Answer(*answer)]

        assert figures.faults(dataclasses.replace(well, sent=4, counted=4, answers=answers)) == [
            said
        ]


class _Unfriendly(http.server.BaseHTTPRequestHandler):
    """Serves, refuses and cuts the connection, in turn."""

    protocol_version = "HTTP/1.1"
    numbers = count()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        turn = next(self.numbers) % 3
        if turn == 0:
            self.close_connection = True
            return
        self.send_response(429 if turn == 1 else 200)
        if turn == 1:
            self.send_header("Retry-After", "5")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_the_users_note_what_they_got_and_what_was_cut():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Unfriendly) as unfriendly:
        threading.Thread(target=unfriendly.serve_forever).start()
        address = f"http://127.0.0.1:{unfriendly.server_port}"
        command = [sys.executable, "-m", "loading.users", address, "documents", "6", "3"]
        done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, check=True)
        unfriendly.shutdown()

    told = json.loads(done.stdout)
    assert told["sent"] == len(told["answers"]) >= 6
    got = {(answer["status"], answer["retry_after"]) for answer in told["answers"]}
    assert got == {(0, ""), (429, "5"), (200, "")}


def test_a_crowd_is_borne(request):
    if not request.config.getoption("--full"):
        pytest.skip("200 users for a minute: with --full")
    command = [sys.executable, "load.py", "--users", str(USERS), "--seconds", str(SECONDS)]

    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, check=False)

    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
