"""Where one scene of a clip ends and the next begins, and which moment of it to show.

Knows small pictures and their times, no files. Three things make a cut:

- a hard cut: two neighbouring pictures differ far more than those around them do, and a moment
  later the picture still differs, which tells a cut from a flash;
- a drift: for a second or longer the picture has little in common with the scene's beginning, as
  after a slow dissolve or a long pan; its colours tell, which a moving camera hardly changes;
- in a picture that stands still, a little is enough: a new slide, a new title.

A scene that stays the same is one scene, however long: nothing more could be told of it.
"""

import itertools
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

STEP_SECONDS = 0.08
"""Pictures are looked at no closer than that."""
THUMBNAIL = (48, 27)
"""Width and height of the pictures that are compared."""

_LEAST_SECONDS = 1.0  # of a scene
_SETTLED_SECONDS = 0.4  # after which a flash is over
_AROUND_SECONDS = 1.0  # to each side: what is usual near a moment
_LEAST_CHANGE = 0.02  # mean difference, of full scale, that anyone would call a new picture
_TIMES_USUAL = 5.0
# Two halves of one photograph differ by at most 0.15 in their colours, two photographs by 0.3.
_COLOURS_DRIFT = 0.25
_DRIFT = 0.08  # and by so much pixel for pixel, or only the light has changed
_LEVELS = 4  # of each colour
_DRIFT_SECONDS = 1.0
_BEGINNING_SECONDS = 3.0  # a scene drifts away from itself only after that


class Scene(NamedTuple):
    """One scene."""

    start_seconds: float
    end_seconds: float
    shown: int
    """Number of the picture that stands for it."""


@dataclass(frozen=True)
class Look:
    """What was seen of a clip, picture by picture.

    Attributes:
        times: Shape (n,), seconds, rising.
        thumbnails: Shape (n, height, width, 3), uint8, RGB.
        sharpness: Shape (n,), any scale.
    """

    times: npt.NDArray[np.float64]
    thumbnails: npt.NDArray[np.uint8]
    sharpness: npt.NDArray[np.float64]


def scenes(look: Look, end_seconds: float, most: int) -> list[Scene]:
    """Return the scenes of a clip, without gaps, from 0 to its end.

    Args:
        look: At least one picture.
        end_seconds: Where the clip ends.
        most: Scenes there may be; over it the weakest cuts are left out.
    """
    strengths = _hard_cuts(look)
    cuts = _spaced(strengths, look.times, end_seconds)
    cuts |= _drifts(look, sorted(cuts))
    cuts = _spaced(cuts, look.times, end_seconds)
    kept = sorted(sorted(cuts, key=lambda cut: -cuts[cut])[: most - 1])
    bounds = [0, *kept, len(look.times)]
    edges = [0.0, *(float(look.times[cut]) for cut in kept), end_seconds]
    return [
        Scene(edges[n], edges[n + 1], _best(look, bounds[n], bounds[n + 1]))
        for n in range(len(kept) + 1)
    ]


def _difference(look: Look, first: int, second: int) -> float:
    one, other = (look.thumbnails[n].astype(np.int16) for n in (first, second))
    return float(np.abs(one - other).mean()) / 255


def _colours(look: Look) -> npt.NDArray[np.float64]:
    """Return each picture's shares of colours, shape (n, colours)."""
    levels = (look.thumbnails // (256 // _LEVELS)).astype(np.intp)
    names = (levels * (_LEVELS**2, _LEVELS, 1)).sum(-1).reshape(len(levels), -1)
    counts = [np.bincount(row, minlength=_LEVELS**3) for row in names]
    shares: npt.NDArray[np.float64] = np.stack(counts) / names.shape[1]
    return shares


def _hard_cuts(look: Look) -> dict[int, float]:
    """Return numbers of pictures that begin a scene, with how much they differ from before."""
    changes = [0.0, *(_difference(look, n - 1, n) for n in range(1, len(look.times)))]
    cuts = {}
    for n in range(1, len(changes)):
        if changes[n] < _LEAST_CHANGE:
            continue
        near = np.abs(look.times - look.times[n]) <= _AROUND_SECONDS
        near[[0, n]] = False
        usual = median(itertools.compress(changes, near)) if near.any() else 0.0
        least = max(_LEAST_CHANGE, _TIMES_USUAL * usual)
        before = _at(look, look.times[n] - _SETTLED_SECONDS)
        lasting = _difference(look, before, _at(look, look.times[n] + _SETTLED_SECONDS))
        if changes[n] >= least and lasting >= least:
            cuts[n] = lasting
    return cuts


def _drifts(look: Look, cuts: list[int]) -> dict[int, float]:
    """Return where scenes have drifted away from their beginnings, and how far."""
    drifts: dict[int, float] = {}
    colours = _colours(look)
    bounds = [0, *cuts, len(look.times)]
    for start, end in itertools.pairwise(bounds):
        beginning, since = _at(look, look.times[start] + _SETTLED_SECONDS), None
        for n in range(start, end):
            away = _difference(look, beginning, n)
            other = float(np.abs(colours[n] - colours[beginning]).sum()) / 2
            early = look.times[n] < look.times[beginning] + _BEGINNING_SECONDS
            if early or away < _DRIFT or other < _COLOURS_DRIFT:
                since = None
                continue
            since = n if since is None else since
            if look.times[n] - look.times[since] >= _DRIFT_SECONDS:
                drifts[since] = away
                beginning, since = _at(look, look.times[since] + _BEGINNING_SECONDS), None
    return drifts


def _spaced(cuts: dict[int, float], times: npt.NDArray[np.float64], end: float) -> dict[int, float]:
    """Leave out the weaker of two cuts that are too close, and those too close to the ends."""
    kept: dict[int, float] = {}
    for cut in sorted(cuts, key=lambda cut: -cuts[cut]):
        edges = [0.0, end, *(float(times[other]) for other in kept)]
        if min(abs(float(times[cut]) - edge) for edge in edges) >= _LEAST_SECONDS:
            kept[cut] = cuts[cut]
    return kept


def _at(look: Look, seconds: float) -> int:
    """Return the number of the picture that is shown then."""
    return max(int(np.searchsorted(look.times, seconds, "right")) - 1, 0)


def _best(look: Look, start: int, end: int) -> int:
    """Return the sharpest picture of the middle half of a scene."""
    first, last = look.times[start], look.times[end - 1]
    quarter = (last - first) / 4
    middle = [
        n for n in range(start, end) if first + quarter <= look.times[n] <= last - quarter
    ] or [(start + end - 1) // 2]
    return max(middle, key=lambda n: float(look.sharpness[n]))
