"""What is heard where nobody speaks: silence, music or noise, by plain measures of the signal.

Level tells silence; tones tell music. A tone stands out of its neighbourhood in the spectrum,
averaged over half a second: in noise, whatever its colour, such an average is smooth. Tones that
never change are no music but a hum or a beep. Drums alone are noise here.
"""

from collections import Counter
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.speech_to_text import Kind

RATE_HZ = 16_000
"""Samples per second of what is listened to."""
Signal = npt.NDArray[np.float32]
"""Mono, shape (n,), float32, full scale at +-1, at :data:`RATE_HZ`."""

_BLOCK = RATE_HZ // 2
_FRAME = 1024  # samples: bins of 15.6 Hz
_HOP = _FRAME // 2
# Below it hum and rumble are steep enough to look like tones; above it music has little left.
_BAND = slice(10, 320)  # bins: 150 to 5,000 Hz
_NEIGHBOURHOOD = 25  # bins
_STANDS_OUT = 4.0
"""Times the median of its neighbourhood; the average of noise stays below twice."""
_TONAL = 0.3
"""Share of the power above what stands out."""
_STEADY = 0.97
"""Likeness of one half second's tones to the next one's (cosine) from which it is a hum."""
_SILENT_DB = -50.0
"""Of full scale."""
_SILENT_BELOW_SPEECH_DB = 30.0
_SMOOTHED_OVER = 5  # blocks
_TINY = 1e-12


class Stretch(NamedTuple):
    """A part of a sound in which one kind of thing is heard; its ends in samples."""

    kind: Kind
    start: int
    end: int


def level_db(signal: Signal) -> float:
    """Return the loudness of ``signal``: its root mean square in decibels of full scale."""
    power = float(np.mean(np.square(signal, dtype=np.float64))) if len(signal) else 0.0
    return 10 * float(np.log10(power + _TINY))


def stretches(signal: Signal, start: int, end: int, speech_db: float) -> list[Stretch]:
    """Tell what is heard from ``start`` to ``end``, where nobody speaks.

    Args:
        signal: All of the sound.
        start: First sample.
        end: The one behind the last.
        speech_db: Loudness of the speech around it; silence is judged by it, too.

    Returns:
        Stretches without gaps, each of another kind than the one before.
    """
    ends = [*range(start + _BLOCK, end - _BLOCK // 2, _BLOCK), end]
    blocks = [signal[a:b] for a, b in zip([start, *ends], ends, strict=False)]
    silent = max(_SILENT_DB, speech_db - _SILENT_BELOW_SPEECH_DB)
    tones = [_tones(block) for block in blocks]
    kinds = _smoothed([_kind(*pair, silent) for pair in zip(blocks, tones, strict=True)])
    found, place, first = [], start, 0
    for kind, run in groupby(kinds):
        after = first + len(list(run))
        steady = kind == "music" and _is_steady(tones[first:after])
        found.append(Stretch("noise" if steady else kind, place, ends[after - 1]))
        place, first = ends[after - 1], after
    return merged(found)


def merged(parts: list[Stretch]) -> list[Stretch]:
    """Return the stretches with neighbours of one kind, speech apart, made one."""
    kept: list[Stretch] = []
    for part in parts:
        if kept and kept[-1].kind == part.kind != "speech":
            part = Stretch(part.kind, kept.pop().start, part.end)  # noqa: PLW2901
        kept.append(part)
    return kept


def _kind(block: Signal, tones: Signal, silent_db: float) -> Kind:
    if level_db(block) < silent_db:
        return "silence"
    return "music" if tones.sum() > _TONAL else "noise"


def _tones(block: Signal) -> Signal:
    """Return the share of the band's power that each bin has above its neighbourhood."""
    padded = np.pad(block, (0, max(0, _FRAME - len(block))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_FRAME)))).mean(0)[_BAND]
    around = np.pad(power, _NEIGHBOURHOOD // 2, mode="reflect")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(around, _NEIGHBOURHOOD), axis=-1)
    above = np.where(power > _STANDS_OUT * usual, power, 0)
    return (above / (power.sum() + _TINY)).astype(np.float32)


def _is_steady(tones: list[Signal]) -> bool:
    likeness = [
        float(a @ b) / (float(np.linalg.norm(a) * np.linalg.norm(b)) + _TINY)
        for a, b in pairwise(tones)
    ]
    return bool(likeness) and float(np.median(likeness)) > _STEADY


def _smoothed(kinds: list[Kind]) -> list[Kind]:
    """Return each block as most of the blocks around it are; in doubt as it is itself."""
    half = _SMOOTHED_OVER // 2
    smooth = []
    for place, kind in enumerate(kinds):
        near = Counter([kind, *kinds[max(0, place - half) : place + half + 1]])
        smooth.append(near.most_common(1)[0][0])
    return smooth
