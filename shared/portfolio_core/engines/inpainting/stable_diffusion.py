"""Stable Diffusion made for inpainting: its network sees the picture around the hole.

Source: https://huggingface.co/docs/diffusers/using-diffusers/inpaint
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.engines.diffusion import loading
from portfolio_core.engines.inpainting import Abilities, Filling, Step, pipelines
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels


class StableDiffusionXl:
    """SDXL inpainting, 1024 pixels."""

    KEY: ClassVar[str] = "sdxl-inpainting"
    ABILITIES: ClassVar[Abilities] = Abilities(
        replaces=True,
        side=1024,
        enlarges=True,
        multiple=8,
        feather=4,
        steps=25,
        guidance=8.0,
        negative=True,
    )
    PIPELINE: ClassVar[str] = "StableDiffusionXLInpaintPipeline"

    def __init__(self, pipe: Any, revision: str) -> None:  # noqa: ANN401 - diffusers has no types
        """Use a pipeline; :meth:`load` reads one."""
        self._pipe = pipe
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Read the pipeline in ``folder``; see :class:`InpaintingEngine`."""
        if folder is None:
            raise EngineFailed(cls.KEY)
        pipe = loading.pipeline(folder, hardware, cls.PIPELINE, name=cls.KEY)
        return cls(pipe, pipelines.revision(cls.KEY))

    def fill(
        self, wanted: Filling, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Pixels]:
        """Draw what the prompt says into the hole; see :class:`InpaintingEngine`."""
        picture, hole = pipelines.images(wanted)
        wish, own = wanted.wish, self.ABILITIES
        arguments = {
            "prompt": wish.prompt,
            "negative_prompt": wish.negative_prompt,
            "image": picture,
            "mask_image": hole,
            "strength": 1.0,
            "num_inference_steps": wish.steps or own.steps,
            "guidance_scale": wish.guidance or own.guidance,
        }
        return pipelines.filled(self._pipe, wanted, arguments, name=self.KEY, check=check)


class StableDiffusion(StableDiffusionXl):
    """Stable Diffusion 1.5 inpainting, 512 pixels: for cards that are too small for SDXL."""

    KEY: ClassVar[str] = "sd-inpainting"
    ABILITIES: ClassVar[Abilities] = Abilities(
        replaces=True,
        side=512,
        enlarges=True,
        multiple=8,
        feather=4,
        steps=30,
        guidance=7.5,
        negative=True,
    )
    PIPELINE: ClassVar[str] = "StableDiffusionInpaintPipeline"
