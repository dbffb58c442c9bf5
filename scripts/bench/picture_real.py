"""Drawing with Stable Diffusion 1.5 of its real size: our engine with its tiny decoder.

picture_real.py FOLDER    prints what plain_diffusers.py does
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import child  # type: ignore[import-not-found]

STEPS = 4
_OURS, _PLAIN = Path(__file__).name, "plain_diffusers.py"
_TARGET = 0.33


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    step, picture, decoded, held = (
        [partial(_figure, file, n, itertools.count()) for file in (_OURS, _PLAIN)] for n in range(4)
    )
    return [
        comparison("SD 1.5, a step at 512 px / diffusers", "s", *step, most=_TARGET),
        comparison(f"SD 1.5, a picture of {STEPS} steps / it", "s", *picture, most=_TARGET),
        comparison("tiny decoder / the model's own", "s", *decoded),
        comparison("SD 1.5, most memory / diffusers", "bytes", *held),
    ]


def _figure(file: str, number: int, runs: Iterator[int]) -> float:
    return _run(file, next(runs))[number]


@cache
def _run(file: str, _number: int) -> list[float]:
    """Draw a picture; all its figures are of the same run."""
    found: list[float] = child.figures(file, child.folder("picture_weights.py"), line=str(STEPS))
    return found


def _serve(folder: Path) -> None:
    from portfolio_core import hardware, settings
    from portfolio_core.engines.diffusion import loading
    from portfolio_core.engines.text_to_image import Drawn, request
    from portfolio_core.engines.text_to_image.lcm import LcmEngine

    machine = hardware.detect(settings.Settings())
    vae = loading.part("AutoencoderTiny", folder / "taesd", machine, name="bench")
    engine = LcmEngine(loading.pipeline(folder, machine, name="bench", vae=vae), "")
    for line in sys.stdin:
        form = {"prompt": "a red fox", "steps": int(line), "seed": 1}
        wanted = request(form, abilities=engine.abilities, limits=settings.Limits())
        times, start = [], time.perf_counter()
        for made in engine.draw(wanted):
            times.append(time.perf_counter())
            if isinstance(made, Drawn) and made.notes:
                raise RuntimeError(f"no plain picture: {made.notes}")
        step = statistics.median(b - a for a, b in itertools.pairwise(times[:-1]))
        peak = 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
        print(step, times[-1] - start, times[-1] - times[-2], peak, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
