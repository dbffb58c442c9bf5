"""Text to image: what an engine of this task is, and what it is asked.

An engine draws step by step, so that a caller can show how far it is, what it looks like by
then, and stop. The same request gives the same picture, alone or beside others.
"""

import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from portfolio_core.engine import Engine
from portfolio_core.engines.diffusion import Step as Step
from portfolio_core.engines.diffusion.seeds import SEEDS as SEEDS
from portfolio_core.errors import (
    DrawingTooLarge,
    EmptyText,
    InvalidInput,
    NumberOutOfRange,
    SizeNotMultiple,
    TextTooLong,
    UnknownChoice,
)
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean

TASK = "text-to-image"
GUIDANCE = 30
"""Largest guidance scale."""


@dataclass(frozen=True)
class Abilities:
    """What an engine can be asked for, and what it does when it is not told.

    Attributes:
        side: Width and height it was trained for, in pixels.
        multiple: Width and height are multiples of this many pixels.
        smallest: Smallest width and height, in pixels.
        largest: Largest width and height, in pixels.
        steps: Steps it takes when nobody says otherwise.
        most_steps: Most steps.
        guidance: Guidance scale when nobody says otherwise; 0 or 1 means none.
        schedulers: Keys of the schedulers it can use, the usual one first.
        negative: Whether a negative prompt changes anything.
        refines: Whether a refiner can take over the last steps.
        weighs: Whether it follows weights in the prompt, ``(word:1.3)``.
        languages: ISO 639-1 codes of the prompts it understands.
    """

    side: int
    multiple: int
    smallest: int
    largest: int
    steps: int
    most_steps: int
    guidance: float
    schedulers: tuple[str, ...]
    negative: bool = True
    refines: bool = False
    weighs: bool = False
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True)
class ImageRequest:
    """What to draw, checked and ready.

    Attributes:
        prompt: What is to be seen.
        negative_prompt: What is not to be seen; may be empty.
        width: In pixels, a multiple of the engine's.
        height: The same.
        steps: Denoising steps, from 1.
        guidance: How closely to follow the prompt; up to 1 without guidance.
        scheduler: Key of one of the engine's schedulers.
        seed: Of the first picture; the next has the next.
        count: Pictures.
        refine_from: Share of the steps after which the refiner takes over, from 0 to 1;
            none = no refiner.
    """

    prompt: str
    negative_prompt: str
    width: int
    height: int
    steps: int
    guidance: float
    scheduler: str
    seed: int
    count: int = 1
    refine_from: float | None = None


@dataclass(frozen=True)
class Note:
    """Something a visitor should know of a picture: a code that a page can translate.

    Attributes:
        code: ``"outside_world"``, ``"prompt_cut"``, ``"made_again"``, ``"hidden"``.
        fields: What its text is filled in with.
    """

    code: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """One picture.

    Attributes:
        index: Its place, from 0.
        seed: Its own seed: asked for with this and a count of 1 it comes out the same.
        rgb: Shape (height, width, 3), uint8, RGB.
        notes: What a visitor should know.
    """

    index: int
    seed: int
    rgb: Pixels
    notes: tuple[Note, ...] = ()


class TextToImageEngine(Engine, Protocol):
    """An engine that draws."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    abilities: ClassVar[Abilities]
    """What it can be asked for; known before it is loaded."""

    def draw(
        self, wanted: ImageRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Drawn]:
        """Yield each step, and each picture when it is done.

        Args:
            wanted: What to draw.
            check: Called at each step; what it raises ends the work within two steps.
        """
        ...


def request(form: Mapping[str, object], *, abilities: Abilities, limits: Limits) -> ImageRequest:
    """Check a caller's values, whatever their types, and return them as a request.

    Args:
        form: The fields of :class:`ImageRequest` by name. One that is left out, or none, is what
            the engine does best; without a seed a new one is drawn.
        abilities: The engine's.
        limits: What a caller may ask for.

    Raises:
        InvalidInput: a prompt is no text.
        EmptyText: there is no prompt.
        TextTooLong: a prompt is over the limit.
        NumberOutOfRange: a number is none, not finite, or outside of its range.
        SizeNotMultiple: width or height is one that the model cannot draw.
        DrawingTooLarge: the picture has too many pixels.
        UnknownChoice: there is no such scheduler, or no refiner.
    """
    prompt = _prompt(form.get("prompt"), limits)
    if not prompt:
        raise EmptyText
    width, height = (_side(name, form.get(name), abilities) for name in ("width", "height"))
    if width * height > limits.draw_pixels:
        raise DrawingTooLarge(width, height, limits.draw_pixels)
    most_steps = min(abilities.most_steps, limits.draw_steps)
    return ImageRequest(
        prompt=prompt,
        negative_prompt=_prompt(form.get("negative_prompt"), limits),
        width=width,
        height=height,
        steps=_whole("steps", form.get("steps"), min(abilities.steps, most_steps), 1, most_steps),
        guidance=_number("guidance", form.get("guidance"), abilities.guidance, 0, GUIDANCE),
        scheduler=_scheduler(form.get("scheduler"), abilities.schedulers),
        seed=_whole("seed", form.get("seed"), secrets.randbelow(SEEDS), 0, SEEDS - 1),
        count=_whole("count", form.get("count"), 1, 1, limits.draw_pictures),
        refine_from=_refine_from(form.get("refine_from"), abilities),
    )


def _prompt(text: object, limits: Limits) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise InvalidInput
    if len(text) > limits.draw_prompt_characters:
        raise TextTooLong(len(text), limits.draw_prompt_characters)
    return clean(text)


def _side(name: str, value: object, abilities: Abilities) -> int:
    low, high, multiple = abilities.smallest, abilities.largest, abilities.multiple
    side = _whole(name, value, abilities.side, low, high)
    if side % multiple:
        below = side // multiple * multiple
        near = [near for near in (below, below + multiple) if low <= near <= high]
        raise SizeNotMultiple(name, value, multiple, ", ".join(map(str, near)))
    return side


def _whole(name: str, value: object, usual: int, low: int, high: int) -> int:
    number = _number(name, value, usual, low, high)
    if number != int(number):
        raise NumberOutOfRange(name, value, low, high)
    return int(number)


def _number(name: str, value: object, usual: float, low: float, high: float) -> float:
    if value is None:
        return usual
    # A truth value is an int to Python, and NaN fails every comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise NumberOutOfRange(name, value, low, high)
    return value


def _scheduler(value: object, schedulers: tuple[str, ...]) -> str:
    if value is None:
        return schedulers[0]
    if not isinstance(value, str) or value not in schedulers:
        raise UnknownChoice("scheduler", value, schedulers)
    return value


def _refine_from(value: object, abilities: Abilities) -> float | None:
    if value is None:
        return None
    if not abilities.refines:
        raise UnknownChoice("refine_from", value, ["none"])
    return float(_number("refine_from", value, math.nan, 0, 1))
