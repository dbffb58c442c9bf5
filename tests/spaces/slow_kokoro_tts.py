"""The Space kokoro-tts with an engine that takes its time and prints what it does."""

import runpy
import time
from pathlib import Path

from portfolio_core.engines.text_to_speech.espeak import EspeakEngine

SENTENCE_SECONDS = 0.1
_say = EspeakEngine._say


def _slowly(engine, text, wanted):
    time.sleep(SENTENCE_SECONDS)
    print("said", flush=True)
    return _say(engine, text, wanted)


if __name__ == "__main__":
    EspeakEngine._say = _slowly
    root = Path(__file__).resolve().parents[2]
    runpy.run_path(str(root / "spaces" / "kokoro-tts" / "app.py"), run_name="__main__")
