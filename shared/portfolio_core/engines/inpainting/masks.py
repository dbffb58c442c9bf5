"""Masks: white is what may change. From a drawn layer, from a picture, or both joined.

Pure functions over arrays. Distances are measured in the part where something is marked only,
so that a small mask in a large picture is quick.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from portfolio_core.engines.inpainting import Mask, Tools
from portfolio_core.errors import EmptyMask, FullMask, MaskSize
from portfolio_core.media.images import Alpha, Picture

_WHITE = 128  # grey of 8 bits from which a pixel is marked
# A brush is see-through so that the picture is seen below it, and its edge even more.
_PAINTED = 26
# Two sizes have the same shape when one, scaled, misses the other by less: that is rounding.
_ROUNDING_PIXELS = 1.0

Box = tuple[slice, slice]
"""Rows and columns of a part of a picture."""


def read(picture: Picture) -> Mask:
    """Return what a picture marks: where it is opaque, if anything of it is transparent; or white.

    Args:
        picture: As a visitor sent it; grey, coloured, or with an alpha channel.
    """
    if picture.alpha is not None:
        return painted(picture.alpha)
    grey = np.asarray(Image.fromarray(picture.rgb).convert("L"))
    marked: Mask = grey >= _WHITE
    return marked


def layer(picture: Picture) -> Mask:
    """Return what is painted on a layer, whatever its colour.

    Args:
        picture: The layer; where nothing of it is transparent, all of it is painted.
    """
    if picture.alpha is None:
        return np.ones(picture.rgb.shape[:2], bool)
    return painted(picture.alpha)


def painted(alpha: Alpha) -> Mask:
    """Return where a layer is painted, see-through paint too.

    Args:
        alpha: Shape (height, width), uint8.
    """
    marked: Mask = alpha >= _PAINTED
    return marked


def fitted(mask: Mask, size: tuple[int, int]) -> tuple[Mask, bool]:
    """Return ``mask`` in the size of its picture, and whether it had another.

    Args:
        mask: A mask of the same shape as the picture, of any size.
        size: Height and width of the picture.

    Raises:
        MaskSize: it is wider or narrower than the picture.
    """
    if mask.shape == size:
        return mask, False
    (high, wide), (height, width) = mask.shape, size
    # What the mask's sides would be at the picture's width, and at its height.
    off = min(abs(high * width / wide - height), abs(wide * height / high - width))
    off = min(off, abs(width * high / height - wide), abs(height * wide / width - high))
    if off >= _ROUNDING_PIXELS:
        raise MaskSize(wide, high, width, height)
    resized = Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(resized), True


def joined(masks: Sequence[Mask]) -> Mask:
    """Return what any of ``masks``, all of one size, marks."""
    whole = masks[0].copy()
    for mask in masks[1:]:
        whole |= mask
    return whole


def tooled(mask: Mask, tools: Tools) -> Mask:
    """Return ``mask`` after ``tools``: inverted, its holes filled, grown or shrunk."""
    if tools.invert:
        mask = ~mask
    if tools.fill_holes:
        from scipy import ndimage

        mask = ndimage.binary_fill_holes(mask)
    return grown(mask, tools.grow) if tools.grow else mask


def checked(mask: Mask) -> Mask:
    """Return ``mask`` if there is something to change, and something to go by.

    Raises:
        EmptyMask: nothing is marked.
        FullMask: everything is.
    """
    if not mask.any():
        raise EmptyMask
    if mask.all():
        raise FullMask
    return mask


def grown(mask: Mask, pixels: int) -> Mask:
    """Return ``mask`` grown by so many pixels to all sides, or shrunk by them where negative."""
    if not mask.any():
        return mask
    result = np.zeros_like(mask)
    box = around(mask, max(0, pixels) + 1)
    if pixels >= 0:
        result[box] = distances(~mask[box]) <= pixels
    else:
        result[box] = distances(mask[box]) > -pixels
    return result


def distances(mask: Mask) -> npt.NDArray[np.float64]:
    """Return for each pixel of ``mask`` how far the nearest one outside is; 0 outside.

    The border of the picture is no outside: what is marked up to it has no edge there.
    """
    from scipy import ndimage

    found: npt.NDArray[np.float64] = ndimage.distance_transform_edt(mask)
    return found


def around(mask: Mask, margin: int) -> Box:
    """Return the smallest part of the picture that holds all that is marked, and a margin.

    Args:
        mask: Something of it is marked.
        margin: Pixels beyond it on each side, where the picture has them.
    """
    sides = []
    for axis in (1, 0):
        (marked,) = np.nonzero(mask.any(axis=axis))
        low, high = int(marked[0]), int(marked[-1])
        sides.append(slice(max(0, low - margin), min(mask.shape[1 - axis], high + margin + 1)))
    return sides[0], sides[1]
