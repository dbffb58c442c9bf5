"""A clip's scenes and the picture of each; runs in the process of :mod:`child`.

The clip is gone through once in small pictures, which tell the scenes; then one frame of each is
fetched at a size for reading.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from portfolio_core.errors import (
    ClipTooLarge,
    NoPictureTrack,
    RecordingTooLong,
    RecordingUnreadable,
)
from portfolio_core.media import _decoding, _scenes
from portfolio_core.media._decoding import SLACK_SECONDS, UNIT_HZ, start_of
from portfolio_core.media.child import Item

_SIDE = 1280  # pixels of the longer side of a frame: small print can be read, and no more is sent
_SHARPNESS_WIDTH = 192
_WIDEST_PIXEL = 4.0  # width to height of one; more is no honest clip
_MATRIX_BYTES = 36
_CUT_OFF_SECONDS = 2.0  # a clip that ends so much sooner than it says was cut off


def clip(path: str, most_seconds: float, most: Sequence[int], most_scenes: int) -> Iterator[Item]:
    """Yield a clip's head, its frames, and its sound.

    The head has ``seconds``, ``width``, ``height`` (as shown, upright), ``notes``, ``scenes``
    (start and end of each) and ``rate`` (of the sound, 0 without); then comes one frame a scene,
    as (height, width) and its pixels, RGB; then the sound's samples.

    Args:
        path: The file.
        most_seconds: Longest clip.
        most: Pixels of a frame, and of its side.
        most_scenes: As the name says.
    """
    kinds = ("mov", "matroska")
    with _decoding.opened(path, kinds, _decoding.CLIPS) as container:
        stream = _picture_track(container)
        _prepare(stream, most)
        reader = _Reader(container, stream, most_seconds, most)
        look, stamps = reader.look()
        rate, samples = _sound(container, most_seconds)
        end = max(reader.end, len(samples) / rate if rate else 0.0)
        found = _scenes.scenes(look, end, most_scenes)
        frames = [reader.frame(stamps[scene.shown]) for scene in found]
        head = {
            "seconds": end,
            "width": reader.size[0],
            "height": reader.size[1],
            "notes": reader.notes(end),
            "scenes": [scene[:2] for scene in found],
            "rate": rate,
        }
    yield head, b""
    for pixels in frames:
        yield pixels.shape[:2], pixels.tobytes()
    yield "sound", samples.tobytes()


def _picture_track(container: Any) -> Any:  # noqa: ANN401 - PyAV's own
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:  # a cover is no moving picture
            return stream
    raise NoPictureTrack


def _prepare(stream: Any, most: Sequence[int]) -> None:  # noqa: ANN401
    context = stream.codec_context
    _check_size(context.width, context.height, most)
    context.options = {"max_pixels": str(most[0])}
    context.thread_count = 2
    context.thread_type = "AUTO"


def _check_size(width: int, height: int, most: Sequence[int]) -> None:
    if width * height > most[0] or max(width, height) > most[1]:
        raise ClipTooLarge(most[0], most[1])


def _sound(container: Any, most_seconds: float) -> tuple[int, Any]:  # noqa: ANN401
    if not container.streams.audio:
        return 0, np.zeros(0, np.int16)
    container.seek(0)
    return _decoding.mono(container, most_seconds)


class _Reader:
    """Reads the picture track of one clip."""

    def __init__(
        self,
        container: Any,  # noqa: ANN401
        stream: Any,  # noqa: ANN401
        most_seconds: float,
        most: Sequence[int],
    ) -> None:
        self._container = container
        self._stream = stream
        self._most_seconds = most_seconds
        self._most = most
        self._start = start_of(container)
        self._wide = _wide(stream)
        self._turned = False
        self.size = (0, 0)
        self.end = 0.0

    def look(self) -> tuple[_scenes.Look, list[int]]:
        """Go through the clip; return what was seen, and the time stamp of each picture."""
        times: list[float] = []
        stamps: list[int] = []
        thumbnails, sharpness = [], []
        for frame, time in self._frames():
            if times and time < times[-1] + _scenes.STEP_SECONDS:
                continue
            times.append(max(time, 0.0))
            stamps.append(frame.pts)
            thumbnails.append(_thumbnail(frame))
            sharpness.append(_sharpness(frame))
        if not times:
            raise RecordingUnreadable
        seen = _scenes.Look(np.array(times), np.stack(thumbnails), np.array(sharpness))
        return seen, stamps

    def frame(self, stamp: int) -> Any:  # noqa: ANN401
        """Return the frame of that time stamp, upright, shape (height, width, 3)."""
        self._container.seek(stamp, stream=self._stream)
        last = None
        for last, _ in self._frames():
            if last.pts >= stamp:
                break
        if last is None:
            raise RecordingUnreadable
        return self._picture(last)

    def notes(self, end: float) -> list[str]:
        """Return codes of what was put right."""
        told = (self._container.duration or 0) / UNIT_HZ
        done = {"turned": self._turned, "cut_off": told > end + _CUT_OFF_SECONDS}
        return [note for note, was_done in done.items() if was_done]

    def _frames(self) -> Iterator[tuple[Any, float]]:
        step = 1 / float(self._stream.average_rate or 25)
        for frame in _decoding.frames(self._container, self._stream):
            if frame.pts is None:
                continue
            _check_size(frame.width, frame.height, self._most)
            time = float(frame.pts * frame.time_base) - self._start
            lasts = float(frame.duration * frame.time_base) if frame.duration else step
            if time > self._most_seconds + SLACK_SECONDS:
                raise RecordingTooLong(self._most_seconds)
            self.end = max(self.end, min(time + lasts, self._most_seconds + SLACK_SECONDS))
            yield frame, time

    def _picture(self, frame: Any) -> Any:  # noqa: ANN401
        width, height = frame.width * self._wide, float(frame.height)
        small = min(1.0, _SIDE / max(width, height))
        drawn = _drawn(frame, width * small, height * small)
        turn = _turn(frame)
        self._turned |= turn != UPRIGHT
        self.size = (round(width), round(height))
        if turn.transposed:
            self.size = self.size[::-1]
        return turn.applied(drawn)


class Turn(NamedTuple):
    """How pixels lie in a file: first rows and columns change places, then they are mirrored."""

    transposed: bool = False
    left_right: bool = False
    up_down: bool = False

    def applied(self, pixels: Any) -> Any:  # noqa: ANN401
        """Return ``pixels``, shape (height, width, 3), as they are to be shown."""
        if self.transposed:
            pixels = pixels.swapaxes(0, 1)
        pixels = pixels[:, ::-1] if self.left_right else pixels
        return np.ascontiguousarray(pixels[::-1] if self.up_down else pixels)


UPRIGHT = Turn()


def _turn(frame: Any) -> Turn:  # noqa: ANN401
    """Read the display matrix that telephones write; it is one of quarter turns and mirrors.

    A point (x, y) of the file is shown at (a x + c y, b x + d y).
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None or len(bytes(matrix)) < _MATRIX_BYTES:
        return UPRIGHT
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].astype(float)
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Turn(False, a < 0, d < 0)
    return Turn(True, c < 0, b < 0)


def _wide(stream: Any) -> float:  # noqa: ANN401
    """Return how many times wider than high a pixel is shown."""
    ratio = float(stream.sample_aspect_ratio or 1)
    return ratio if 1 / _WIDEST_PIXEL <= ratio <= _WIDEST_PIXEL else 1.0


def _drawn(frame: Any, width: float, height: float, pixels: str = "rgb24") -> Any:  # noqa: ANN401
    size = (max(1, round(width)), max(1, round(height)))
    # One thread: each frame would start its own, and keep them
    return frame.reformat(*size, pixels, interpolation="AREA", threads=1).to_ndarray()


def _thumbnail(frame: Any) -> Any:  # noqa: ANN401
    width, height = _scenes.THUMBNAIL
    return _drawn(frame, width, height)


def _sharpness(frame: Any) -> float:  # noqa: ANN401
    """Return how much neighbouring pixels of the middle-sized picture differ."""
    height = max(2, round(_SHARPNESS_WIDTH * frame.height / frame.width))
    small = _drawn(frame, _SHARPNESS_WIDTH, min(height, _SHARPNESS_WIDTH), "gray")
    grey = small.astype(np.float32)
    return float(np.var(np.diff(grey, axis=0)) + np.var(np.diff(grey, axis=1)))
