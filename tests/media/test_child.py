"""Work in a process of its own: what it returns, and how it ends."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from tests.conftest import ROOT

from portfolio_core.errors import TextTooLong
from portfolio_core.media import child

CAPS = child.Caps(seconds=20, memory_bytes=2**30)
SHORT = child.Caps(seconds=1, memory_bytes=2**30)


@pytest.fixture(autouse=True)
def _works(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def call(name, *arguments, caps=CAPS):
    return child.call(f"tests.media.works:{name}", arguments, caps)


def stream(name, *arguments, caps=CAPS):
    return child.stream(f"tests.media.works:{name}", arguments, caps)


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


class TestResults:
    def test_values_come_back_as_they_went(self):
        assert call("echo", "한국어\ud800", 1.5, [None]) == ["한국어\ud800", 1.5, [None]]

    def test_bytes_come_back_one_result_at_a_time(self):
        got = list(stream("pages", 3, 300_000))

        assert got == [(n, bytes([n]) * 300_000) for n in range(3)]

    def test_what_a_library_prints_is_no_result(self):
        assert call("chatter") == "said"

    def test_a_typed_error_keeps_its_type_and_its_fields(self):
        with pytest.raises(TextTooLong) as caught:
            call("refuse")

        assert caught.value.fields == {"given": 3, "limit": 2}

    def test_any_other_error_says_nothing_of_the_inside(self):
        with pytest.raises(child.ChildBroke) as caught:
            call("stumble")

        assert str(caught.value) == ""

    def test_work_in_a_thread_is_work_all_the_same(self):
        got = []
        threads = [threading.Thread(target=lambda: got.append(call("echo", 1))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert got == [[1]] * 3

    def test_a_program_without_a_main_guard_may_use_it(self, tmp_path):
        program = tmp_path / "app.py"
        program.write_text(
            "from portfolio_core.media import child\n"
            f"print(child.call('tests.media.works:echo', [1], {CAPS!r}))\n".replace(
                "Caps(", "child.Caps("
            )
        )
        environment = {"PYTHONPATH": str(ROOT)}

        done = subprocess.run(
            [sys.executable, program], env=environment, capture_output=True, text=True, check=True
        )

        assert done.stdout == "[1]\n"


class TestCaps:
    @pytest.mark.parametrize(("name", "arguments"), [("sleep", [60]), ("spin", [])])
    def test_over_its_time_it_is_killed(self, name, arguments):
        start = time.monotonic()

        with pytest.raises(child.ChildKilled):
            call(name, *arguments, caps=SHORT)

        assert time.monotonic() - start < 30

    def test_every_result_has_the_time_anew_and_the_caller_takes_none_of_it(self):
        got = []
        for number, _ in stream("pages", 3, 200_000, caps=child.Caps(5, 2**30)):
            time.sleep(2.5)
            got.append(number)

        assert got == [0, 1, 2]

    def test_memory_up_to_the_cap_is_given(self):
        assert call("fill", 500 * 2**20) == 500 * 2**20

    def test_over_its_memory_it_is_stopped(self):
        with pytest.raises(child.ChildKilled):
            call("fill", 1100 * 2**20)

    def test_a_crash_is_not_ours(self):
        with pytest.raises(child.ChildKilled):
            call("crash")

    def test_an_early_end_is_no_result(self):
        with pytest.raises(child.ChildBroke):
            call("leave", 0)

    def test_it_ends_when_nobody_iterates_any_more(self):
        results = stream("endless")
        pid, _ = next(results)
        assert not is_gone(pid)

        results.close()

        assert is_gone(pid)


class TestConfinement:
    def test_it_reaches_nobody(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            with pytest.raises(child.ChildBroke):
                call("connect", server.getsockname()[1])
            server.settimeout(0.2)
            with pytest.raises(TimeoutError):
                server.accept()

    def test_it_starts_nothing(self):
        with pytest.raises(child.ChildBroke):
            call("start_program")

    def test_it_writes_nothing(self, tmp_path):
        with pytest.raises(child.ChildBroke):
            call("write", str(tmp_path / "file"))

        assert sum(file.stat().st_size for file in tmp_path.iterdir()) == 0

    def test_it_knows_no_secret_and_carries_no_weight(self, monkeypatch):
        monkeypatch.setenv("HF_TOKEN", "hf_made_up")

        seen = call("look_around")

        assert "hf_made_up" not in seen["variables"].values()
        assert not {"gradio", "torch", "numpy", "pydantic"} & set(seen["modules"])
