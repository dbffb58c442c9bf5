"""Sounds and clips by PyAV, in a process of its own; the side of whoever asks for them."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from portfolio_core.errors import FileTooLarge, RecordingLimit, RecordingUnreadable
from portfolio_core.media import child
from portfolio_core.media.audio import Sound
from portfolio_core.settings import MEBIBYTE, Limits


def sound(source: Path | bytes, limits: Limits) -> Sound:
    """Read the sound of a file: WAV, FLAC, MP3, OGG, M4A, WEBM, or a clip's.

    Channels are mixed into one. The rate is the file's own, at most 48 kHz. Where a clip's sound
    begins later than its pictures, or has gaps, there is silence.

    Raises:
        FileTooLarge: it has more than ``limits.upload_bytes``.
        WrongFileType: it is none of these.
        NoSoundTrack: it is a clip without sound.
        RecordingTooLong: it lasts longer than ``limits.recording_seconds``.
        RecordingEmpty: there is not a sample in it.
        RecordingUnreadable: it is damaged, or holds what is no sound.
        RecordingLimit: reading it takes too much time or memory.
        MissingDependency: PyAV is not installed.
    """
    with stream("_decoding:sound", source, limits, limits.recording_seconds) as results:
        rate, raw = next(results)
    return Sound(np.frombuffer(raw, np.int16).copy(), rate)


@contextmanager
def stream(
    work: str, source: Path | bytes, limits: Limits, *arguments: object
) -> Iterator[Iterator[child.Item]]:
    """Run ``work`` of this package on a file, as :func:`child.stream` does.

    Args:
        work: ``module:function``; it is called with the file's path and ``arguments``.
        source: The file, or what is in it.
        limits: How large it may be, and what reading it may take.
        arguments: As JSON has values.

    Raises:
        FileTooLarge: it is.
        RecordingUnreadable: the work broke off.
        RecordingLimit: it was stopped.
    """
    caps = child.Caps(limits.recording_read_seconds, limits.recording_memory_bytes)
    try:
        with (
            _path(source, limits.upload_bytes) as path,
            closing(
                child.stream(f"{__package__}.{work}", (str(path.absolute()), *arguments), caps)
            ) as results,
        ):
            yield results
    except child.ChildBroke:
        raise RecordingUnreadable from None
    except child.ChildKilled:
        raise RecordingLimit(caps.seconds, caps.memory_bytes // MEBIBYTE) from None


@contextmanager
def _path(source: Path | bytes, limit: int) -> Iterator[Path]:
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > limit:
        raise FileTooLarge(limit)
    if isinstance(source, Path):
        yield source
        return
    with tempfile.NamedTemporaryFile() as file:
        file.write(source)
        file.flush()
        yield Path(file.name)
