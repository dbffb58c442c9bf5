"""Sound as samples, and as a file."""

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from portfolio_core.errors import MissingDependency, UnknownChoice
from portfolio_core.settings import Limits

Format = Literal["wav", "flac", "mp3", "ogg"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""File formats of sound. WAV needs no library; OGG holds Opus."""

_SUBTYPES = {"flac": "PCM_16", "mp3": "MPEG_LAYER_III", "ogg": "OPUS"}
SHORTEST_SECONDS = 0.1
"""Below it there is no word in a sound."""
# Opus knows these rates only, and 24 kHz holds all that speech has.
_OPUS_RATE_HZ = 24_000
_FULL_SCALE = 32_767
# A hundredth of full scale: above the noise of an engine, far below a voice.
_AUDIBLE = 327

Samples = npt.NDArray[np.int16]
"""Mono sound, shape (n,), int16, full scale at +-32767."""


@dataclass(frozen=True)
class Sound:
    """Mono sound.

    Attributes:
        samples: Shape (n,), int16.
        rate: Samples per second, in hertz.
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / self.rate


def read(source: Path | bytes, limits: Limits) -> Sound:
    """Read a sound file of a stranger: WAV, FLAC, MP3, OGG, M4A, WEBM, or the sound of a clip.

    It is decoded in a process of its own, and no further than ``limits`` allow. The rate is the
    file's own, at most 48 kHz; see :func:`resample`.

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
    from portfolio_core.media import _av  # which makes sounds of this module

    return _av.sound(source, limits)


def silence(seconds: float, rate: int) -> Sound:
    """Return that much silence."""
    return Sound(np.zeros(round(seconds * rate), np.int16), rate)


def join(sounds: Iterable[Sound], rate: int) -> Sound:
    """Return the sounds one after the other; all must have ``rate`` samples per second."""
    parts = [sound.samples for sound in sounds]
    return Sound(np.concatenate(parts) if parts else np.zeros(0, np.int16), rate)


def wav_bytes(sound: Sound) -> bytes:
    """Return ``sound`` as a WAV file: PCM, 16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sound.rate)
        writer.writeframes(sound.samples.astype("<i2", copy=False).data)
    return file.getvalue()


def check_format(file_format: object) -> Format:
    """Return ``file_format`` if there is such a format.

    Raises:
        UnknownChoice: there is not.
    """
    found = next((known for known in FORMATS if known == file_format), None)
    if found is None:
        raise UnknownChoice("file_format", file_format, FORMATS)
    return found


def encode(sound: Sound, file_format: Format) -> bytes:
    """Return ``sound`` as a file.

    Raises:
        MissingDependency: ``soundfile`` is not installed and the format is not WAV.
    """
    if file_format == "wav":
        return wav_bytes(sound)
    try:
        import soundfile
    except ImportError:
        raise MissingDependency("soundfile", "pip install soundfile") from None
    if file_format == "ogg":
        sound = resample(sound, _OPUS_RATE_HZ)
    file = io.BytesIO()
    soundfile.write(
        file,
        sound.samples,
        sound.rate,
        format=file_format.upper(),
        subtype=_SUBTYPES[file_format],
    )
    return file.getvalue()


def resample(sound: Sound, rate: int) -> Sound:
    """Return ``sound`` at ``rate`` samples per second, band-limited.

    Raises:
        MissingDependency: ``soxr`` is not installed and the rate differs.
    """
    if sound.rate == rate:
        return sound
    try:
        import soxr
    except ImportError:
        raise MissingDependency("soxr", "pip install soxr") from None
    return Sound(soxr.resample(sound.samples, sound.rate, rate), rate)


def audible_seconds(sound: Sound) -> float:
    """Return where the last audible sample ends, in seconds; 0 for silence."""
    heard = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > _AUDIBLE)
    return float(heard[-1] + 1) / sound.rate if len(heard) else 0.0


def limited(samples: npt.NDArray[np.floating], rate: int) -> Sound:
    """Return float samples, full scale at +-1, as a sound; scaled down as a whole if over it."""
    peak = float(np.abs(samples).max(initial=0.0))
    return Sound((samples * (_FULL_SCALE / max(1.0, peak))).astype(np.int16), rate)
