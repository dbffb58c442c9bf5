"""The world of the tests is as bare as conftest.py promises."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from portfolio_core import settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com", b"example.com"])
def test_other_machines_are_out_of_reach(host, refused_calls) -> None:
    with pytest.raises(ConnectionRefusedError, match="this machine only"):
        socket.create_connection((host, 80), timeout=1)

    assert len(refused_calls) == 1
    refused_calls.clear()


def test_connect_ex_is_guarded_too(refused_calls) -> None:
    with socket.socket() as client, pytest.raises(ConnectionRefusedError, match="machine only"):
        client.connect_ex(("192.0.2.1", 80))
    refused_calls.clear()


def test_the_loopback_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def test_a_call_that_was_swallowed_fails_the_test(tmp_path) -> None:
    """Product code that catches the refusal does not hide that it asked."""
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(
        "import socket\n"
        "def test_it():\n"
        "    try:\n"
        "        socket.create_connection(('192.0.2.1', 80))\n"
        "    except OSError:\n"
        "        pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "The test reached for other machines: 192.0.2.1" in done.stdout


def test_nothing_of_the_user_is_in_the_environment() -> None:
    prefixes = ("PORTFOLIO_", "HF_", "GRADIO_", "SPACE_", "HTTP", "http", "OPENAI", "PIP_")
    ours = {"HF_HOME", "GRADIO_TEMP_DIR", "HF_HUB_DISABLE_TELEMETRY"}

    assert [name for name in os.environ if name.startswith(prefixes) and name not in ours] == []
    assert not [name for name in os.environ if "TOKEN" in name or "API_KEY" in name]


def test_home_is_an_empty_folder() -> None:
    assert list(Path.home().iterdir()) == []


@pytest.mark.parametrize("preset", ["tiny", "small"])
def test_settings_are_read_anew_in_each_test(monkeypatch, preset) -> None:
    monkeypatch.setenv("PORTFOLIO_PRESET", preset)

    assert settings.current().preset == preset


def test_trials_are_a_share_or_as_stated(trials, request) -> None:
    if request.config.getoption("--full"):
        assert (trials(1000), trials(20), trials(1)) == (1000, 20, 1)
    else:
        assert (trials(1000), trials(20), trials(1)) == (100, 3, 1)


def test_a_server_is_started_and_its_output_kept(start_server, python) -> None:
    code = (
        "import http.server, os\n"
        "print('token' if 'HF_TOKEN' in os.environ else 'clean', flush=True)\n"
        "port = int(os.environ['PORTFOLIO_PORT'])\n"
        "http.server.test(http.server.SimpleHTTPRequestHandler, port=port, bind='127.0.0.1')\n"
    )
    server = start_server([python, "-c", code])

    with urllib.request.urlopen(server.url, timeout=5) as answer:
        assert answer.status == 200
    assert server.log.startswith("clean")
    server.kill()
    assert server.process.returncode == -9


def test_a_server_that_ends_at_once_is_shown(start_server, python) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)ended with code 0.*the reason"):
        start_server([python, "-c", "print('the reason')"])
