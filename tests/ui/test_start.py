"""Starting a Space by hand: what a person can put right is one sentence."""

import os
import socket
import subprocess

import pytest
from tests.conftest import ROOT, clean_environment


@pytest.fixture
def start(python, tmp_path):
    def run(**variables):
        return subprocess.run(
            [python, ROOT / "spaces" / "kokoro-tts" / "app.py"],
            env=clean_environment(tmp_path) | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_port_in_use(start):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        done = start(PORTFOLIO_PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Port {port} is in use: stop what runs there")
    assert "Traceback" not in done.stderr


def test_a_slip_of_the_pen_in_a_setting(start):
    done = start(PORTFOLIO_PRESETT="tiny")

    assert done.returncode == 1
    assert "did you mean PORTFOLIO_PRESET." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_tests_environment_has_no_settings():
    assert not [name for name in os.environ if name.startswith("PORTFOLIO_")]
