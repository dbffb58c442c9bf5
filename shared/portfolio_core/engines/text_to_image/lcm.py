"""Stable Diffusion 1.5 in four steps, for a CPU.

A LoRA that was distilled from it makes it a latent consistency model: it jumps to the end from
anywhere, so that a few steps are enough, without guidance. What is left after so few steps is
making a picture of the latents, and a tiny decoder does that in a fraction of the time.

Source: Luo et al., "LCM-LoRA", 2023, https://arxiv.org/abs/2311.05556, and
https://github.com/madebyollin/taesd
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

from portfolio_core.engines.diffusion import loading
from portfolio_core.engines.text_to_image import Abilities
from portfolio_core.engines.text_to_image.pipeline import WeighingEngine, half_on_gpu, pinned
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware

_VAE = "taesd"
_LORA = Path("lcm", "pytorch_lora_weights.safetensors")


class LcmEngine(WeighingEngine):
    """Stable Diffusion 1.5 with LCM-LoRA, and TAESD as its decoder."""

    KEY: ClassVar[str] = "sd15-lcm"
    abilities: ClassVar[Abilities] = Abilities(
        side=512,
        multiple=8,
        smallest=256,
        largest=768,
        steps=4,
        most_steps=8,
        guidance=1.0,
        schedulers=("lcm",),
        negative=False,  # without guidance there is nothing to lead away from
        weighs=True,
    )

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Open the pipeline in ``folder``, with LoRA and decoder in folders inside it."""
        if folder is None:
            raise HubUnreachable(cls.KEY)
        dtype = half_on_gpu(hardware)
        vae = loading.part("AutoencoderTiny", folder / _VAE, hardware, name=cls.KEY, dtype=dtype)
        pipe = loading.pipeline(
            folder, hardware, name=cls.KEY, dtype=dtype, vae=vae, lora=folder / _LORA
        )
        return cls(pipe, pinned(cls.KEY))
