"""A Space's page: what it chooses, says and keeps."""

import json
from pathlib import Path

import pytest

from portfolio_core.errors import ModelUnavailable
from portfolio_core.settings import Limits, Preset, Settings
from portfolio_core.ui.api_panel import File, calls
from portfolio_core.ui.i18n import Words
from portfolio_core.ui.launch import options, prepare
from portfolio_core.ui.page import Page
from portfolio_core.workload import Workload

TEXT = {"title": "T", "intro": "# T"}


@pytest.fixture
def page():
    settings = Settings(preset=Preset.EMBEDDED)
    with Page("text-to-speech", Words(TEXT, TEXT), settings, Workload(settings)) as made:
        made.header()
    return made


def test_the_status_names_engine_preset_reason_and_state(page):
    assert page.status().engine == "espeak-ng 1.52"
    assert page.status().preset == "embedded"
    assert page.status().reason == "The preset “embedded” was asked for."
    assert page.status().state == "idle"

    with page.workload.enter(page.spec) as place:
        place.engine()

    assert page.status().state == "loaded"


def test_a_task_without_a_model_is_a_typed_error():
    with pytest.raises(ModelUnavailable):
        Page("no-such-task", Words(TEXT, TEXT), Settings(), Workload(Settings()))


def test_results_are_kept_under_names_that_cannot_be_guessed(page):
    first, second = (Path(page.keep("a.wav", b"sound")) for _ in range(2))

    assert first.read_bytes() == b"sound"
    assert first.name == second.name == "a.wav"
    assert first.parent != second.parent
    assert len(first.parent.name) >= 20


def test_the_header_is_filled_in_for_both_languages(page):
    sent = page.i18n_instance.translations_dict

    assert sent["en"]["portfolio_engine"].startswith("Engine: espeak-ng 1.52 · embedded · CPU")
    assert sent["ko"]["portfolio_engine"].startswith("엔진: espeak-ng 1.52 · embedded · CPU")
    assert "GPL-3.0-or-later" in sent["ko"]["portfolio_engine_why"]


def test_pages_are_served_closed():
    given = options(Settings(limits=Limits(upload_bytes=7)))

    assert given["show_error"] is False
    assert given["enable_monitoring"] is False
    assert given["run_history"] is False
    assert given["max_file_size"] == 7


def test_the_queue_is_bounded_and_cannot_be_passed_by(page):
    prepare(page, Settings(limits=Limits(queue_waiting=2)))

    assert page._queue.max_size == 12
    assert page.api_open is False


def test_the_shown_calls_carry_the_arguments_whole():
    arguments = {"text": 'It\'s "so" \\ 안녕\n$HOME', "speed": 1.5}

    python, javascript, _, mcp = calls("http://h/", "speak", arguments)

    named = python.split("client.predict(")[1].split("api_name")[0]
    assert eval(f"dict({named})") == arguments
    assert json.loads(javascript.split('"/speak", ')[1].split(");")[0]) == arguments
    assert json.loads(mcp.split("\n\n")[1])["params"]["arguments"] == arguments
    assert "http://h/gradio_api/mcp/" in mcp


def test_the_shown_calls_hand_files_over():
    name = 'it\'s "mine" 편지.png'
    arguments = {"files": [File(name), File("b.png")], "language": "ko"}

    python, javascript, curl, mcp = calls("http://h/", "read", arguments)

    named = python.split("client.predict(")[1].split("api_name")[0]
    assert eval(f"dict({named})", {"handle_file": lambda file: {"file": file}}) == {
        "files": [{"file": name}, {"file": "b.png"}],
        "language": "ko",
    }
    assert "import Client, handle_file" in python
    assert f"handle_file({json.dumps(name)})" in javascript
    assert curl.count("/upload") == 2
    assert '"path": "\'"$FILE2"\'"' in curl
    assert "b.png" in json.loads(mcp.split("\n\n")[1])["params"]["arguments"]["files"][1]
