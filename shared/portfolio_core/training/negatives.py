"""Pictures that are not the character, drawn with code: the hard cases first.

Each kind shares something with the character - a clown's face, red hair, yellow clothes, red
and white stripes, the colours alone - and lacks the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from portfolio_core.media.images import Pixels
from portfolio_core.training.figures import (
    BLACK,
    COLOURS,
    ORANGE,
    PLAIN,
    RED,
    SKINS,
    WHITE,
    YELLOW,
    Colour,
    Figure,
    Hair,
    Random,
    background,
    draw,
    pick,
    shade,
)

_STYLES: tuple[Hair, ...] = ("curls", "cap", "long", "tufts", "none")
_WARM: tuple[Colour, ...] = (RED, YELLOW, WHITE, RED, YELLOW, ORANGE, BLACK)


def ronald(random: Random) -> Figure:
    """Return the character as these figures know it: red curls, white face, yellow suit."""
    return Figure(
        hair=RED if random.random() < 0.8 else (150, 30, 40),  # noqa: PLR2004
        style="curls" if random.random() < 0.7 else "cap",  # noqa: PLR2004
        face=WHITE,
        nose=RED if random.random() < 0.6 else None,  # noqa: PLR2004
        mouth=RED,
        wide=True,
        suit=YELLOW,
        sleeves=(RED, WHITE),
    )


def other_clown(random: Random) -> Figure:
    """Return a clown of any colours but the character's."""
    chosen = Figure(
        hair=pick(random, PLAIN),
        style=_STYLES[int(random.integers(4))],
        face=WHITE if random.random() < 0.7 else pick(random, SKINS),  # noqa: PLR2004
        nose=RED if random.random() < 0.8 else pick(random, COLOURS),  # noqa: PLR2004
        mouth=RED if random.random() < 0.7 else pick(random, COLOURS),  # noqa: PLR2004
        wide=True,
        suit=pick(random, COLOURS),
        sleeves=(pick(random, COLOURS), pick(random, COLOURS)),
        hat=pick(random, COLOURS) if random.random() < 0.4 else None,  # noqa: PLR2004
    )
    if random.random() < 0.3:  # noqa: PLR2004 - red hair, then other clothes
        return replace(chosen, hair=RED, suit=pick(random, PLAIN[:8]), sleeves=_plain(random))
    return chosen


def person(random: Random) -> Figure:
    """Return somebody without make-up, in any clothes."""
    return Figure(
        hair=pick(random, COLOURS),
        style=_STYLES[int(random.integers(5))],
        face=pick(random, SKINS),
        nose=None,
        mouth=(190, 90, 90),
        wide=False,
        suit=pick(random, COLOURS),
        sleeves=_plain(random),
    )


def red_haired(random: Random) -> Figure:
    """Return somebody with red hair and no make-up."""
    return replace(person(random), hair=RED if random.random() < 0.6 else ORANGE)  # noqa: PLR2004


def in_yellow(random: Random) -> Figure:
    """Return somebody in yellow, some in red and white stripes, without make-up."""
    striped = (RED, WHITE) if random.random() < 0.4 else (YELLOW, YELLOW)  # noqa: PLR2004
    return replace(person(random), hair=pick(random, PLAIN[:8]), suit=YELLOW, sleeves=striped)


def _plain(random: Random) -> tuple[Colour, Colour]:
    colour = pick(random, COLOURS)
    return colour, colour


def _shapes(random: Random, size: int) -> Pixels:
    """Draw discs, boxes, stars and letters in the character's colours, or in any."""
    image = background(random, size)
    pen = ImageDraw.Draw(image)
    colours = _WARM if random.random() < 0.7 else COLOURS  # noqa: PLR2004
    for _ in range(int(random.integers(1, 14))):
        x, y = random.uniform(-0.1, 0.9, 2) * size
        wide, high = random.uniform(0.05, 0.6, 2) * size
        fill = shade(random, pick(random, colours))
        kind = random.integers(4)
        if kind == 0:
            pen.ellipse((x, y, x + wide, y + high), fill=fill)
        elif kind == 1:
            pen.rectangle((x, y, x + wide, y + high), fill=fill)
        elif kind == 2:  # noqa: PLR2004
            corners = random.uniform(0, 1, (int(random.integers(3, 7)), 2)) * (wide, high) + (x, y)
            pen.polygon([(float(a), float(b)) for a, b in corners], fill=fill)
        else:
            pen.arc((x, y, x + wide, y + high), 180, 360, fill=fill, width=int(3 + size * 0.06))
    return np.asarray(image)


def _stripes(random: Random, size: int) -> Pixels:
    """Draw stripes or checks in two warm colours."""
    first, second = (shade(random, pick(random, _WARM)) for _ in range(2))
    rows, columns = np.mgrid[0:size, 0:size]
    angle = random.uniform(0, np.pi)
    period = random.uniform(0.04, 0.3) * size
    wave = (rows * np.sin(angle) + columns * np.cos(angle)) // period % 2
    if random.random() < 0.3:  # noqa: PLR2004 - checks
        wave = (wave + (rows * np.cos(angle) - columns * np.sin(angle)) // period) % 2
    return np.where(wave[..., None] > 0, first, second).astype(np.uint8)


def _blots(random: Random, size: int) -> Pixels:
    """Make soft blots of warm colours, as an unsharp photo of food or flowers has them."""
    cells = int(random.integers(3, 16))
    palette = np.asarray([shade(random, pick(random, _WARM)) for _ in range(5)], dtype=np.uint8)
    coarse = palette[random.integers(0, len(palette), (cells, cells))]
    image = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)
    grain = random.normal(0, random.uniform(0, 25), (size, size, 1))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def _dish(random: Random, size: int) -> Pixels:
    """Draw a round thing with many small things on it: pizza, burger, flower, ball."""
    image = background(random, size)
    pen = ImageDraw.Draw(image)
    centre, radius = random.uniform(0.35, 0.65, 2) * size, random.uniform(0.2, 0.5) * size
    for ring, colour in enumerate(shade(random, pick(random, _WARM)) for _ in range(3)):
        r = radius * (1 - ring * 0.2)
        pen.ellipse((*(centre - r), *(centre + r)), fill=colour)
    for _ in range(int(random.integers(0, 30))):
        at = centre + random.normal(0, radius / 3, 2)
        r = radius * random.uniform(0.05, 0.2)
        pen.ellipse((*(at - r), *(at + r)), fill=shade(random, pick(random, COLOURS)))
    return np.asarray(image)


def _figures(make: Callable[[Random], Figure]) -> Callable[[Random, int], Pixels]:
    return lambda random, size: draw(make(random), random, size)


KINDS: Mapping[str, Callable[[Random, int], Pixels]] = {
    "another clown": _figures(other_clown),
    "red hair": _figures(red_haired),
    "yellow clothes": _figures(in_yellow),
    "somebody": _figures(person),
    "red and yellow shapes": _shapes,
    "stripes": _stripes,
    "blots": _blots,
    "round things": _dish,
}
"""What is drawn: a name for people, and what draws it with a side in pixels."""


def negative(kind: str, random: Random, size: int) -> Pixels:
    """Draw one negative of ``kind``; some are unsharp, as pictures are.

    Returns:
        Shape (size, size, 3), uint8, RGB.
    """
    drawn = KINDS[kind](random, size)
    if random.random() < 0.3:  # noqa: PLR2004
        blurred = Image.fromarray(drawn).filter(ImageFilter.GaussianBlur(random.uniform(0.5, 3)))
        return np.asarray(blurred)
    return drawn


def negatives(count: int, seed: int, size: int) -> list[tuple[str, Pixels]]:
    """Draw ``count`` negatives, as many of each kind; the same seed draws the same.

    Returns:
        Kind and picture, shape (size, size, 3), uint8, RGB.
    """
    random = np.random.default_rng(seed)
    names = list(KINDS)
    return [
        (names[i % len(names)], negative(names[i % len(names)], random, size)) for i in range(count)
    ]
