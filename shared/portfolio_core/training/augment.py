"""Augmentation: the same picture, as a network sees it in training, never twice alike.

Pillow and numpy only. Every class is treated alike: a turn that only one class had would be
learnt instead of the class.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from portfolio_core.media.images import Pixels

TURNS = 8
"""Turns by quarters, each also mirrored: the symmetries of a square."""
_LUMA = np.asarray([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Augmentation:
    """How far a picture may be changed.

    Attributes:
        turns: Whether all eight turns are taken, or only the mirrored picture.
        least_area: Smallest part of the picture that is cut out, from 0 to 1.
        degrees: Standard deviation of a small rotation.
        jitter: Largest change of brightness, contrast and saturation, as a share.
        hue: Largest shift between the colour channels, as a share.
        grey: How often the colours are taken away, from 0 to 1.
        blur: How often it is made unsharp, from 0 to 1.
        hole: How often a box of it is covered, from 0 to 1.
    """

    turns: bool = True
    least_area: float = 0.45
    degrees: float = 12.0
    jitter: float = 0.35
    hue: float = 0.06
    grey: float = 0.06
    blur: float = 0.2
    hole: float = 0.2


def turned(pixels: Pixels, turn: int) -> Pixels:
    """Return the picture in one of its eight turns.

    Args:
        pixels: Shape (height, width, 3).
        turn: From 0, the picture itself, to 7; from 4 on it is mirrored.
    """
    quarter = np.rot90(pixels, turn % 4)
    return np.ascontiguousarray(quarter[:, ::-1] if turn >= TURNS // 2 else quarter)


def squeezed(pixels: Pixels, size: int) -> Pixels:
    """Return the whole picture as a square of ``size`` pixels, whatever its shape was."""
    image = Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)


def augmented(pixels: Pixels, random: np.random.Generator, size: int, how: Augmentation) -> Pixels:
    """Return the picture, changed.

    Args:
        pixels: Shape (height, width, 3), uint8, RGB.
        random: Source of all choices.
        size: Side of the result in pixels.
        how: How far it may be changed.

    Returns:
        Shape (size, size, 3), uint8, RGB.
    """
    image = _cut(Image.fromarray(pixels), random, size, how)
    if random.random() < how.blur:
        image = image.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 2.0))))
    turn = random.integers(TURNS) if how.turns else random.choice((0, TURNS // 2))
    changed = _coloured(turned(np.asarray(image), int(turn)), random, how)
    if random.random() < how.hole:
        changed = _covered(changed, random)
    return changed


def recoloured(pixels: Pixels, like: Pixels) -> Pixels:
    """Give a picture the colours of another, channel by channel, by their quantiles.

    What then tells the two apart is no longer the colour.

    Args:
        pixels: Shape (height, width, 3), uint8.
        like: The same, of any size: where the colours come from.
    """
    result = np.empty_like(pixels)
    steps = np.linspace(0, 100, 33)
    for channel in range(3):
        has = np.percentile(pixels[..., channel], steps) + np.arange(33) * 1e-6
        wants = np.percentile(like[..., channel], steps)
        result[..., channel] = np.interp(pixels[..., channel], has, wants).astype(np.uint8)
    return result


def sheet(
    pictures: Sequence[Pixels], seed: int, size: int, how: Augmentation, columns: int = 8
) -> Pixels:
    """Return a preview: each row a picture as it is, then as the network sees it.

    Returns:
        Shape (rows * size, columns * size, 3), uint8, RGB.
    """
    random = np.random.default_rng(seed)
    rows = [
        np.concatenate(
            [squeezed(p, size), *(augmented(p, random, size, how) for _ in range(columns - 1))], 1
        )
        for p in pictures
    ]
    return np.concatenate(rows, 0)


def _cut(
    image: Image.Image, random: np.random.Generator, size: int, how: Augmentation
) -> Image.Image:
    """Rotate a little, cut out a part, and make it a square."""
    degrees = float(random.normal(0, how.degrees)) if how.degrees else 0.0
    if abs(degrees) > 1:
        corner = image.getpixel((0, 0))
        image = image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=corner)
    area = float(random.uniform(how.least_area, 1.0))
    ratio = float(np.exp(random.uniform(-0.25, 0.25)))
    wide = min(1.0, (area * ratio) ** 0.5) * image.width
    high = min(1.0, (area / ratio) ** 0.5) * image.height
    left = float(random.uniform(0, image.width - wide))
    top = float(random.uniform(0, image.height - high))
    box = (left, top, left + wide, top + high)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=box)


def _coloured(pixels: Pixels, random: np.random.Generator, how: Augmentation) -> Pixels:
    """Change brightness, contrast, saturation and the balance of the channels."""
    values = pixels.astype(np.float32)
    grey = (values @ _LUMA)[..., None]
    lightness, contrast, colour = 1 + random.uniform(-how.jitter, how.jitter, 3)
    keeps_colour = random.random() >= how.grey
    values = grey + (values - grey) * (colour if keeps_colour else 0.0)
    middle = float(values.mean())
    values = ((values - middle) * contrast + middle) * lightness
    if keeps_colour:
        values = values * (1 + random.uniform(-how.hue, how.hue, 3).astype(np.float32))
    result: Pixels = np.clip(values, 0, 255).astype(np.uint8)
    return result


def _covered(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Cover a box with one colour."""
    height, width = pixels.shape[:2]
    high, wide = (random.uniform(0.1, 0.45, 2) * (height, width)).astype(int)
    top, left = (random.uniform(0, 1, 2) * (height - high, width - wide)).astype(int)
    covered = pixels.copy()
    covered[top : top + high, left : left + wide] = random.integers(0, 256, 3)
    return covered
