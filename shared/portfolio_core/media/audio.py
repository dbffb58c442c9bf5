"""Sound as samples, and as a file."""

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
