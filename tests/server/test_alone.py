"""A Space started alone keeps its files to itself, and not for ever."""

import errno
import subprocess
import time

import httpx
import pytest
from tests.conftest import clean_environment

from portfolio_core.settings import Settings
from portfolio_core.ui import launch


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    folder.chmod(0o755)
    (folder / "kokoro-tts").mkdir()
    (folder / "kokoro-tts" / "of-the-server.txt").write_text("x")
    server = start_server(
        [python, "spaces/kokoro-tts/app.py"],
        ready="/config",
        variables={
            "PORTFOLIO_TEMP_AGE_SECONDS": "1",
            "PORTFOLIO_PRESET": "embedded",
            "PORTFOLIO_TEMP_DIR": str(folder),
        },
    )
    return server, folder


def results(folder):
    return [file for file in (folder / "alone-kokoro-tts").rglob("*.wav") if file.is_file()]


def speak(url):
    call = f"{url}/gradio_api/call/speak"
    wanted = {"data": ["Hello", "auto", 1, "wav", "", False]}
    event = httpx.post(call, json=wanted).json()["event_id"]
    return httpx.get(f"{call}/{event}", timeout=60).text


def test_results_go_by_age_and_files_of_others_stay(space):
    server, folder = space

    told = speak(server.url)
    assert "event: complete" in told
    assert str(folder / "alone-kokoro-tts") in told

    end = time.monotonic() + 15
    while results(folder):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert (folder / "kokoro-tts" / "of-the-server.txt").exists()
    assert "Swept" in server.log


def test_its_folder_is_closed_to_others(space):
    _, folder = space

    assert folder.stat().st_mode & 0o777 == 0o700


class TestNoAddress:
    def ended(self, python, tmp_path, **variables):
        done = subprocess.run(
            [python, "spaces/kokoro-tts/app.py"],
            env=clean_environment(tmp_path) | variables,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr.splitlines()[-1]

    def test_a_host_that_is_not_ours_is_no_port_in_use(self, python, tmp_path):
        code, sentence = self.ended(python, tmp_path, PORTFOLIO_HOST="192.0.2.1")

        assert code == 1
        assert sentence.startswith("192.0.2.1:7860 cannot be listened on")
        assert "PORTFOLIO_HOST" in sentence

    def test_a_name_that_nobody_has_is_told(self, python, tmp_path):
        code, sentence = self.ended(python, tmp_path, PORTFOLIO_HOST="no..name")

        assert code == 1
        assert sentence.startswith("no..name:7860 cannot be listened on")

    def test_the_port_proposed_instead_exists(self):
        in_use = OSError(errno.EADDRINUSE, "in use")

        assert "PORTFOLIO_PORT=7861." in launch._no_address(Settings(port=7860), in_use)
        assert "PORTFOLIO_PORT=65534." in launch._no_address(Settings(port=65535), in_use)
