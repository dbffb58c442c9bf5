"""Qwen-Image with InstantX's ControlNet for inpainting: long prompts, and text in the picture.

Source: https://huggingface.co/InstantX/Qwen-Image-ControlNet-Inpainting
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.engines.diffusion import loading
from portfolio_core.engines.inpainting import Abilities, Filling, Step, pipelines
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

CONTROLNET_PART = "controlnet"
"""Folder of the ControlNet's weights inside the model's own."""
_NOTHING = " "  # what its authors send for an empty prompt


class QwenImageInpainting:
    """Draws what a prompt in English or Chinese says; 20 billion weights."""

    KEY: ClassVar[str] = "qwen-image-inpainting"
    ABILITIES: ClassVar[Abilities] = Abilities(
        replaces=True,
        side=1328,
        enlarges=True,
        multiple=16,
        feather=4,
        steps=30,
        guidance=4.0,
        negative=True,
    )

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
        """Read the model in ``folder`` and its ControlNet; see :class:`InpaintingEngine`."""
        if folder is None:
            raise EngineFailed(cls.KEY)
        controlnet = loading.part(
            "QwenImageControlNetModel", folder / CONTROLNET_PART, hardware, name=cls.KEY
        )
        pipe = loading.pipeline(
            folder,
            hardware,
            "QwenImageControlNetInpaintPipeline",
            name=cls.KEY,
            controlnet=controlnet,
        )
        return cls(pipe, pipelines.revision(cls.KEY))

    def fill(
        self, wanted: Filling, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Pixels]:
        """Draw what the prompt says into the hole; see :class:`InpaintingEngine`."""
        picture, hole = pipelines.images(wanted)
        wish, own = wanted.wish, self.ABILITIES
        arguments = {
            "prompt": wish.prompt or _NOTHING,
            "negative_prompt": wish.negative_prompt or _NOTHING,
            "control_image": picture,
            "control_mask": hole,
            "controlnet_conditioning_scale": 1.0,
            "num_inference_steps": wish.steps or own.steps,
            "true_cfg_scale": wish.guidance or own.guidance,
        }
        return pipelines.filled(self._pipe, wanted, arguments, name=self.KEY, check=check)
