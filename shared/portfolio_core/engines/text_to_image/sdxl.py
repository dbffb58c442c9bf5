"""Stable Diffusion XL, with its refiner for the last steps.

The two are experts of their share of the noise: the base hands its latents over while they are
still noisy, and the refiner, which learnt on little noise only, ends them. Both draw from one
seed, so that a picture can be seen with the refiner and without.

Source: Podell et al., "SDXL", 2023, https://arxiv.org/abs/2307.01952, section 2.5, and
https://huggingface.co/docs/diffusers/using-diffusers/sdxl#base--refiner-model
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.engines.diffusion import Step, loading, prompts, running, seeds
from portfolio_core.engines.text_to_image import Abilities, ImageRequest
from portfolio_core.engines.text_to_image.pipeline import (
    WeighingEngine,
    half_on_gpu,
    negative_of,
    pinned,
)
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware, product_type

_REFINER = Path("refiner", "sd_xl_refiner_1.0.safetensors")
_VAE = "vae_fp16"

REFINER_UNET: Mapping[str, Any] = {
    "sample_size": 128,
    "block_out_channels": [384, 768, 1536, 1536],
    "down_block_types": [
        "DownBlock2D",
        "CrossAttnDownBlock2D",
        "CrossAttnDownBlock2D",
        "DownBlock2D",
    ],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "attention_head_dim": [6, 12, 24, 24],
    "transformer_layers_per_block": 4,
    "cross_attention_dim": 1280,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2560,
}
"""Configuration of the refiner's network.

Source: https://github.com/Stability-AI/generative-models/blob/main/configs/inference/sd_xl_refiner.yaml
"""


class SdxlEngine(WeighingEngine):
    """SDXL base 1.0 and refiner 1.0."""

    KEY: ClassVar[str] = "sdxl"
    abilities: ClassVar[Abilities] = Abilities(
        side=1024,
        multiple=8,
        smallest=512,
        largest=2048,
        steps=30,
        most_steps=50,
        guidance=5.0,
        schedulers=("euler", "euler-a", "dpmpp-2m", "dpmpp-2m-karras", "unipc", "ddim"),
        refines=True,
        weighs=True,
    )

    def __init__(self, pipe: Any, refiner: Any, revision: str) -> None:  # noqa: ANN401
        """Take both pipelines and the commit of the base's weights."""
        super().__init__(pipe, revision)
        self._refiner = refiner

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Open the base, and with parts of it the refiner, in a folder inside the base's."""
        if folder is None:
            raise HubUnreachable(cls.KEY)
        dtype = half_on_gpu(hardware) or product_type(hardware)
        how: dict[str, Any] = {"name": cls.KEY, "dtype": dtype}
        # SDXL's own VAE overflows in float16; this one was trained on until it does not.
        vae = loading.part("AutoencoderKL", folder / _VAE, hardware, **how)
        base = loading.pipeline(folder, hardware, vae=vae, add_watermarker=False, **how)
        refiner = loading.assembled(
            "StableDiffusionXLImg2ImgPipeline",
            hardware,
            beside=(base,),
            unet=loading.unet(folder / _REFINER, REFINER_UNET, **how),
            vae=vae,
            text_encoder=None,
            tokenizer=None,
            text_encoder_2=base.text_encoder_2,
            tokenizer_2=base.tokenizer_2,
            scheduler=base.scheduler,
            requires_aesthetics_score=True,
            force_zeros_for_empty_prompt=False,
            add_watermarker=False,
        )
        return cls(base, refiner, pinned(cls.KEY))

    @property
    def pipes(self) -> tuple[Any, ...]:
        """The base and the refiner."""
        return (self._pipe, self._refiner)

    def make(
        self, wanted: ImageRequest, seed: int, check: Callable[[], None]
    ) -> Generator[Step, None, Any]:
        """Draw with the base, and with the refiner from the share of steps that is wanted."""
        if not self._both_work(wanted):
            return (yield from super().make(wanted, seed, check))
        how: dict[str, Any] = {"name": self.KEY, "check": check, "preview": True}
        generator = seeds.generators(seed)[0]
        base = {
            **self.arguments(wanted),
            "generator": generator,
            "denoising_end": wanted.refine_from,
            "output_type": "latent",
        }
        begun = yield from _as_share(running.run(self._pipe, base, **how), 0, wanted.steps)
        read = prompts.read(self._refiner, wanted.prompt, negative_of(wanted))
        refiner = {
            **read,
            "image": begun.images,
            "generator": generator,
            "denoising_start": wanted.refine_from,
            "num_inference_steps": wanted.steps,
            "guidance_scale": wanted.guidance,
            "output_type": "np",
        }
        done = self._pipe.num_timesteps
        ended = running.run(self._refiner, refiner, **how)
        return (yield from _as_share(ended, done, wanted.steps))

    def _both_work(self, wanted: ImageRequest) -> bool:
        """Return whether the share leaves at least a step to either; else the base does all."""
        if wanted.refine_from is None:
            return False
        scheduler = self._pipe.scheduler
        scheduler.set_timesteps(wanted.steps)
        last = round(scheduler.config.num_train_timesteps * (1 - wanted.refine_from))
        steps = [float(time) >= last for time in scheduler.timesteps]
        return any(steps) and not all(steps)


def _as_share(
    steps: Generator[Step, None, Any], before: int, total: int
) -> Generator[Step, None, Any]:
    """Yield the steps of one expert as steps of both."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value
        done = before + step.done
        yield replace(step, done=done, total=max(done, total))
