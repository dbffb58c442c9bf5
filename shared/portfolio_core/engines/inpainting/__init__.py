"""Inpainting: what an engine of this task is, and what it is asked.

An engine fills the hole of a part of a picture. What part that is, and that nothing outside the
mask changes, is the work of :mod:`composing`, the same for all engines.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engine import Engine
from portfolio_core.engines.diffusion import Step as Step
from portfolio_core.engines.diffusion.seeds import SEEDS as SEEDS
from portfolio_core.errors import (
    InvalidInput,
    NumberOutOfRange,
    TextTooLong,
    UnknownChoice,
)
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits

TASK = "inpainting"
ERASING = "erasing"
"""Task of the engines that need no prompt and answer in seconds."""
METHODS = ("auto", "erase", "replace")
"""``erase``: continue what is around the mask. ``replace``: draw what the prompt says, or what the
model thinks fits. ``auto``: replace where there is a prompt and a model that follows it."""
MOST_GROW = 256
"""Pixels by which a mask is grown or shrunk at most."""
MOST_FEATHER = 128
"""Pixels over which a mask is feathered at most."""
MOST_GUIDANCE = 30

Mask = npt.NDArray[np.bool_]
"""What may change, shape (height, width), bool."""


@dataclass(frozen=True)
class Abilities:
    """What an engine can be asked for, and how it wants its pictures.

    Attributes:
        replaces: Whether it draws something new; otherwise it continues what is around.
        side: Longest side of a picture that it works on, in pixels; larger ones are made smaller.
        enlarges: Whether smaller ones are made larger, as it was trained for that side.
        multiple: Width and height are multiples of this many pixels.
        feather: Pixels over which its colours are led into those around, when nobody says
            otherwise.
        steps: Steps it takes when nobody says otherwise; 0 where it has none.
        guidance: How closely it follows the prompt when nobody says otherwise.
        negative: Whether a negative prompt changes anything.
    """

    replaces: bool
    side: int
    enlarges: bool = False
    multiple: int = 1
    feather: int = 0
    steps: int = 0
    guidance: float = 0.0
    negative: bool = False


@dataclass(frozen=True)
class Wish:
    """What is to become of the masked part, checked. Make it with :func:`request`.

    Attributes:
        method: One of :data:`METHODS`.
        prompt: What is to be seen there; may be empty.
        negative_prompt: What is not to be seen; may be empty.
        steps: Denoising steps; none = the engine's own.
        guidance: How closely to follow the prompt; none = the engine's own.
        seed: Of all that is random.
    """

    method: str
    prompt: str
    negative_prompt: str
    steps: int | None
    guidance: float | None
    seed: int


@dataclass(frozen=True)
class Tools:
    """What is done to a mask before it is used, in this order. Make it with :func:`tools`.

    Attributes:
        invert: Change what is not marked, and keep what is.
        fill_holes: Take in what is marked all around.
        grow: Pixels by which it grows to all sides; negative: by which it shrinks.
    """

    invert: bool = False
    fill_holes: bool = False
    grow: int = 0


@dataclass(frozen=True)
class Filling:
    """A part of a picture with a hole, as an engine gets it.

    Attributes:
        rgb: Shape (height, width, 3), uint8.
        hole: Shape (height, width); somewhere True and somewhere False.
        wish: What is to become of it; steps and guidance are the engine's own where not said.
    """

    rgb: Pixels
    hole: Mask
    wish: Wish


class InpaintingEngine(Engine, Protocol):
    """An engine that fills holes."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    ABILITIES: ClassVar[Abilities]
    """What it can be asked for."""

    def fill(
        self, wanted: Filling, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Pixels]:
        """Yield each step, and in the end the part, filled: the same shape, uint8.

        Args:
            wanted: What to fill. Its sides are multiples of the engine's.
            check: Called at each step; what it raises ends the work within two steps.
        """
        ...


def request(
    *,
    prompt: object,
    negative_prompt: object,
    method: object,
    steps: object,
    guidance: object,
    seed: object,
    limits: Limits,
) -> Wish:
    """Check a caller's values, whatever their types, and return them as a wish.

    Args:
        prompt: Text.
        negative_prompt: Text.
        method: One of :data:`METHODS`.
        steps: From 1 to the limit; 0 = the engine's own.
        guidance: From 1 to :data:`MOST_GUIDANCE`; 0 = the engine's own.
        seed: A whole number from 0 to :data:`SEEDS`, without it.
        limits: What a caller may ask for.

    Raises:
        InvalidInput: a prompt is no text.
        TextTooLong: a prompt is over the limit.
        UnknownChoice: there is no such method.
        NumberOutOfRange: a number is outside its range.
    """
    if method not in METHODS:
        raise UnknownChoice("method", method, METHODS)
    return Wish(
        method=str(method),
        prompt=_text(prompt, limits),
        negative_prompt=_text(negative_prompt, limits),
        steps=whole("steps", steps, 0, limits.draw_steps) or None,
        guidance=_guidance(guidance),
        seed=whole("seed", seed, 0, SEEDS - 1),
    )


def tools(*, invert: object, fill_holes: object, grow: object) -> Tools:
    """Check a caller's values, whatever their types, and return them.

    Raises:
        InvalidInput: a switch is neither on nor off.
        NumberOutOfRange: ``grow`` is no whole number from -256 to 256.
    """
    if not isinstance(invert, bool) or not isinstance(fill_holes, bool):
        raise InvalidInput
    return Tools(invert, fill_holes, whole("grow", grow, -MOST_GROW, MOST_GROW))


def whole(name: str, given: Any, low: int, high: int) -> int:  # noqa: ANN401 - whatever was sent
    """Return a caller's number, if it is a whole one from ``low`` to ``high``.

    Raises:
        NumberOutOfRange: it is not.
    """
    if not _is_number(given) or not low <= given <= high or int(given) != given:
        raise NumberOutOfRange(name, given, low, high)
    return int(given)


def _guidance(given: Any) -> float | None:  # noqa: ANN401 - whatever a caller sent
    if not _is_number(given) or not (given == 0 or 1 <= given <= MOST_GUIDANCE):
        raise NumberOutOfRange("guidance", given, 1, MOST_GUIDANCE)
    return float(given) or None


def _is_number(given: object) -> bool:
    # bool is an int to Python; NaN fails every comparison.
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return isinstance(given, int) or math.isfinite(given)


def _text(given: object, limits: Limits) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise InvalidInput
    if len(given) > limits.draw_prompt_characters:
        raise TextTooLong(len(given), limits.draw_prompt_characters)
    return " ".join(given.split())
