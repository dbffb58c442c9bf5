"""Sounds in which nobody speaks: float samples, full scale at 1, at 16 kHz."""

import numpy as np

RATE = 16_000


def silence(seconds: float) -> np.ndarray:
    """Return what a microphone gives that is switched off."""
    return np.zeros(round(seconds * RATE))


def noise(seconds: float, seed: int, colour: float = 1.0) -> np.ndarray:
    """Return noise whose power falls with the frequency to the power of ``colour``."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(round(seconds * RATE)))
    samples = np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 1) ** (colour / 2))
    return np.asarray(0.05 * samples / samples.std())


def music(seconds: float, seed: int) -> np.ndarray:
    """Return a tune in two voices on a plucked string, with a drum on each beat."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * RATE))
    scale = 110 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16, 19, 21, 24]) / 12)
    for place, start in enumerate(range(0, len(samples), RATE // 4)):
        time = np.arange(min(len(samples) - start, RATE)) / RATE
        for pitch in rng.choice(scale, 2):
            waves = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 7))
            samples[start : start + len(time)] += waves * np.exp(-3 * time)
        if place % 2 == 0:
            samples[start : start + len(time)] += rng.standard_normal(len(time)) * np.exp(
                -40 * time
            )
    return np.asarray(0.2 * samples / np.abs(samples).max())


def nobody(seconds: float, seed: int) -> dict[str, np.ndarray]:
    """Return one of each kind, by its name."""
    return {
        "silence": silence(seconds),
        "noise": noise(seconds, seed),
        "music": music(seconds, seed),
    }
