"""Opening a sound or a clip, and its sound; runs in the process of :mod:`child`.

FFmpeg decodes (through PyAV), and it could do far more than is wanted of it here. So its kind is
told by the first bytes and named to it, it gets the bytes and no name, knows no protocol, no
playlist and only the decoders below, and may open no further file.
"""

import contextlib
import io
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core.errors import (
    MissingDependency,
    NoSoundTrack,
    RecordingEmpty,
    RecordingTooLong,
    RecordingUnreadable,
    WrongFileType,
)
from portfolio_core.media.child import Item

CLIPS = ("mp4", "mov", "webm", "mkv")
SOUNDS = ("wav", "flac", "mp3", "ogg", "m4a", "webm")
SLACK_SECONDS = 1.0
"""So much longer than its limit a recording may be: encoders round up."""
UNIT_HZ = 1_000_000
"""In which FFmpeg tells where a file begins and how long it is."""

_DECODERS = (
    "h264,hevc,vp8,vp9,av1,libdav1d,mpeg4,mjpeg,"
    "aac,mp3,mp3float,opus,libopus,vorbis,flac,alac,ac3,eac3,"
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f64le,"
    "pcm_alaw,pcm_mulaw"
)
# What stands at the beginning of a file, or behind the length of an MP4's first box
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_STARTS = {
    b"\x1aE\xdf\xa3": "matroska",
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"ID3": "mp3",
}
_MPEG_MARK, _MPEG_LAYER = 0xFFE0, 0x0006  # bits of the first two bytes; AAC has no layer
_HIGHEST_RATE_HZ = 48_000
_LOWEST_RATE_HZ = 4_000
_FULL_SCALE = 32_767
_GAP_SECONDS = 0.05  # by which sound may be early or late before silence is put in


def kind_of(head: bytes) -> str | None:
    """Return the name of FFmpeg's reader for a file that begins so; none where there is none."""
    if head[4:8] in _BOXES:
        return "mov"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    mark = int.from_bytes(head[:2])
    if mark & _MPEG_MARK == _MPEG_MARK:
        return "mp3" if mark & _MPEG_LAYER else "aac"
    return None


@contextlib.contextmanager
def opened(path: str, kinds: tuple[str, ...], types: tuple[str, ...]) -> Iterator[Any]:
    """Open the recording at ``path`` as a container of PyAV.

    Args:
        path: The file.
        kinds: Names of readers that may be used.
        types: The same for people.

    Raises:
        WrongFileType: it is of none of these kinds.
        MissingDependency: PyAV is not installed.
    """
    try:
        import av
        import av.subtitles.stream  # PyAV would import it later, when no file opens any more
    except ImportError:
        raise MissingDependency("av", "pip install av") from None
    av.logging.set_level(av.logging.PANIC)
    content = Path(path).read_bytes()
    kind = kind_of(content[:16])
    if kind not in kinds:
        raise WrongFileType(types)
    # From here on nothing can be opened any more, whatever the file asks for.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    options = {
        "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,flac,ogg,mp3,aac",
        "protocol_whitelist": "none",
        "codec_whitelist": _DECODERS,
        "max_streams": "32",
    }
    with av.open(io.BytesIO(content), format=kind, options=options) as container:
        yield container


def start_of(container: Any) -> float:  # noqa: ANN401 - PyAV's own
    """Return the time that a player shows as 0, in seconds of the file's own clock."""
    return (container.start_time or 0) / UNIT_HZ


def frames(container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what can be decoded; a packet that is damaged is left out, as players do."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.InvalidDataError, av.error.EOFError):
            return
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def sound(path: str, limit: float) -> Iterator[Item]:
    """Yield the rate and the samples of a sound, or of a clip's sound: mono, int16.

    Raises:
        NoSoundTrack: it has none.
        RecordingEmpty: not a sample.
        RecordingTooLong: it lasts longer than ``limit`` seconds.
    """
    kinds = ("wav", "flac", "mp3", "aac", "ogg", "mov", "matroska")
    with opened(path, kinds, SOUNDS) as container:
        if not container.streams.audio:
            raise NoSoundTrack
        rate, samples = mono(container, limit)
    if not len(samples):
        raise RecordingEmpty
    yield rate, samples.tobytes()


def mono(container: Any, limit: float) -> tuple[int, Any]:  # noqa: ANN401
    """Return the rate and the samples of the first sound track, in place on the clip's clock.

    Raises:
        RecordingUnreadable: no part of it can be decoded, or it holds what is no number.
        RecordingTooLong: it lasts longer than ``limit`` seconds.
    """
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    start, written, rate = start_of(container), 0, 0
    parts: list[Any] = []
    resampled = _to_mono()
    for frame in frames(container, stream):
        rate = rate or _rate(frame.sample_rate)
        time = None if frame.pts is None else float(frame.pts * frame.time_base) - start
        gap = 0 if time is None else round(time * rate) - written
        if gap > _GAP_SECONDS * rate:
            _check_length(time or 0, limit)
            parts.append(np.zeros(gap, np.int16))
            written += gap
        for samples in resampled(frame, rate):
            parts.append(samples)
            written += len(samples)
        _check_length(written / rate, limit)
    if not rate:
        raise RecordingUnreadable if stream.frames else RecordingEmpty
    parts += resampled(None, rate)
    return rate, np.concatenate(parts)


def _rate(native: int) -> int:
    if native < _LOWEST_RATE_HZ:
        raise RecordingUnreadable
    return min(native, _HIGHEST_RATE_HZ)


def _check_length(seconds: float, limit: float) -> None:
    if seconds > limit + SLACK_SECONDS:
        raise RecordingTooLong(limit)


def _to_mono() -> Callable[[Any, int], list[Any]]:
    """Return what makes frames of any layout into samples; it follows a change of layout."""
    import av

    current: Any = None
    layout: object = None

    def convert(frame: Any, rate: int) -> list[Any]:  # noqa: ANN401
        nonlocal current, layout
        done = []
        given = frame and (frame.format.name, frame.layout.name, frame.sample_rate)
        if current is not None and given != layout:
            done += current.resample(None)
            current = None
        if frame is not None:
            current = current or av.AudioResampler("flt", "mono", rate)
            layout = given
            done += current.resample(frame)
        return [_whole(part.to_ndarray()[0]) for part in done]

    return convert


def _whole(samples: Any) -> Any:  # noqa: ANN401
    if not np.isfinite(samples).all():
        raise RecordingUnreadable
    return (samples.clip(-1, 1) * _FULL_SCALE).round().astype(np.int16)
