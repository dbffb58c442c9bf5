"""From the model's part back to the whole picture, with not a pixel changed outside the mask.

The models see the surroundings of the mask, in the size they were made for. What they make goes
back onto the original pixels, in full size, inside the mask only; feathering leads inwards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from portfolio_core.engines.inpainting import (
    Abilities,
    Filling,
    InpaintingEngine,
    Mask,
    Step,
    Wish,
    masks,
)
from portfolio_core.engines.inpainting.masks import Box
from portfolio_core.errors import EngineFailed, ImageTooLarge
from portfolio_core.media.images import Alpha, Pixels
from portfolio_core.settings import Limits

# What an engine sees around a hole: so much of the hole's own longer side, but at least so many
# pixels.
_SURROUNDINGS = 0.5
_LEAST_SURROUNDINGS = 64
# Holes that see each other's surroundings are filled together; of more groups than these the
# picture is filled as one.
_MOST_PARTS = 4
_LEAST_SIDE = 64  # in pixels, of what a model that enlarges is given
_MOST_HOLES = 64  # the boxes of more are not compared with each other
_MEAN = Image.Resampling.BOX


@dataclass(frozen=True)
class Margins:
    """By how many pixels a canvas grows on each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


@dataclass(frozen=True)
class Canvas:
    """A picture that was given more room.

    Attributes:
        rgb: The larger picture; what is new continues the border's pixels.
        alpha: The same of its alpha, opaque where new; none where all is opaque.
        new: What is new.
    """

    rgb: Pixels
    alpha: Alpha | None
    new: Mask


def extended(rgb: Pixels, alpha: Alpha | None, margins: Margins, limits: Limits) -> Canvas:
    """Return a picture with room added around it.

    Raises:
        ImageTooLarge: it would have more pixels, or a longer side, than a picture may have.
    """
    pad = ((margins.top, margins.bottom), (margins.left, margins.right))
    height, width = (side + sum(more) for side, more in zip(rgb.shape[:2], pad, strict=True))
    if width * height > limits.image_pixels or max(width, height) > limits.image_side:
        raise ImageTooLarge(limits.image_pixels, limits.image_side)
    new = np.pad(np.zeros(rgb.shape[:2], bool), pad, constant_values=True)
    wide = None if alpha is None else np.pad(alpha, pad, constant_values=255)
    return Canvas(np.pad(rgb, (*pad, (0, 0)), mode="edge"), wide, new)


def painted(
    engine: InpaintingEngine,
    rgb: Pixels,
    mask: Mask,
    wish: Wish,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Step | Pixels]:
    """Yield each step, and in the end the picture with all that is masked filled.

    Args:
        engine: What fills.
        rgb: Shape (height, width, 3).
        mask: Shape (height, width); somewhere True and somewhere False.
        wish: What is to become of it.
        check: Handed on to the engine.

    Raises:
        EngineFailed: the engine gave back something of another shape.
    """
    filled = rgb.copy()
    parts = boxes(mask)
    for number, box in enumerate(parts):
        for step in engine.fill(_filling(filled[box], mask[box], wish, engine.ABILITIES), check):
            if isinstance(step, Step):
                done, whole = number * step.total + step.done, len(parts) * step.total
                yield replace(step, done=done, total=whole)
            else:
                back = _resized(step, mask[box].shape)
                if back.shape != rgb[box].shape:
                    raise EngineFailed(engine.KEY)
                filled[box][mask[box]] = back[mask[box]]
    yield filled


def composed(original: Pixels, filled: Pixels, mask: Mask, feather: int = 0) -> Pixels:
    """Return ``original`` with what ``filled`` shows inside ``mask``.

    Args:
        original: Shape (height, width, 3).
        filled: The same shape.
        mask: Shape (height, width).
        feather: Pixels from the mask's edge inwards over which one is led into the other.
    """
    result = original.copy()
    if not mask.any():
        return result
    box = masks.around(mask, 1)
    inside = mask[box]
    new = filled[box][inside]
    if feather:
        depth = masks.distances(inside)[inside]
        share = np.minimum(1.0, depth / (feather + 1))[:, None]
        new = (share * new + (1 - share) * original[box][inside]).round().astype(np.uint8)
    result[box][inside] = new
    return result


def changed_outside(original: Pixels, result: Pixels, mask: Mask) -> int:
    """Return how many pixels outside ``mask`` differ between two pictures of one size."""
    return int(np.count_nonzero((original != result).any(axis=2) & ~mask))


def boxes(mask: Mask) -> list[Box]:
    """Return the parts of the picture to fill one by one: each holds holes and what is around.

    Args:
        mask: Something of it is marked.
    """
    from scipy import ndimage

    labels, _ = ndimage.label(mask, np.ones((3, 3), int))
    parts = [_with_surroundings(hole, mask.shape) for hole in ndimage.find_objects(labels)]
    parts = _merged(parts) if len(parts) <= _MOST_HOLES else parts
    if len(parts) <= _MOST_PARTS:
        return parts
    return [_with_surroundings(masks.around(mask, 0), mask.shape)]


def _with_surroundings(hole: Box, size: tuple[int, ...]) -> Box:
    """Return the box of a hole with what is around, as near to a square as the picture allows."""
    sides = [part.stop - part.start for part in hole]
    margin = max(_LEAST_SURROUNDINGS, round(_SURROUNDINGS * max(sides)))
    wanted = max(sides) + 2 * margin
    rows, columns = (
        _span((part.start + part.stop) // 2, wanted, whole)
        for part, whole in zip(hole, size, strict=True)
    )
    return rows, columns


def _span(middle: int, length: int, whole: int) -> slice:
    length = min(length, whole)
    start = min(max(0, middle - length // 2), whole - length)
    return slice(start, start + length)


def _merged(parts: list[Box]) -> list[Box]:
    """Return boxes that do not touch each other and hold all of ``parts``."""
    apart: list[Box] = []
    for part in parts:
        box = part
        while touching := next((other for other in apart if _touch(box, other)), None):
            apart.remove(touching)
            rows, columns = (_union(*pair) for pair in zip(box, touching, strict=True))
            box = rows, columns
        apart.append(box)
    return apart


def _touch(one: Box, other: Box) -> bool:
    return all(a.start < b.stop and b.start < a.stop for a, b in zip(one, other, strict=True))


def _union(one: slice, other: slice) -> slice:
    return slice(min(one.start, other.start), max(one.stop, other.stop))


def _filling(rgb: Pixels, hole: Mask, wish: Wish, abilities: Abilities) -> Filling:
    """Return a part in the size that an engine wants."""
    size = _working_size(hole.shape, abilities)
    if size == hole.shape:
        return Filling(rgb.copy(), hole.copy(), wish)
    height, width = size
    share = np.asarray(Image.fromarray(hole.astype("f4")).resize((width, height), _MEAN))
    # A pixel that is marked in part is marked: nothing of what is to go may be seen by a model.
    # But something is: what is marked least.
    small = share > 0
    small.flat[share.argmin()] = False
    return Filling(_resized(rgb, size), small, wish)


def _working_size(size: tuple[int, ...], abilities: Abilities) -> tuple[int, int]:
    scale = abilities.side / max(size)
    if not abilities.enlarges:
        scale = min(1.0, scale)
    least = _LEAST_SIDE if abilities.enlarges else 1
    height, width = (
        max(least, abilities.multiple * round(side * scale / abilities.multiple)) for side in size
    )
    return max(1, height), max(1, width)


def _resized(rgb: Pixels, size: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    if rgb.shape[:2] == tuple(size):
        return rgb
    height, width = size
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))
