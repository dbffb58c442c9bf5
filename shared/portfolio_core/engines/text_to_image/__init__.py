"""Text to image: what an engine of this task is, and what it is asked.

An engine draws step by step, so that a caller can show how far it is, what it looks like by
then, and stop. The same request gives the same picture, alone or beside others.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, Self

from portfolio_core.engines.diffusion import Step as Step
from portfolio_core.engines.diffusion.seeds import SEEDS as SEEDS
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

TASK = "text-to-image"


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


class TextToImageEngine(Protocol):
    """An engine that draws."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    abilities: Abilities
    """What it can be asked for."""
    revision: str
    """Commit of its weights, or the checksum of what was trained here."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Make it ready to draw.

        Args:
            folder: Its weights, checked; none for an engine that needs no download.
            hardware: Where it runs.
            fetch: Brings a file that is fetched only when asked for.

        Raises:
            MissingDependency: a package is not installed.
            EngineFailed: a file of the folder cannot be read.
        """
        ...

    def draw(
        self, wanted: ImageRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Drawn]:
        """Yield each step, and each picture when it is done.

        Args:
            wanted: What to draw.
            check: Called at each step; what it raises ends the work within two steps.
        """
        ...
