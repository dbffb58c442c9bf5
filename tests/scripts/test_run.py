"""run.py checks first, becomes the server, and says the address when it is true."""

import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from portfolio_core.settings import Preset

ROOT = Path(__file__).resolve().parent.parent.parent


def until(process: subprocess.Popen[str], word: str) -> list[str]:
    """Read lines until one has ``word``."""
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if word in line:
            return lines
    pytest.fail(f"{word!r} never came: {lines}")


def address(lines: list[str]) -> str:
    return re.search(r"Ready: (\S+)", lines[-1])[1]


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("arguments", [(), ("talker",)])
def test_prints_an_address_that_answers(installed, arguments) -> None:
    process = installed.start("run.py", *arguments, "--port", "0", "--preset", "tiny")

    url = address(until(process, "Ready:"))

    assert get(url) == "tiny"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_signal_and_exit_code_are_the_servers(installed, stop) -> None:
    process = installed.start("run.py", "--port", "0")
    lines = until(process, "Ready:")

    assert f"listening as {process.pid}" in lines
    process.send_signal(stop)
    assert process.wait(timeout=10) == 7
    assert f"stopped by {stop.name}" in process.stdout.read()


def test_ends_before_it_is_ready_without_a_word(installed) -> None:
    """Nothing stays behind that waits for a server that is gone."""
    process = installed.start("run.py", "--port", "0")
    until(process, "listening")
    process.kill()

    rest = process.communicate(timeout=10)[0]  # ends when nobody holds the pipe any more

    assert rest.count("Ready:") <= 1


def test_listens_for_others_and_names_its_own_address(installed) -> None:
    process = installed.start("run.py", "--host", "0.0.0.0", "--port", "0")

    url = address(until(process, "Ready:"))

    assert url.startswith("http://127.0.0.1:")


def test_settings_of_the_environment_hold(installed) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = str(listener.getsockname()[1])
    process = installed.start("run.py", PORTFOLIO_PORT=port, PORTFOLIO_PRESET="small")

    url = address(until(process, "Ready:"))

    assert (url, get(url)) == (f"http://127.0.0.1:{port}/", "small")


@pytest.mark.parametrize("arguments", [("nobody",), ("../x",), ("talker/app.py",)])
def test_an_unknown_space_gets_the_list(project, arguments) -> None:
    code, output = project.run("run.py", *arguments)

    assert code == 1
    assert output == f"There is no Space named {arguments[0]!r}; there are: talker.\n"


def test_a_port_in_use_is_found_before_anything_is_installed(project) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        code, output = project.run("run.py", "--port", str(port))

    assert code == 1
    assert output == (
        f"Port {port} is in use: stop what runs there, or choose another with --port {port + 1}.\n"
    )
    assert not (project.root / ".venv").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (("--port", "99999"), {}, "99999 is not a port: choose one from 0 to 65535 with --port."),
        (("--port", "-1"), {}, "-1 is not a port: choose one from 0 to 65535 with --port."),
        (("--host", "192.0.2.1"), {}, "192.0.2.1 is not an address of this machine"),
        ((), {"PORTFOLIO_PORT": "http"}, "PORTFOLIO_PORT is 'http': give it a number"),
    ],
)
def test_an_address_that_cannot_be_gets_one_sentence(
    project, arguments, variables, sentence
) -> None:
    code, output = project.run("run.py", *arguments, **variables)

    assert code == 1
    assert output.startswith(sentence)
    assert output.count("\n") == 1


def test_a_name_that_is_no_host_gets_one_sentence(run, monkeypatch) -> None:
    def lookup(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)

    with pytest.raises(run.Problem, match=r"'no\.such\.host' is no address"):
        run.free_port("no.such.host", 0)


def test_missing_debian_packages_are_named_once(installed) -> None:
    if shutil.which("dpkg-query") is None:
        pytest.skip("This is no Debian.")
    file = installed.root / "spaces" / "talker" / "packages.txt"
    file.write_text("dpkg\nno-such-package\n")
    try:
        process = installed.start("run.py", "talker", "--port", "0")
        lines = until(process, "Ready:")
    finally:
        file.unlink()

    assert lines[0] == "For all functions, also run: sudo apt-get install no-such-package"


def test_help_needs_no_installation(project) -> None:
    code, output = project.run("run.py", "--help")

    assert code == 0
    assert all(f"--{name}" in output for name in ("preset", "host", "port", "open", "reinstall"))
    assert not (project.root / ".venv").exists()


def test_opens_the_page_in_the_browser(installed, tmp_path) -> None:
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    opener.chmod(0o755)
    process = installed.start("run.py", "--port", "0", "--open", BROWSER=f"{opener} %s")
    lines = until(process, "Ready:")
    installed.wait_for((tmp_path / "opened").exists)

    assert (tmp_path / "opened").read_text().strip() == address(lines)


def test_the_presets_are_those_of_the_settings(run) -> None:
    assert set(run.PRESETS) == {preset.value for preset in Preset}
