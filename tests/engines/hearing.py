"""Sounds that the tests of recognisers listen to: made here, or spoken by Debian's flite."""

import io
import shutil
import subprocess

import numpy as np
import pytest

from portfolio_core.media.audio import Sound

RATE = 16_000
SENTENCES = (
    "The children played in the garden until the sun went down.",
    "My brother bought a new house near the river last summer.",
    "We took the train to the city and walked through the park.",
)


def sound(samples, rate=RATE):
    """A sound of float samples, full scale at 1."""
    return Sound((np.clip(samples, -1, 1) * 32_767).astype(np.int16), rate)


def silence(seconds):
    return np.zeros(int(seconds * RATE))


def noise(seconds, colour=1.0, level=0.1, seed=0):
    """Noise whose power falls with the frequency to the power of ``colour``: 0 white, 1 pink."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(int(seconds * RATE)))
    samples = np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 1) ** (colour / 2))
    return level * samples / samples.std()


def music(seconds, seed=0):
    """Four chords a second on a plucked string with five overtones."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(int(seconds * RATE))
    for start in range(0, len(samples), RATE // 4):
        time = np.arange(min(len(samples) - start, RATE)) / RATE
        for pitch in rng.choice([220, 262, 330, 392, 440, 523, 587, 659], 2):
            waves = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 6))
            samples[start : start + len(time)] += waves * np.exp(-3 * time)
    return 0.2 * samples / np.abs(samples).max()


def hum(seconds):
    """What a bad cable adds: 50 Hz and its overtones."""
    time = np.arange(int(seconds * RATE)) / RATE
    return 0.1 * sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 8))


def spoken(text, voice="slt"):
    """``text`` as float samples at :data:`RATE`, about as a radio speaker says it."""
    import soundfile

    if shutil.which("flite") is None:
        pytest.skip("Debian's flite is not installed.")
    command = ["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(wav))
    assert rate == RATE
    return samples
