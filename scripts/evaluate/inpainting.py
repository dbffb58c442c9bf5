"""How close to the photograph a filled hole is: PSNR and SSIM inside it, for each engine.

DATA is a folder with a manifest.jsonl: a JSON object a line with ``file`` and ``hole_mask``, a
picture that is white where a hole is cut. Strokes of several widths are drawn over the same
photographs. The plain sides are single calls of the two libraries behind the embedded engine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from skimage.metrics import structural_similarity
from skimage.restoration import inpaint_biharmonic

from portfolio_core import catalog, hardware, hub
from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting import composing
from portfolio_core.settings import Limits, Settings

OURS = "patchmatch"
_PATCHMATCH, _SURFACE = "plain PatchMatch", "plain biharmonic"
STROKES = (2, 5, 10)
"""Half the widths of the strokes, in pixels."""
_STROKES_EACH = 4
_PATCH_RADIUS = 3
_WORST = 0.3
"""dB below the better plain side at most: the choice between the two costs no more than that."""

Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Case:
    """A photograph with a hole."""

    kind: str
    rgb: np.ndarray
    hole: np.ndarray


@dataclass(frozen=True)
class Score:
    """Of one filled hole: PSNR in dB, SSIM, seconds, and changed pixels outside."""

    psnr: float
    ssim: float
    seconds: float
    outside: int


def evaluate(data: Path) -> bool:
    """Print the table; return whether all bars are met."""
    cases = list(read(data))
    kinds = list(dict.fromkeys(case.kind for case in cases))
    engines = dict(_engines())
    scores: dict[str, list[Score]] = {name: [] for name in engines}
    print("| hole (number) | " + " | ".join(f"{name}, dB / SSIM / s" for name in scores) + " |")
    print("|---|" + "---|" * len(scores))
    means: dict[tuple[str, str], float] = {}
    for kind in kinds:
        chosen_cases = [case for case in cases if case.kind == kind]
        cells = []
        for name, fill in engines.items():
            chosen = [score(fill, case) for case in chosen_cases]
            scores[name] += chosen
            means[name, kind] = float(np.mean([one.psnr for one in chosen]))
            ssim, seconds = (
                np.mean([getattr(one, n) for one in chosen]) for n in ("ssim", "seconds")
            )
            cells.append(f"{means[name, kind]:.1f} / {ssim:.2f} / {seconds:.1f}")
        print(f"| {kind} ({len(chosen_cases)}) | " + " | ".join(cells) + " |", flush=True)
    return _judge(kinds, means, scores)


def read(data: Path) -> Iterator[Case]:
    """Yield the photographs of a folder, each with its hole and with strokes over it."""
    for number, row in enumerate((data / "manifest.jsonl").read_text("utf-8").splitlines()):
        entry = json.loads(row)
        with Image.open(data / entry["file"]) as picture:
            rgb = np.asarray(picture.convert("RGB"))
        with Image.open(data / entry["hole_mask"]) as mask:
            hole = np.asarray(mask.convert("L")) > 127  # noqa: PLR2004 - half of white
        yield Case("hole", rgb, hole)
        for half in STROKES:
            yield Case(f"strokes of {2 * half} pixels", rgb, strokes(rgb.shape[:2], half, number))


def strokes(size: tuple[int, ...], half: int, seed: int) -> np.ndarray:
    """Return a few lines across a picture, shape ``size``, bool."""
    random = np.random.default_rng(seed)
    image = Image.new("1", (size[1], size[0]))
    pen = ImageDraw.Draw(image)
    for _ in range(_STROKES_EACH):
        points = random.uniform((0, 0), (size[1], size[0]), (3, 2))
        pen.line([tuple(point) for point in points], 1, 2 * half)
    return np.asarray(image)


def score(fill: Fill, case: Case) -> Score:
    """Fill one hole, and say how close to the photograph that is."""
    covered = case.rgb.copy()
    covered[case.hole] = 127
    started = time.perf_counter()
    filled = fill(covered, case.hole)
    seconds = time.perf_counter() - started
    error = ((filled.astype(float) - case.rgb) ** 2)[case.hole].mean()
    _, alike = structural_similarity(case.rgb, filled, channel_axis=2, full=True, data_range=255)
    psnr = 10 * np.log10(255**2 / max(float(error), 1e-9))
    outside = composing.changed_outside(case.rgb, filled, case.hole)
    return Score(float(psnr), float(alike[case.hole].mean()), seconds, outside)


def _engines() -> Iterator[tuple[str, Fill]]:
    """Yield the plain calls, and all of ours that can be had here without the network."""
    from patchmatch import patch_match

    def patches(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
        filled: np.ndarray = patch_match.inpaint(rgb, mask=hole, patch_size=_PATCH_RADIUS)
        return filled

    def surface(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
        smooth = inpaint_biharmonic(rgb, hole, channel_axis=-1, split_into_regions=True)
        return (smooth * 255).clip(0, 255).round().astype(np.uint8)

    yield _PATCHMATCH, patches
    yield _SURFACE, surface
    settings = Settings(offline=True)
    machine = hardware.detect(settings)
    for model in catalog.MODELS:
        if inpainting.TASK not in model.tasks or (model.hub and not hub.is_here(model, settings)):
            continue
        folder = hub.folder(model, settings) if model.hub else None
        yield model.key, _filling(catalog.engine_class(model).load(folder, machine))


def _filling(engine: inpainting.InpaintingEngine) -> Fill:
    wish = inpainting.request(
        prompt="", negative_prompt="", method="auto", steps=0, guidance=0, seed=0, limits=Limits()
    )

    def fill(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
        filled: Any = list(composing.painted(engine, rgb, hole, wish))[-1]
        return composing.composed(rgb, filled, hole, engine.ABILITIES.feather)

    return fill


def _judge(
    kinds: list[str], means: dict[tuple[str, str], float], scores: dict[str, list[Score]]
) -> bool:
    ours = [name for name in scores if not name.startswith("plain")]
    bars = {
        f"{name}: no pixel outside the hole is changed": not any(s.outside for s in scores[name])
        for name in ours
    }
    for kind in kinds:
        best = max(means[_PATCHMATCH, kind], means[_SURFACE, kind] if kind != "hole" else 0.0)
        bars[f"{OURS}: as close as the better plain side, {kind}"] = (
            means[OURS, kind] >= best - _WORST
        )
    for name, met in bars.items():
        print(f"{'met' if met else 'MISSED':6} {name}")
    return all(bars.values())
