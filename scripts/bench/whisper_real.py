"""Whisper base at its real size: the time of 30 s of speech, and the memory.

whisper_real.py FOLDER TOKENS    our side: for each line of standard input, prints the seconds of
                                 writing down 30 s of sound, and the most bytes the process has held

The weights are random, see whisper_weights.py, so the number of tokens is fixed on both sides: as
many as 30 s of brisk speech have. Ours also times each word.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import child  # type: ignore[import-not-found]  # stands beside this file
import numpy as np

TOKENS = 100


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            "Whisper base, 30 s of speech",
            "s",
            lambda: _ask("whisper_real.py").seconds,
            lambda: _ask("plain_whisper.py").seconds,
            most=1 / 3,
        ),
        comparison(
            "Most memory, loading and writing",
            "bytes",
            lambda: _ask("whisper_real.py").memory,
            lambda: _ask("plain_whisper.py").memory,
        ),
    ]


class Figures(NamedTuple):
    """What a side prints, in its order."""

    seconds: float
    memory: float


def _ask(side: str) -> Figures:
    folder = child.folder("whisper_weights.py")
    return Figures(*child.figures(side, folder, str(TOKENS), line="30 s"))


def main(folder: Path, tokens: int) -> None:
    """Run our side."""
    from portfolio_core import hardware
    from portfolio_core.engines.speech_to_text.whisper import WhisperBase
    from portfolio_core.settings import Settings

    engine = WhisperBase.load(folder / "ct2", hardware.detect(Settings()))
    whisper = engine._model  # noqa: SLF001 - the number of tokens is no option of the engine
    whisper.transcribe = functools.partial(whisper.transcribe, max_new_tokens=tokens)
    looks = _counted(whisper, tokens)
    sound = np.random.default_rng(0).standard_normal(30 * 16_000).astype(np.float32) / 10
    for _ in sys.stdin:
        looks.clear()
        start = time.perf_counter()
        engine._sentences(sound, (0.0, 30.0), "en", "transcribe", lambda: None)  # noqa: SLF001
        seconds = (time.perf_counter() - start) / len(looks)
        status = Path("/proc/self/status").read_text()
        print(seconds, 1024 * int(status.split("VmHWM:")[1].split()[0]), flush=True)


def _counted(whisper: Any, tokens: int) -> list[int]:  # noqa: ANN401 - it has no types
    """Return a list that grows by the tokens of each look at 30 s.

    Random times tell Whisper to look again from the middle of its 30 s: it costs as much anew.
    """
    looks: list[int] = []
    generate = whisper.generate_with_fallback

    def counted(*given: Any, **how: Any) -> Any:  # noqa: ANN401
        found = generate(*given, **how)
        looks.append(len(found[0].sequences_ids[0]))
        if looks[-1] < tokens - 1:
            raise RuntimeError("the words ended early")
        return found

    whisper.generate_with_fallback = counted
    return looks


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
