"""A latent consistency model: Stable Diffusion 1.5 that draws in four steps, for a CPU.

It learnt to jump to the end from anywhere, so that a few steps are enough, and guidance is an
input of the network and costs nothing. What is left after so few steps is making a picture of
the latents: a tiny decoder does that in a fraction of the time of the model's own.

Source: Luo et al., "Latent Consistency Models", 2023, https://arxiv.org/abs/2310.04378, and
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


class LcmEngine(WeighingEngine):
    """LCM Dreamshaper v7 with TAESD as its decoder."""

    KEY: ClassVar[str] = "lcm-dreamshaper-v7"
    abilities: ClassVar[Abilities] = Abilities(
        side=512,
        multiple=8,
        smallest=256,
        largest=768,
        steps=4,
        most_steps=8,
        guidance=8.0,
        schedulers=("lcm",),
        negative=False,
        weighs=True,
    )

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Open the pipeline in ``folder``, with the tiny decoder in a folder inside it."""
        if folder is None:
            raise HubUnreachable(cls.KEY)
        dtype = half_on_gpu(hardware)
        vae = loading.part("AutoencoderTiny", folder / _VAE, hardware, name=cls.KEY, dtype=dtype)
        pipe = loading.pipeline(folder, hardware, name=cls.KEY, dtype=dtype, vae=vae)
        return cls(pipe, pinned(cls.KEY))
