"""What is measured of inpainting: start and memory of the Space, holes, strokes, our layers.

Both sides fill the same holes in the same pictures of soft noise; ours with all that the Space
does around it: finding the parts, composing, and counting what changed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import servers  # noqa: E402  stands in scripts/

_PYTHON = sys.executable
_SPACE = [_PYTHON, str(ROOT / "spaces" / "inpainting" / "app.py")]
_PAGE = [_PYTHON, str(HERE / "plain_page.py")]
_MACHINE_BYTES = 2**33
_LAYERS_SECONDS = 0.005


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    folder = _pictures()

    def both(what: str, name: str) -> tuple[Callable[[], float], Callable[[], float]]:
        ours, plain = (
            [_PYTHON, str(HERE / script), what, str(folder / f"{name}.npz")]
            for script in ("inpainting.py", "plain_patchmatch.py")
        )
        return lambda: servers.printed(ours), lambda: servers.printed(plain)

    return [
        comparison("Space: first page", "s", *servers.first_pages(_SPACE, _PAGE), 1.5),
        comparison("Space: memory, idle", "bytes", *servers.memories(_SPACE, _PAGE)),
        comparison("Hole of 5 %, 512 pixels", "s", *both("hole", "hole"), 1.1),
        comparison("Strokes of 6 pixels, 512 pixels", "s", *both("strokes", "strokes"), 1.1),
        comparison("Hole of 100 pixels in 6 megapixels", "s", *both("hole", "large"), 0.5),
        comparison(
            "Our layers around an engine, 512 pixels",
            "s",
            lambda: servers.printed(
                [_PYTHON, str(HERE / "inpainting.py"), "layers", str(folder / "hole.npz")]
            ),
            lambda: 1e-9,
            over=_LAYERS_SECONDS,
        ),
    ]


def _pictures() -> Path:
    """Write pictures and holes into a folder and return it."""
    from PIL import Image, ImageDraw

    folder = Path(tempfile.mkdtemp(prefix="bench-inpainting-"))
    random = np.random.default_rng(0)

    def noise(width: int, height: int) -> np.ndarray:
        coarse = random.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
        return np.asarray(Image.fromarray(coarse).resize((width, height)))

    square = np.zeros((512, 512), bool)
    square[200:314, 200:314] = True
    lines = Image.new("1", (512, 512))
    for points in random.uniform(0, 512, (6, 4)):
        ImageDraw.Draw(lines).line(list(points), 1, 6)
    small = np.zeros((2000, 3000), bool)
    small[900:1000, 1400:1500] = True
    for name, hole in (("hole", square), ("strokes", np.asarray(lines)), ("large", small)):
        rgb = noise(hole.shape[1], hole.shape[0])
        np.savez(folder / f"{name}.npz", rgb=rgb, hole=hole)
    return folder


def _nothing(wanted: Any, _check: object) -> Iterator[Any]:  # noqa: ANN401 - the wish of a filling
    """Stand for an engine that takes no time."""
    yield wanted.rgb


def _ours(what: str, file: str) -> float:
    """Fill the hole with our parts, and return the seconds; of our layers alone for "layers"."""
    from portfolio_core.engines import inpainting
    from portfolio_core.engines.inpainting import composing
    from portfolio_core.engines.inpainting.embedded import EmbeddedEngine
    from portfolio_core.hardware import Hardware
    from portfolio_core.settings import Limits, Preset

    with np.load(file) as given:
        rgb, hole = given["rgb"], given["hole"]
    wish = inpainting.request(
        prompt="", negative_prompt="", method="auto", steps=0, guidance=0, seed=0, limits=Limits()
    )
    machine = Hardware("cpu", "float32", 1, _MACHINE_BYTES, Preset.TINY, "")
    engine = EmbeddedEngine.load(None, machine)

    def fill() -> None:
        filled: Any = list(composing.painted(engine, rgb, hole, wish))[-1]
        result = composing.composed(rgb, filled, hole)
        composing.changed_outside(rgb, result, hole)

    if what == "layers":
        engine.fill = _nothing  # type: ignore[assignment,method-assign]
        fill()  # what is imported late is imported now
    started = time.perf_counter()
    fill()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(_ours(*sys.argv[1:]))
