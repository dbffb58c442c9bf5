"""Pictures drawn when a test asks for them: figures, and piles that a colour tells apart."""

import io

import numpy as np
from PIL import Image

from portfolio_core.training import figures, negatives

RED, BLUE = (205, 60, 45), (50, 70, 200)


def saved(pixels, file_format="PNG"):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, file_format)
    return file.getvalue()


def figure(seed=0, side=96):
    """Return the drawn character, shape (side, side, 3)."""
    random = np.random.default_rng(seed)
    return figures.draw(negatives.ronald(random), random, side)


def other(seed=0, side=96):
    """Return somebody else."""
    random = np.random.default_rng(seed)
    return figures.draw(negatives.person(random), random, side)


def coloured(colour, seed):
    """Return a soft pattern around a colour, another one for each seed."""
    random = np.random.default_rng(seed)
    coarse = np.clip(random.normal(colour, 45, (6, 8, 3)), 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC))


def pile(colour, count, first=0):
    """Return so many files of one colour."""
    return [saved(coloured(colour, first + number)) for number in range(count)]
