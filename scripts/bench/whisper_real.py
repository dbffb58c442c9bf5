"""Whisper base at its real size: the time of 30 s of speech, and the memory.

whisper_real.py FOLDER TOKENS    our side: for each line of standard input, prints the seconds of
                                 writing down 30 s of sound, and the most bytes the process has held

The weights are random, see whisper_weights.py, so the number of tokens is fixed on both sides: as
many as 30 s of brisk speech have. Ours also times each word.
"""

from __future__ import annotations

import contextlib
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
    # CTranslate2 keeps half of the length for text that is shown to Whisper before.
    whisper.transcribe = functools.partial(whisper.transcribe, max_new_tokens=2 * tokens)
    _check_length(whisper, tokens)
    sound = np.random.default_rng(0).standard_normal(30 * 16_000).astype(np.float32) / 10
    for _ in sys.stdin:
        start = time.perf_counter()
        # Random times tell Whisper to look again from the middle of its 30 s; one look is enough.
        with contextlib.suppress(_LookedOnce):
            engine._sentences(sound, (0.0, 30.0), "en", "transcribe", _stop)  # noqa: SLF001
        seconds = time.perf_counter() - start
        status = Path("/proc/self/status").read_text()
        print(seconds, 1024 * int(status.split("VmHWM:")[1].split()[0]), flush=True)


class _LookedOnce(Exception):
    """The words of the first look are there."""


def _stop() -> None:
    raise _LookedOnce


def _check_length(whisper: Any, tokens: int) -> None:  # noqa: ANN401 - it has no types
    """Let ``whisper`` break off where it writes fewer tokens than the plain side."""
    generate = whisper.generate_with_fallback

    def counted(*given: Any, **how: Any) -> Any:  # noqa: ANN401
        found = generate(*given, **how)
        if len(found[0].sequences_ids[0]) < tokens - 1:
            raise RuntimeError("the words ended early")
        return found

    whisper.generate_with_fallback = counted


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
