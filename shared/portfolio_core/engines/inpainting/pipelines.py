"""What the engines on pipelines of ``diffusers`` have in common."""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image

from portfolio_core.catalog import MODELS
from portfolio_core.engines.diffusion import Step, checks, running, seeds
from portfolio_core.engines.inpainting import Filling
from portfolio_core.errors import PictureHidden
from portfolio_core.media.images import Pixels


def filled(
    pipe: Any,  # noqa: ANN401 - a pipeline of diffusers
    wanted: Filling,
    arguments: Mapping[str, Any],
    *,
    name: str,
    check: Callable[[], None],
) -> Iterator[Step | Pixels]:
    """Yield the steps of a pipeline, and in the end what it made, uint8, of the part's size.

    Args:
        pipe: What to call.
        wanted: The part, with its seed.
        arguments: What with, beside size, seed and form.
        name: What the model is called in an error.
        check: Called after each step.

    Raises:
        PictureHidden: the model's safety checker does not show it.
        EngineFailed: the pipeline broke off.
    """
    height, width = wanted.hole.shape

    def make() -> Generator[Step, None, Any]:
        whole = {
            "height": height,
            "width": width,
            "generator": seeds.generators(wanted.wish.seed)[0],
            "output_type": "np",
            **arguments,
        }
        return running.run(pipe, whole, name=name, check=check, preview=True)

    result = yield from checks.retry_in_float32([pipe], make, name=name)
    if result.hidden[0]:
        raise PictureHidden
    yield result.pictures[0]


def images(wanted: Filling) -> tuple[Image.Image, Image.Image]:
    """Return the part and its hole, white where it is, as pipelines take them."""
    hole = Image.fromarray(wanted.hole.astype(np.uint8) * 255)
    return Image.fromarray(wanted.rgb), hole


def revision(key: str) -> str:
    """Return the pinned commit of a model's weights; nothing where the catalog has none."""
    return next((model.hub.revision for model in MODELS if model.key == key and model.hub), "")
