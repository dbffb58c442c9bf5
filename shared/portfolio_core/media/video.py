"""Hostile clips in; scenes, a picture of each, and the sound out.

Knows MP4, MOV, WEBM and MKV, by content and never by name. All of it happens in a process of its
own, which reads the file's bytes and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from portfolio_core.media import _av, child
from portfolio_core.media.audio import Sound
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits


@dataclass(frozen=True)
class Frame:
    """One scene, and the sharpest picture of its middle.

    Attributes:
        start_seconds: Where the scene begins; the first one at 0.
        end_seconds: Where it ends and the next begins; the last one at the clip's end.
        rgb: Shape (height, width, 3), uint8, RGB, upright, no side over 1,280 pixels.
    """

    start_seconds: float
    end_seconds: float
    rgb: Pixels


@dataclass(frozen=True)
class Clip:
    """One clip.

    Attributes:
        seconds: How long it is; pictures and sound, whichever ends later.
        width: Pixels, as it is shown.
        height: Pixels, as it is shown.
        frames: One a scene, in order, at least one; together they cover all of the clip.
        sound: Mono, from the clip's beginning; none where it has none.
        notes: Codes of what was put right: ``"turned"`` (it lies on its side in the file),
            ``"cut_off"`` (it says that it is longer).
    """

    seconds: float
    width: int
    height: int
    frames: tuple[Frame, ...]
    sound: Sound | None = None
    notes: tuple[str, ...] = ()


def read(source: Path | bytes, limits: Limits) -> Clip:
    """Read a clip.

    Raises:
        FileTooLarge: it has more than ``limits.upload_bytes``.
        WrongFileType: it is no MP4, MOV, WEBM or MKV.
        NoPictureTrack: it is one, of sound only.
        RecordingTooLong: it lasts longer than ``limits.recording_seconds``.
        ClipTooLarge: more than ``limits.image_pixels``, or a side over ``limits.image_side``.
        RecordingUnreadable: it is cut off, damaged, or made in a way that is not read here.
        RecordingLimit: reading it takes too much time or memory.
        MissingDependency: PyAV is not installed.
    """
    most = (limits.image_pixels, limits.image_side)
    given = (limits.recording_seconds, most, limits.clip_scenes)
    with _av.stream("_frames:clip", source, limits, *given) as results:
        head, _ = next(results)
        frames = tuple(_frame(edges, next(results)) for edges in head["scenes"])
        sound = _sound(head["rate"], results)
    return Clip(head["seconds"], head["width"], head["height"], frames, sound, tuple(head["notes"]))


def _frame(edges: tuple[float, float], drawn: child.Item) -> Frame:
    (height, width), raw = drawn
    return Frame(*edges, np.frombuffer(raw, np.uint8).reshape(height, width, 3).copy())


def _sound(rate: int, results: Iterator[child.Item]) -> Sound | None:
    if not rate:
        return None
    _, raw = next(results)
    return Sound(np.frombuffer(raw, np.int16).copy(), rate)
