"""What is measured of kokoro-tts: start, memory, the gallery, the engine, a call."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(HERE))
import kokoro_real  # type: ignore[import-not-found]  # noqa: E402  stands beside this file

import servers  # noqa: E402  stands in scripts/

TEXT = ("The quick brown fox jumps over the lazy dog. " * 230)[:10_000]
SHORT = "Good morning. How are you?"
CALLS = 30
_PYTHON = sys.executable
_SPACE = [_PYTHON, str(ROOT / "spaces" / "kokoro-tts" / "app.py")]
_GALLERY = [_PYTHON, str(ROOT / "scripts" / "run.py")]
_PAGE = [_PYTHON, str(HERE / "plain_page.py")]
_ESPEAK = [_PYTHON, str(HERE / "plain_espeak.py")]
_IMPORT = [_PYTHON, "-c", "import gradio"]
_ENGINE = [_PYTHON, str(HERE / "kokoro_tts.py")]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison("Space: first page", "s", *servers.first_pages(_SPACE, _PAGE), 1.5),
        comparison("Space: memory, idle", "bytes", *servers.memories(_SPACE, _PAGE)),
        comparison(
            "run.py, gallery: first page / import",
            "s",
            *servers.first_pages(_GALLERY),
            lambda: servers.seconds_of(_IMPORT),
            3,
        ),
        comparison("Gallery: memory, idle", "bytes", *servers.memories(_GALLERY, _PAGE)),
        comparison(
            "Engine: time for 10,000 characters",
            "s",
            lambda: len(TEXT) / _rate([*_ENGINE, "rate"]),
            lambda: len(TEXT) / _rate([*_ESPEAK, "measure"]),
        ),
        comparison(
            "Call /speak over HTTP, median",
            "ms",
            lambda: _call(_SPACE),
            lambda: _call([*_ESPEAK, "page"]),
        ),
        comparison(
            "Handler / engine alone, median",
            "ms",
            lambda: servers.printed([*_ENGINE, "handler"]),
            lambda: servers.printed([*_ENGINE, "alone"]),
            over=5,
        ),
        *kokoro_real.comparisons(comparison),
    ]


def _rate(command: list[str]) -> float:
    done = subprocess.run(command, input=TEXT, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _call(command: list[str]) -> float:
    with servers.started(command) as (address, _seconds, _pid):
        _speak(address)
        times = []
        for _ in range(CALLS):
            begin = time.perf_counter()
            _speak(address)
            times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def _speak(address: str) -> None:
    url = f"{address}/gradio_api/call"
    body = json.dumps({"text": SHORT}).encode()
    ask = urllib.request.Request(  # noqa: S310  the loopback
        f"{url}/v2/speak", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(ask) as answer:  # noqa: S310
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{url}/speak/{event}") as events:  # noqa: S310
        if b"event: complete" not in events.read():
            raise RuntimeError("the call failed")


def _print_handler() -> None:
    """Print the milliseconds of a call of the page's handler: all layers but HTTP."""
    from portfolio_core.settings import Settings

    app = _app()
    space = app.KokoroTts(app.build(Settings()))
    _print_median(lambda: list(space.speak(SHORT, progress=lambda *_, **__: None)))


def _print_alone() -> None:
    """Print the milliseconds of the bare engine call."""
    from portfolio_core import hardware
    from portfolio_core.engines.text_to_speech import SpeechRequest
    from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
    from portfolio_core.settings import Settings

    engine = EspeakEngine.load(None, hardware.detect(Settings()))
    _print_median(lambda: list(engine.speak(SpeechRequest(SHORT, "en-us", 1.0))))


def _print_median(call: Callable[[], object]) -> None:
    call()
    times = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    print(1000 * statistics.median(times))


def _print_rate() -> None:
    from portfolio_core import hardware
    from portfolio_core.engines import text_to_speech as tts
    from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
    from portfolio_core.media.audio import join, wav_bytes
    from portfolio_core.settings import Limits, Settings

    text = sys.stdin.read()
    engine = EspeakEngine.load(None, hardware.detect(Settings()))

    def speak(what: str) -> bytes:
        wanted = tts.request(what, "en-us", 1.0, voices=engine.VOICES, limits=Limits())
        return wav_bytes(join([part.sound for part in engine.speak(wanted)], engine.RATE))

    speak("Warm up.")
    start = time.perf_counter()
    speak(text)
    print(len(text) / (time.perf_counter() - start))


def _app() -> Any:  # noqa: ANN401  a module loaded by its path
    import importlib.util

    spec = importlib.util.spec_from_file_location("kokoro_tts_app", _SPACE[1])
    if spec is None or spec.loader is None:
        raise RuntimeError("the Space cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    {"handler": _print_handler, "alone": _print_alone, "rate": _print_rate}[sys.argv[1]]()
