"""What the tests of the Space kokoro-tts know of sound."""

import io
import wave

import numpy as np

LOUD = 1000  # of 32767


def heard(wav):
    """Return the seconds of a WAV file, having looked that it is not silent."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert np.abs(samples.astype(int)).max() > LOUD
        return len(samples) / 22_050
