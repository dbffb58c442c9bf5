"""Is what came out a picture? Values that are no numbers, and black, are made once more.

In 16 bits the sums inside a network or its VAE may overflow, and the picture is black or holds
no numbers. The same seed in float32 gives the picture that was meant.

Source: https://huggingface.co/madebyollin/sdxl-vae-fp16-fix on why.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from portfolio_core.engines.diffusion import Step
from portfolio_core.errors import EngineFailed
from portfolio_core.media.images import Pixels

log = logging.getLogger(__name__)

_BLACK = 1 / 255
_FLOAT32_BYTES = 4


@dataclass(frozen=True)
class Result:
    """Pictures that are pictures.

    Attributes:
        pictures: Each of shape (height, width, 3), uint8, RGB.
        hidden: For each whether the model's safety checker made it black.
        made_again: Whether they were made in float32 after a first try came to nothing.
    """

    pictures: tuple[Pixels, ...]
    hidden: tuple[bool, ...]
    made_again: bool = False


def retry_in_float32(
    pipes: Sequence[Any], make: Callable[[], Generator[Step, None, Any]], *, name: str
) -> Generator[Step, None, Result]:
    """Make pictures; if they are none, make them once more with all weights in float32.

    Args:
        pipes: The pipelines that ``make`` calls.
        make: Yields steps and returns a pipeline's output with ``output_type="np"``: images of
            shape (n, height, width, 3), 0 to 1. It makes its generators anew at each call.
        name: What the model is called in an error.

    Raises:
        EngineFailed: there are values that are no numbers in float32, too.
    """
    output = yield from make()
    again = not _sound(output) and any(_rounded(pipe) for pipe in pipes)
    if again:
        log.warning("what %s made is no picture: it is made again in float32", name)
        with _in_float32(pipes):
            output = yield from make()
    if not np.isfinite(output.images).all():
        log.error("%s makes values that are no numbers", name)
        raise EngineFailed(name)
    pictures = tuple((np.clip(output.images, 0, 1) * 255).round().astype(np.uint8))
    return Result(pictures, _hidden(output), again)


def _sound(output: Any) -> bool:  # noqa: ANN401 - a pipeline's
    """Return whether all are numbers and none is black that the safety checker did not hide."""
    shown = [
        image for image, hidden in zip(output.images, _hidden(output), strict=True) if not hidden
    ]
    return all(np.isfinite(image).all() and image.max() >= _BLACK for image in shown)


def _hidden(output: Any) -> tuple[bool, ...]:  # noqa: ANN401
    found = getattr(output, "nsfw_content_detected", None)
    return tuple(map(bool, found)) if found else (False,) * len(output.images)


def _weights(pipe: Any) -> Iterator[Any]:  # noqa: ANN401
    for part in pipe.components.values():
        if hasattr(part, "parameters"):
            yield from chain(part.parameters(), part.buffers())


def _rounded(pipe: Any) -> list[Any]:  # noqa: ANN401
    """Return the weights that have fewer than the 32 bits of float32."""
    return [w for w in _weights(pipe) if w.is_floating_point() and w.itemsize < _FLOAT32_BYTES]


@contextmanager
def _in_float32(pipes: Sequence[Any]) -> Iterator[None]:
    """Hold all weights in float32, which they fit into, and bring each back to what it was."""
    import torch

    before = [(weight, weight.dtype) for pipe in pipes for weight in _rounded(pipe)]
    try:
        for weight, _ in before:
            weight.data = weight.data.to(torch.float32)
        yield
    finally:
        for weight, dtype in before:
            weight.data = weight.data.to(dtype)
