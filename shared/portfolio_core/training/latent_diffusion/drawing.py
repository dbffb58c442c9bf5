"""Draws scenes: emoji of Debian's Noto Color Emoji (OFL), and plain shapes."""

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion.world import (
    ABOVE,
    BACKGROUNDS,
    BESIDE,
    COLOURS,
    EMOJI,
    SPARE_EMOJI,
    Scene,
    Thing,
)

SIDE = 128
"""Width and height of a picture, in pixels."""
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
"""Where Debian's package fonts-noto-color-emoji puts it."""
_FONT_SIZE = 109  # the only one that the font's bitmaps have
_FINE = 4  # shapes are drawn this much larger, then shrunk, for smooth edges
# Middle of each thing and its size, as shares of the side.
_SPOTS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "middle": ((0.5, 0.5, 0.46),),
    "left": ((0.26, 0.5, 0.46),),
    "right": ((0.74, 0.5, 0.46),),
    "top": ((0.5, 0.26, 0.46),),
    "bottom": ((0.5, 0.74, 0.46),),
    "two": ((0.27, 0.5, 0.4), (0.73, 0.5, 0.4)),
    "three": ((0.18, 0.5, 0.29), (0.5, 0.5, 0.29), (0.82, 0.5, 0.29)),
    BESIDE: ((0.27, 0.5, 0.4), (0.73, 0.5, 0.4)),
    ABOVE: ((0.5, 0.27, 0.4), (0.5, 0.73, 0.4)),
}
_CHARACTERS = {**EMOJI, **SPARE_EMOJI}
_SHIFT, _SHRINK = 0.03, 0.08  # how far places and sizes vary, as shares


def draw(scene: Scene, random: np.random.Generator) -> Pixels:
    """Return a picture of ``scene``, shape (128, 128, 3); places and sizes vary a little."""
    picture = _background(scene.background)
    things = [scene.first] * 3 if scene.second is None else [scene.first, scene.second]
    for (x, y, size), thing in zip(_SPOTS[scene.layout], things, strict=False):
        sprite = _sprite(thing, round(SIDE * size * (1 - _SHRINK * random.random())))
        dx, dy = random.uniform(-_SHIFT, _SHIFT, 2)
        corner = (
            round(SIDE * (x + dx) - sprite.width / 2),
            round(SIDE * (y + dy) - sprite.height / 2),
        )
        picture.paste(sprite, corner, sprite)
    return np.asarray(picture)


def _background(name: str) -> Image.Image:
    top, bottom = (np.array(colour, np.float32) for colour in BACKGROUNDS[name])
    down = np.linspace(0, 1, SIDE, dtype=np.float32)[:, None, None]
    rows = np.broadcast_to(top + (bottom - top) * down, (SIDE, SIDE, 3))
    return Image.fromarray(rows.round().astype(np.uint8))


@lru_cache(maxsize=4096)
def _sprite(thing: Thing, size: int) -> Image.Image:
    character = _CHARACTERS.get(thing.name)
    large = _emoji(character) if character else _shape(thing, size * _FINE)
    return large.resize((size, size), Image.Resampling.LANCZOS)


def _emoji(character: str) -> Image.Image:
    font = ImageFont.truetype(FONT, _FONT_SIZE)
    large = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(large).text((12, 12), character, font=font, embedded_color=True)
    left, top, right, bottom = large.getbbox() or (0, 0, 1, 1)
    side = max(right - left, bottom - top)
    square = Image.new("RGBA", (side, side))
    middle = ((side - right + left) // 2, (side - bottom + top) // 2)
    square.paste(large.crop((left, top, right, bottom)), middle)
    return square


def _shape(thing: Thing, size: int) -> Image.Image:
    # Starts out transparent in its own colour, so that no dark rim is mixed in when it is shrunk.
    colour = COLOURS[thing.colour]
    image = Image.new("RGBA", (size, size), (*colour, 0))
    pen, end = ImageDraw.Draw(image), size - 1
    if thing.name == "circle":
        pen.ellipse((0, 0, end, end), fill=colour)
    elif thing.name == "square":
        inset = size * 0.07
        pen.rectangle((inset, inset, end - inset, end - inset), fill=colour)
    else:
        pen.polygon([(x * end, y * end) for x, y in _corners(thing.name)], fill=colour)
    return image


def _corners(shape: str) -> list[tuple[float, float]]:
    """Return the corners of a shape in a square of side 1."""
    if shape == "triangle":
        return [(0.5, 0.04), (1, 0.92), (0, 0.92)]
    if shape == "diamond":
        return [(0.5, 0), (0.88, 0.5), (0.5, 1), (0.12, 0.5)]
    if shape == "star":
        radii = (0.52, 0.21) * 5
        turns = [math.pi * (i / 5 - 0.5) for i in range(10)]
        return [
            (0.5 + r * math.cos(t), 0.53 + r * math.sin(t))
            for r, t in zip(radii, turns, strict=True)
        ]
    turns = [2 * math.pi * i / 90 for i in range(90)]
    return [
        (
            0.5 + 16 * math.sin(t) ** 3 / 34,
            0.46
            - (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 34,
        )
        for t in turns
    ]
