"""Kokoro at its real size: the time of ten seconds of sound, and to the first of a long text.

kokoro_real.py FOLDER    our side: for each line of standard input, prints the seconds to the
                         first sentence, to the last one, and the seconds of sound

The weights are random, see kokoro_weights.py. The language is Spanish, since the package's
English asks the net for a model of spaCy.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import child  # type: ignore[import-not-found]  # stands beside this file

# 130 phonemes of 75 ms, and the silence around them
TEXT = (
    "El tren sale a las nueve menos cuarto de la estación del norte, y llega al "
    "puerto cuando ya están abiertas las tiendas"
)
LONG = f"{TEXT}. " * 10


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            "Kokoro, 10 s of sound",
            "s",
            lambda: _ask("kokoro_real.py", TEXT)[1],
            lambda: _ask("plain_kokoro.py", TEXT)[0],
            most=1 / 1.5,
        ),
        comparison(
            "Kokoro, long text: 1st sound / sentence",
            "s",
            lambda: _ask("kokoro_real.py", LONG)[0],
            lambda: _ask("kokoro_real.py", f"{TEXT}.")[1],
            over=0.3,
        ),
    ]


def _ask(side: str, text: str) -> list[float]:
    """Let one side speak ``text`` and return the figures that it prints."""
    return child.figures(side, child.folder("kokoro_weights.py"), line=text)


def _serve(folder: Path) -> None:
    """Be our side."""
    from portfolio_core import hardware
    from portfolio_core.engines.text_to_speech import SpeechRequest
    from portfolio_core.engines.text_to_speech.kokoro import KokoroEngine
    from portfolio_core.settings import Settings

    warnings.simplefilter("ignore")
    engine = KokoroEngine.load(folder, hardware.detect(Settings()))
    for line in sys.stdin:
        begin = time.perf_counter()
        times, sound = [], 0.0
        for part in engine.speak(SpeechRequest(line.strip(), "ef_dora", 1.0)):
            times.append(time.perf_counter() - begin)
            sound += part.sound.seconds
        print(times[0], times[-1], sound, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
