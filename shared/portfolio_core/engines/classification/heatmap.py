"""A heat map over its picture: what spoke for the answer glows, the rest stands back in grey."""

import numpy as np

from portfolio_core.engines.classification import Floats
from portfolio_core.media.images import Pixels

_LUMA = np.asarray([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_STOPS = np.asarray([0.0, 0.35, 0.7, 1.0])
_COLOURS = np.asarray([(38, 22, 66), (150, 38, 103), (237, 105, 37), (252, 232, 110)], "f4")
_GREY_SHARE = 0.75  # of the picture where nothing glows
_DIM = 0.6


def over(rgb: Pixels, heat: Floats) -> Pixels:
    """Return the picture with its heat.

    Args:
        rgb: Shape (height, width, 3), uint8.
        heat: Shape (height, width), from 0 to 1.

    Returns:
        Shape (height, width, 3), uint8.
    """
    values = rgb.astype(np.float32)
    grey = (values @ _LUMA)[..., None]
    calm = (grey * _GREY_SHARE + values * (1 - _GREY_SHARE)) * _DIM
    glow = np.dstack([np.interp(heat, _STOPS, _COLOURS[:, channel]) for channel in range(3)])
    share = (0.75 * np.sqrt(heat))[..., None]
    lit = calm * (1 - share) + (0.6 * glow + 0.4 * values) * share
    result: Pixels = np.clip(lit, 0, 255).astype(np.uint8)
    return result
