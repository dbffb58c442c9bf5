"""The Space with Kokoro's own classes, on a tiny random checkpoint in Hub layout."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    script = ROOT / "tests" / "engines" / "tiny_kokoro.py"
    subprocess.run([python, "-P", script, models], check=True, capture_output=True)
    return start_server(
        [python, "spaces/kokoro-tts/app.py"],
        ready="/config",
        variables={"PORTFOLIO_MODELS_DIR": str(models)},
    )


def test_weights_on_this_machine_are_found_and_chosen(client):
    _, _, recipe = client.predict(text="Hello there.", api_name="/speak")

    assert recipe["model"] == "kokoro-82m"
    assert recipe["preset"] == "tiny"
    assert recipe["reason"] == "largest_here"
    assert len(recipe["revision"]) == 40


def test_a_text_in_two_languages_is_read_by_two_engines_into_one_file(client):
    file, captions, recipe = client.predict(
        text="Hello there. 안녕하세요. Bye.", voice="af_heart(0.7)+af_bella(0.3)", api_name="/speak"
    )

    assert (recipe["model"], recipe["also"]) == ("kokoro-82m", ["espeak-ng"])
    samples, rate = soundfile.read(file)
    assert rate == 24_000
    assert np.isfinite(samples).all()
    assert len(samples) / rate > 2
    assert Path(file).name == "hello-there-안녕하세요-bye-af-heart-0-7-af-bella-0-3.wav"
    vtt = Path(captions[1]).read_text("utf-8")
    assert vtt.index("Hello") < vtt.index("안녕하세요.") < vtt.index("Bye.")
    assert "Hello <00:00:0" in vtt  # Kokoro tells when each English word is said


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("bf_emma", "Good morning."),
        ("ef_dora", "Hola, buenos días."),
        ("ff_siwis", "Bonjour à tous."),
        ("hf_alpha", "नमस्ते दुनिया।"),
        ("if_sara", "Buongiorno."),
        ("jf_alpha", "こんにちは。"),
        ("pf_dora", "Bom dia."),
        ("zf_xiaobei", "你好，世界。"),
    ],
)
def test_every_language_of_kokoro_speaks(client, voice, text):
    file, _, recipe = client.predict(text=text, voice=voice, api_name="/speak")

    samples, rate = soundfile.read(file)
    assert len(samples) / rate > 0.5
    assert np.abs(samples).max() > 0
    assert recipe["parameters"]["voice"] == voice


def test_the_same_request_gives_the_same_file(client):
    first, again = (
        Path(client.predict(text="Again.", api_name="/speak")[0]).read_bytes() for _ in range(2)
    )

    assert first == again


def test_the_voices_of_both_engines_are_on_offer(client):
    voices = client.predict(api_name="/voices")

    assert voices[0]["key"] == "af_heart"
    assert {"ko", "en-us", "zf_xiaobei"} <= {voice["key"] for voice in voices}
    assert len(voices) == 63
