"""Pictures of any size to the array that a network takes, as its own folder describes it.

The file is the Hub's ``preprocessor_config.json``. A part is cut out and shrunk in one step, so
that a picture of 1 x 8192 pixels costs no more than any other; the library's own way enlarges
the short side first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from portfolio_core.engines.classification import Floats
from portfolio_core.errors import EngineFailed
from portfolio_core.media.images import Pixels

CONFIG_FILE = "preprocessor_config.json"
_WHOLE_FROM = 384  # ConvNeXT's rule: from this size on nothing is cut away
_FULL = 255.0


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes an array.

    Attributes:
        size: Side of the square in pixels.
        share: Part of the short side that is kept around the middle; none = the whole
            picture is squeezed into the square.
        mean: What is taken off each channel, of values from 0 to 1.
        std: What each is divided by then.
        resample: Pillow's number of the filter.
    """

    size: int
    share: float | None
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: int = int(Image.Resampling.BILINEAR)

    def __call__(self, pictures: Sequence[Pixels]) -> Floats:
        """Prepare pictures.

        Returns:
            Shape (n, 3, size, size), float32.
        """
        squares = np.empty((len(pictures), self.size, self.size, 3), dtype=np.float32)
        for index, picture in enumerate(pictures):
            squares[index] = self._square(picture)
        mean, std = (np.asarray(v, dtype=np.float32) for v in (self.mean, self.std))
        squares = (squares / np.float32(_FULL) - mean) / std
        return np.ascontiguousarray(squares.transpose(0, 3, 1, 2))

    def _square(self, picture: Pixels) -> Pixels:
        image = Image.fromarray(picture)
        box = None
        if self.share is not None:
            side = min(image.size) * self.share
            left, top = (image.width - side) / 2, (image.height - side) / 2
            box = (left, top, left + side, top + side)
        resample = Image.Resampling(self.resample)
        return np.asarray(image.resize((self.size, self.size), resample, box=box))


def read(folder: Path, model: str) -> Preparation:
    """Read how the network in ``folder`` wants its pictures.

    Raises:
        EngineFailed: the file is missing or is not what it should be.
    """
    try:
        found = json.loads((folder / CONFIG_FILE).read_bytes())
        size = found["size"]
        whole = isinstance(size, dict) and "height" in size
        side = int(size["height" if whole else "shortest_edge"] if isinstance(size, dict) else size)
        whole = whole or side >= _WHOLE_FROM
        red, green, blue = (float(v) for v in found["image_mean"])
        deviations = (float(v) for v in found["image_std"])
        return Preparation(
            size=side,
            share=None if whole else float(found.get("crop_pct") or 1.0),
            mean=(red, green, blue),
            std=(next(deviations), next(deviations), next(deviations)),
            resample=int(found.get("resample", Image.Resampling.BILINEAR)),
        )
    except (OSError, ValueError, LookupError, TypeError, StopIteration) as error:
        raise EngineFailed(model) from error


def config(preparation: Preparation) -> dict[str, object]:
    """Return ``preparation`` as the Hub's file has it."""
    whole = preparation.share is None
    side = preparation.size
    shape: dict[str, object] = {"size": {"height": side, "width": side}}
    if not whole:
        shape = {"size": {"shortest_edge": side}, "crop_pct": preparation.share}
    return {
        "image_processor_type": "ViTImageProcessor" if whole else "ConvNextImageProcessor",
        "do_resize": True,
        **shape,
        "resample": preparation.resample,
        "do_rescale": True,
        "rescale_factor": 1 / _FULL,
        "do_normalize": True,
        "image_mean": list(preparation.mean),
        "image_std": list(preparation.std),
    }
