"""Florence-2-base at its real size: one caption, and the memory.

captioner_real.py FOLDER TOKENS    our side: for each line of standard input, prints the seconds
                                   of one caption of so many tokens, and the most bytes it has held

The weights are random, see captioner_weights.py: only a caption's length depends on what they
are, and both sides write the same number of tokens with the same search.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import child  # type: ignore[import-not-found]

TOKENS = 48  # the longest that a short caption may have


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            f"Florence-2-base, a caption of {TOKENS} tokens",
            "s",
            lambda: _ask("captioner_real.py")[0],
            lambda: _ask("plain_captioner.py")[0],
            most=1 / 2,
        ),
        comparison(
            "Most memory, loading and telling",
            "bytes",
            lambda: _ask("captioner_real.py")[1],
            lambda: _ask("plain_captioner.py")[1],
        ),
    ]


def _ask(side: str) -> list[float]:
    """Let one side tell a picture and return the figures that it prints."""
    found: list[float] = child.figures(
        side, child.folder("captioner_weights.py"), str(TOKENS), line=""
    )
    return found


def main(folder: str, tokens: int) -> None:
    """Run our side."""
    import numpy as np

    from portfolio_core import hardware, settings
    from portfolio_core.engines.captioning import Detail
    from portfolio_core.engines.captioning.florence import Florence2Base

    engine = Florence2Base.load(Path(folder), hardware.detect(settings.current()))
    # Random weights would end a caption anywhere; both sides write on to the same length.
    engine._model.generation_config.update(min_new_tokens=tokens)  # noqa: SLF001
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    for _ in sys.stdin:
        start = time.perf_counter()
        engine.caption(noise, Detail.SHORT)
        seconds = time.perf_counter() - start
        status = Path("/proc/self/status").read_text()
        print(seconds, 1024 * int(status.split("VmHWM:")[1].split()[0]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
