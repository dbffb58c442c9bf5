"""Figures drawn with code: clowns and people whose colours and parts are chosen freely.

A few pictures of one character teach a network "red above yellow" long before they teach it the
character. Drawn figures that share some of its colours and not all of them are the cases that
tell the two apart, and cost no picture of anybody.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from portfolio_core.media.images import Pixels

Colour = tuple[int, int, int]
Hair = Literal["curls", "cap", "long", "tufts", "none"]
Random = np.random.Generator

_SCALE = 2  # drawn twice as large and shrunk: smooth edges
_SHADE_LEVELS = 18  # a colour is never quite the same twice

RED, YELLOW, WHITE, BLACK = (205, 30, 35), (250, 200, 30), (245, 240, 235), (25, 22, 25)
ORANGE, GREEN, BLUE, PURPLE = (235, 110, 30), (40, 150, 60), (40, 80, 190), (120, 50, 150)
PINK, BROWN, GREY, TEAL = (240, 140, 180), (110, 65, 35), (130, 130, 130), (30, 150, 160)
SKINS: tuple[Colour, ...] = ((244, 205, 175), (224, 172, 120), (165, 110, 75), (95, 60, 45))
PLAIN: tuple[Colour, ...] = (BLACK, GREEN, BLUE, PURPLE, PINK, BROWN, GREY, TEAL, WHITE, ORANGE)
COLOURS: tuple[Colour, ...] = (*PLAIN, RED, YELLOW)


@dataclass(frozen=True)
class Figure:
    """How a figure looks; colours are RGB from 0 to 255.

    Attributes:
        hair: Colour of the hair.
        style: Shape of the hair.
        face: Colour of the face.
        nose: Colour of a clown's nose; none = a person's.
        mouth: Colour of the painted mouth.
        wide: Whether the mouth is painted wide, as a clown's.
        suit: Colour of the clothes.
        sleeves: Two colours in stripes; the same twice = plain.
        hat: Colour of a hat, or none.
    """

    hair: Colour
    style: Hair
    face: Colour
    nose: Colour | None
    mouth: Colour
    wide: bool
    suit: Colour
    sleeves: tuple[Colour, Colour]
    hat: Colour | None = None


def pick(random: Random, colours: tuple[Colour, ...]) -> Colour:
    """Choose one of ``colours``."""
    return colours[int(random.integers(len(colours)))]


def shade(random: Random, colour: Colour) -> Colour:
    """Return ``colour``, a little different."""
    moved = np.asarray(colour) + random.normal(0, _SHADE_LEVELS, 3)
    red, green, blue = np.clip(moved, 0, 255).astype(int).tolist()
    return red, green, blue


def draw(figure: Figure, random: Random, size: int) -> Pixels:
    """Draw ``figure`` somewhere in a picture, in a pose and a cut of its own.

    Args:
        figure: What to draw.
        random: Chooses the pose, the cut and the background.
        size: Side of the picture in pixels.

    Returns:
        Shape (size, size, 3), uint8, RGB.
    """
    side = size * _SCALE
    image = background(random, side)
    pen = ImageDraw.Draw(image)
    head = side * float(random.uniform(0.09, 0.3))
    x = side * float(random.uniform(0.32, 0.68))
    y = head * float(random.uniform(1.2, 2.0))
    _body(pen, figure, random, (x, y), head)
    _hair(pen, figure, random, (x, y), head)
    _face(pen, figure, random, (x, y), head)
    tilted = image.rotate(
        float(random.normal(0, 10)), Image.Resampling.BILINEAR, fillcolor=image.getpixel((0, 0))
    )
    return np.asarray(tilted.resize((size, size), Image.Resampling.BOX))


def background(random: Random, side: int) -> Image.Image:
    """Make something to stand in front of: plain, a gradient, bricks, noise or stripes."""
    first, second = shade(random, pick(random, COLOURS)), shade(random, pick(random, COLOURS))
    kind = random.integers(6)
    if kind <= 1:
        return Image.new("RGB", (side, side), WHITE if random.random() < 0.5 else first)  # noqa: PLR2004
    if kind == 2:  # noqa: PLR2004
        ramp = Image.linear_gradient("L").resize((side, side)).rotate(90 * int(random.integers(4)))
        return Image.composite(
            Image.new("RGB", (side, side), first), Image.new("RGB", (side, side), second), ramp
        )
    if kind == 3:  # noqa: PLR2004
        coarse = random.integers(0, 256, (int(random.integers(3, 24)),) * 2 + (3,), dtype=np.uint8)
        return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    image = Image.new("RGB", (side, side), first)
    pen = ImageDraw.Draw(image)
    step = side // int(random.integers(4, 14))
    for at in range(0, side, step):
        if kind == 4:  # noqa: PLR2004
            pen.rectangle((at, 0, at + step // 2, side), fill=second)
        else:
            for row in range(0, side, step):
                shift = step // 2 if (row // step) % 2 else 0
                pen.rectangle((at + shift, row, at + shift + step - 3, row + step - 3), fill=second)
    return image


def _body(
    pen: ImageDraw.ImageDraw, figure: Figure, random: Random, at: tuple[float, float], head: float
) -> None:
    x, y = at
    top, bottom = y + head * 0.95, y + head * float(random.uniform(3.2, 4.6))
    wide = head * float(random.uniform(0.9, 1.4))
    suit = shade(random, figure.suit)
    for side in (-1, 1):
        leg = x + side * wide * 0.55
        pen.line((leg, bottom, leg, bottom + head * 2.4), fill=suit, width=int(head * 0.8))
        foot = (leg - head * 0.6, bottom + head * 2.2, leg + head * 0.6, bottom + head * 2.9)
        pen.ellipse(foot, fill=shade(random, figure.sleeves[0]))
        shoulder = (x + side * wide * 0.9, top + head * 0.35)
        _arm(pen, figure, random, shoulder, side * head)
    pen.polygon(
        [
            (x - wide * 0.9, top),
            (x + wide * 0.9, top),
            (x + wide * 1.1, bottom),
            (x - wide * 1.1, bottom),
        ],
        fill=suit,
    )
    front = shade(random, figure.sleeves[0])
    if random.random() < 0.7:  # noqa: PLR2004 - most have a zip, some buttons
        pen.line((x, top, x, bottom), fill=front, width=max(1, int(head * 0.12)))
    else:
        for step in range(4):
            _dot(pen, (x, top + (step + 0.6) * (bottom - top) / 4), head * 0.16, front)
    collar = [(x - head * 0.8, top), (x + head * 0.8, top), (x, top + head * 0.5)]
    pen.polygon(collar, fill=shade(random, figure.sleeves[1]))


def _arm(
    pen: ImageDraw.ImageDraw,
    figure: Figure,
    random: Random,
    shoulder: tuple[float, float],
    reach: float,
) -> None:
    """Draw an arm in stripes and its hand; ``reach`` is below 0 for one to the left."""
    head = abs(reach)
    angle = float(random.uniform(-1.2, 1.4))
    length = head * float(random.uniform(1.8, 2.6))
    stripes = 8
    ends = [
        (
            shoulder[0] + math.copysign(math.cos(angle) * length, reach) * step / stripes,
            shoulder[1] + math.sin(angle) * length * step / stripes,
        )
        for step in range(stripes + 1)
    ]
    colours = [shade(random, colour) for colour in figure.sleeves]
    for step in range(stripes):
        pen.line((*ends[step], *ends[step + 1]), fill=colours[step % 2], width=int(head * 0.6))
    _dot(pen, ends[-1], head * 0.38, shade(random, figure.suit))


def _hair(
    pen: ImageDraw.ImageDraw, figure: Figure, random: Random, at: tuple[float, float], head: float
) -> None:
    x, y = at
    colour = shade(random, figure.hair)
    if figure.style == "curls":
        for step in range(13):
            angle = math.pi * (0.85 + 1.3 * step / 12)
            centre = (x + head * math.cos(angle), y + head * math.sin(angle) - head * 0.1)
            _dot(pen, centre, head * float(random.uniform(0.35, 0.5)), colour)
    elif figure.style == "tufts":
        for side in (-1, 1):
            _dot(pen, (x + side * head, y - head * 0.2), head * 0.5, colour)
    elif figure.style == "long":
        box = (x - head * 1.15, y - head * 1.2, x + head * 1.15, y + head * 1.7)
        pen.rounded_rectangle(box, radius=head, fill=colour)
    elif figure.style == "cap":
        pen.ellipse((x - head * 1.1, y - head * 1.25, x + head * 1.1, y + head * 0.4), fill=colour)


def _face(
    pen: ImageDraw.ImageDraw, figure: Figure, random: Random, at: tuple[float, float], head: float
) -> None:
    x, y = at
    pen.ellipse(
        (x - head * 0.85, y - head * 0.85, x + head * 0.85, y + head),
        fill=shade(random, figure.face),
    )
    for side in (-1, 1):
        _dot(pen, (x + side * head * 0.32, y - head * 0.2), head * 0.13, BLACK)
        brow = (x + side * head * 0.2, y - head * 0.5, x + side * head * 0.5, y - head * 0.55)
        pen.line(brow, fill=BLACK, width=max(1, int(head * 0.07)))
    mouth = shade(random, figure.mouth)
    reach = head * (0.6 if figure.wide else 0.3)
    drop = head * float(random.uniform(0.35, 0.75))
    pen.chord((x - reach, y, x + reach, y + drop + head * 0.1), 10, 170, fill=mouth)
    if figure.nose is not None:
        _dot(pen, (x, y + head * 0.12), head * 0.2, shade(random, figure.nose))
    if figure.hat is not None:
        top = y - head * 0.75
        corners = [(x - head * 0.7, top), (x + head * 0.7, top), (x, top - head * 1.3)]
        pen.polygon(corners, fill=shade(random, figure.hat))


def _dot(pen: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, colour: Colour) -> None:
    pen.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)
