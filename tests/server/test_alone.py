"""A Space started alone keeps its files to itself, and not for ever."""

import time

import httpx
import pytest


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
    event = httpx.post(call, json={"data": ["Hello", "auto", 1]}).json()["event_id"]
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
