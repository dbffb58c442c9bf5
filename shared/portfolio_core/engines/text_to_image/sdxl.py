"""Stable Diffusion XL, with its refiner for the last steps.

The two are experts of their share of the noise: the base hands its latents over while they are
still noisy, and the refiner, which learnt on little noise only, ends them. Both draw from one
seed, so that a picture can be seen with the refiner and without.

Source: Podell et al., "SDXL", 2023, https://arxiv.org/abs/2307.01952, section 2.5, and
https://huggingface.co/docs/diffusers/using-diffusers/sdxl#base--refiner-model
"""

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.engines.diffusion import Step, loading, prompts, running, seeds
from portfolio_core.engines.text_to_image import Abilities, ImageRequest
from portfolio_core.engines.text_to_image.pipeline import WeighingEngine, half_on_gpu, pinned
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware

_REFINER = "refiner"
_VAE = "vae_fp16"


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
        """Open both; the refiner is in a folder inside the base's, as a VAE for float16 is."""
        if folder is None:
            raise HubUnreachable(cls.KEY)
        how: dict[str, Any] = {"name": cls.KEY, "dtype": half_on_gpu(hardware)}
        # SDXL's own VAE overflows in float16; this one was trained on until it does not.
        vae = loading.part("AutoencoderKL", folder / _VAE, hardware, **how)
        base = loading.pipeline(folder, hardware, vae=vae, add_watermarker=False, **how)
        refiner = loading.pipeline(
            folder / _REFINER,
            hardware,
            beside=(base,),
            vae=vae,
            text_encoder_2=base.text_encoder_2,
            tokenizer_2=base.tokenizer_2,
            add_watermarker=False,
            **how,
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
        read = prompts.read(self._refiner, wanted.prompt, wanted.negative_prompt)
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
