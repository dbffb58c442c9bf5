"""What can be measured of a picture: its colours, its light, how sharp it is, its kind, faces.

Knows pixels; says nothing in words. Everything is measured by scikit-image.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from portfolio_core.media.images import Pixels, shrunk

Colour = Literal[
    "black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink",
    "brown", "beige",
]  # fmt: skip
Light = Literal["very dark", "dark", "of medium brightness", "bright", "very bright"]
Sharpness = Literal["sharp", "a little soft", "blurred"]
Kind = Literal["plain", "drawing", "black and white", "photograph"]

_COLOUR_SIDE, _MEASURE_SIDE, _FACE_SIDE, _KIND_SIDE = 96, 512, 360, 640
# What each name stands for, in sRGB; a pixel has the name that is nearest to the eye.
_SAMPLES: tuple[tuple[Colour, tuple[int, int, int]], ...] = (
    ("black", (15, 15, 15)),
    ("white", (250, 250, 250)),
    ("grey", (90, 90, 90)),
    ("grey", (140, 140, 140)),
    ("grey", (190, 190, 190)),
    ("red", (200, 30, 35)),
    ("red", (120, 20, 25)),
    ("orange", (240, 130, 25)),
    ("yellow", (245, 220, 50)),
    ("green", (60, 150, 60)),
    ("green", (30, 75, 35)),
    ("green", (120, 150, 70)),
    ("green", (160, 220, 140)),
    ("blue", (40, 80, 200)),
    ("blue", (135, 185, 235)),
    ("blue", (20, 30, 90)),
    ("blue", (60, 150, 190)),
    ("purple", (120, 50, 150)),
    ("purple", (180, 140, 215)),
    ("pink", (240, 130, 170)),
    ("pink", (250, 190, 205)),
    ("brown", (120, 75, 40)),
    ("brown", (65, 42, 28)),
    ("beige", (222, 200, 165)),
)
_LEAST_SHARE = 0.1
_MOST_COLOURS = 3
# Mean lightness (CIE L*, 0 to 100) up to which a picture is called so
_LIGHTS: tuple[tuple[float, Light], ...] = (
    (15, "very dark"),
    (35, "dark"),
    (70, "of medium brightness"),
    (88, "bright"),
    (101, "very bright"),
)
# Crete's measure, 0 is sharpest. Photographs of a camera have 0.2 to 0.45, at 512 pixels; blurred
# by two pixels they have 0.45 to 0.7.
_SOFT, _BLURRED = 0.5, 0.62
_PLAIN_SPREAD = 3.0  # of lightness and colour, where nothing is to be seen
_COLOURLESS = 4.0  # mean distance from grey
# Of drawings, pages and screens most pixels are like the next, and have one of a few colours;
# photographs reach 0.57 and 0.45.
_ALIKE, _FEW_COLOURS, _FEW = 0.35, 0.55, 16
_SAME = 1
# Bars: up to this level, of which an edge may have a few pixels more; as wide on both sides but for
# some pixels; and what they enclose begins at once
_BAR_LEVEL, _BAR_EDGE, _BAR_SLACK, _BAR_ENDS = 24, 0.05, 0.02, 0.5
# Each frame of a face is looked for 1.2 times larger than the last, and has to be found 6 times
_FACE_STEP, _FACE_TIMES, _SMALLEST_FACE = 1.2, 6, 24


@dataclass(frozen=True)
class Look:
    """What was measured.

    Attributes:
        colours: Names and shares of the picture, largest first, at most three.
        light: How bright it is as a whole.
        sharpness: How sharp it is.
        kind: What it seems to be: ``"plain"`` is one colour throughout, ``"drawing"`` stands for
            pages and screens too.
        faces: What looks like a face from the front.
    """

    colours: tuple[tuple[Colour, float], ...]
    light: Light
    sharpness: Sharpness
    kind: Kind
    faces: int


def measured(picture: Pixels) -> Look:
    """Measure a picture, shape (height, width, 3), RGB, uint8.

    Black bars, which films of another shape have on two sides, are no part of it.
    """
    from skimage.color import rgb2lab

    picture = _between_bars(picture)
    lab = rgb2lab(shrunk(picture, _COLOUR_SIDE))
    return Look(
        _colours(lab), _light(lab), _sharpness(picture), _kind(picture, lab), _faces(picture)
    )


def _between_bars(picture: Pixels) -> Pixels:
    for axis in (0, 1):
        lit = (picture.max(-1) > _BAR_LEVEL).mean(1 - axis)  # the share of each row or column
        seen = np.flatnonzero(lit > _BAR_EDGE)
        slack = max(1, round(_BAR_SLACK * len(lit)))
        if len(seen) <= 2 * slack:
            continue
        first, last = int(seen[0]), int(seen[-1])
        before, after = first, len(lit) - 1 - last
        alike = min(before, after) > slack >= abs(before - after)
        if alike and min(lit[first + slack], lit[last - slack]) > _BAR_ENDS:
            picture = picture.take(range(first, last + 1), axis)
    return picture


def _colours(lab: Any) -> tuple[tuple[Colour, float], ...]:  # noqa: ANN401 - skimage has no types
    from skimage.color import rgb2lab

    samples = rgb2lab(np.array([[rgb for _, rgb in _SAMPLES]], np.uint8))[0]
    # Lightness counts less than hue: a thing in shadow keeps the name of its colour
    weights = np.array((0.7, 1.0, 1.0))
    nearest = np.linalg.norm((lab[:, :, None] - samples) * weights, axis=-1).argmin(-1)
    shares: dict[Colour, float] = {}
    for (name, _), count in zip(
        _SAMPLES, np.bincount(nearest.ravel(), minlength=len(_SAMPLES)), strict=True
    ):
        shares[name] = shares.get(name, 0.0) + float(count) / nearest.size
    ranked = sorted(shares.items(), key=lambda item: -item[1])[:_MOST_COLOURS]
    return tuple(item for n, item in enumerate(ranked) if n == 0 or item[1] >= _LEAST_SHARE)


def _light(lab: Any) -> Light:  # noqa: ANN401
    lightness = float(lab[..., 0].mean())
    return next(name for most, name in _LIGHTS if lightness < most)


def _sharpness(picture: Pixels) -> Sharpness:
    from skimage.measure import blur_effect

    blur = float(blur_effect(_grey(shrunk(picture, _MEASURE_SIDE))))
    return "blurred" if blur > _BLURRED else "a little soft" if blur > _SOFT else "sharp"


def _kind(picture: Pixels, lab: Any) -> Kind:  # noqa: ANN401
    if float(lab.reshape(-1, 3).std(0).max()) < _PLAIN_SPREAD:
        return "plain"
    # Every so many pixels, not a mixture of them, which would have new colours
    step = -(-max(picture.shape[:2]) // _KIND_SIDE)
    pixels = picture.astype(np.int16)
    alike = np.abs(np.diff(pixels, axis=1)).max(-1) <= _SAME
    coarse = (picture[::step, ::step] // 8).astype(np.int64)
    names = coarse @ np.array((1024, 32, 1))
    counts = np.sort(np.unique(names, return_counts=True)[1])[::-1]
    if alike.mean() > _ALIKE and counts[:_FEW].sum() / names.size > _FEW_COLOURS:
        return "drawing"
    chroma = float(np.hypot(lab[..., 1], lab[..., 2]).mean())
    return "black and white" if chroma < _COLOURLESS else "photograph"


def _faces(picture: Pixels) -> int:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    grey = _grey(shrunk(picture, _FACE_SIDE))
    if min(grey.shape) <= _SMALLEST_FACE:
        return 0
    found = Cascade(lbp_frontal_face_cascade_filename()).detect_multi_scale(
        (grey * 255).astype(np.uint8),
        scale_factor=_FACE_STEP,
        step_ratio=_FACE_STEP,
        min_size=(_SMALLEST_FACE, _SMALLEST_FACE),
        max_size=(_FACE_SIDE, _FACE_SIDE),
        min_neighbor_number=_FACE_TIMES,
    )
    return len(found)


def _grey(picture: Pixels) -> Any:  # noqa: ANN401
    from skimage.color import rgb2gray

    return rgb2gray(picture)
