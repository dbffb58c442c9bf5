"""deploy.py and tokens: none is printed, none is sent, and it stops where one lies."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub.utils import logging

NAME = "ann/ocr"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "deploy.py"
PLANTED = "hf_" + "planted" * 5
CELL = {"cells": [{"outputs": [{"text": f"login({PLANTED!r})"}]}]}
PLACES = {
    ".env": f"HF_TOKEN={PLANTED}\n",
    "examples/notes.ipynb": json.dumps(CELL),
    "examples/run.log": f"2026-01-01 sent with {PLANTED}\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_token_in_a_file_stops_the_deployment_before_anything_is_sent(yard, hub, place):
    yard.space("kokoro-tts")
    yard.space("ocr", {place: PLACES[place].encode()})
    code, said = yard.apply()
    assert code == 1
    assert f"ocr: {place}:1: a Hugging Face token" in said
    assert PLANTED not in said
    assert hub.store.changes == []


@pytest.mark.parametrize("name", ["HF_TOKEN", "SERVICE_API_KEY", "SPACE_SECRET_KEY"])
def test_the_value_of_a_variable_is_found_in_a_file(yard, hub, monkeypatch, name):
    value = hub.token if name == "HF_TOKEN" else "correct horse battery"
    monkeypatch.setenv(name, value)
    yard.space("ocr", {"words.txt": b"\n\nit is " + value.encode()})
    code, said = yard.apply()
    assert (code, hub.store.changes) == (1, [])
    assert "ocr: words.txt:3: " in said
    assert value not in said


def test_a_token_in_a_build_log_is_not_shown(yard, hub, monkeypatch):
    monkeypatch.setenv("SPACE_SECRET_KEY", "correct horse battery")
    hub.runtimes.printed = f"using {PLANTED} and {hub.token} and correct horse battery.\n"
    yard.space("ocr", {"app.py": b"raise SystemExit('BUILD_ERROR')"}, secrets=["KEY"])
    code, said = yard.apply()
    assert code == 7
    assert "using [hidden] and [hidden] and [hidden]." in said
    _, said = yard.run("logs", "ocr")
    assert "using [hidden] and [hidden] and correct horse battery." in said


def test_what_nobody_expected_ends_in_a_traceback_without_the_token(yard, hub, monkeypatch):
    run = importlib.import_module("deploying.run")
    monkeypatch.setattr(run, "deploy", lambda hub, *_: {}[f"Bearer {hub.token}"])
    yard.space("ocr")
    code, said = yard.apply()
    assert code == 1
    assert "KeyError: 'Bearer [hidden]'" in said
    assert hub.token not in said


def test_a_token_given_as_an_argument_is_refused_without_being_repeated(yard):
    code, said = yard.run("--token", PLANTED)
    assert code == 2
    assert "[hidden]" in said
    assert PLANTED not in said


def test_without_the_guard_the_token_would_be_seen(yard, hub, monkeypatch):
    redaction = importlib.import_module("deploying.redaction")
    monkeypatch.setattr(redaction.Redactor, "clean", lambda _self, text: text)
    hub.runtimes.printed = f"using {PLANTED}\n"
    yard.space("ocr")
    yard.apply()
    assert PLANTED in yard.run("logs", "ocr")[1]


def test_the_client_s_own_log_holds_no_token(yard, hub):
    logging.set_verbosity_debug()
    try:
        yard.space("ocr")
        code, said = yard.apply("--owner", "ann")
    finally:
        logging.set_verbosity_warning()
    assert code == 0
    assert hub.token not in said


def test_the_real_program_shows_the_token_nowhere_also_when_it_is_talkative(hub, outside):
    done = subprocess.run(
        [sys.executable, SCRIPT, "--only", "kokoro-tts"],
        env=outside | {"HF_DEBUG": "1", "LOG": PLANTED},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kokoro-tts: create public ann/kokoro-tts" in done.stdout
    assert "portfolio_core/engines/text_to_speech/espeak.py" in done.stdout
    assert "space.toml" not in done.stdout
    assert hub.token not in done.stdout + done.stderr
    assert "/api/whoami-v2" in "".join(hub.faults.calls)
    assert hub.store.changes == []
