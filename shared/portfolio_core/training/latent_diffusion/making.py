"""The whole way: autoencoder, latents, denoiser, judge, and a folder as on the Hub.

Every part is kept when it is done, and taken up where it was when it is started again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from portfolio_core.hardware import Hardware
from portfolio_core.training.latent_diffusion import (
    about_world,
    autoencoder,
    denoiser,
    judge,
    latents,
    pipeline,
    tokens,
)
from portfolio_core.training.latent_diffusion.drawing import SIDE
from portfolio_core.training.latent_diffusion.world import (
    EVERYTHING,
    Kinds,
    spare_words,
    words,
)

Module: TypeAlias = Any
"""A ``torch.nn.Module`` or a pipeline; torch and diffusers are imported late."""

JUDGE = "judge.safetensors"
_TOLD_EVERY = 50
_SHRINKS = 8  # the side of a picture to that of its latents


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        out: Where the pipeline goes.
        work: Where checkpoints and latents are kept meanwhile.
        coder: How the autoencoder is trained.
        decoder: How its decoder is trained alone, after that.
        plan: How the denoiser is trained.
        pool: Pictures that the denoiser learns from.
        judge_steps: Batches that the judge sees.
        coder_sizes: What the autoencoder is made of.
        sizes: What the denoiser is made of.
        kinds: What is drawn.
    """

    out: Path
    work: Path
    coder: autoencoder.Plan
    decoder: autoencoder.Plan
    plan: denoiser.Plan
    pool: int
    judge_steps: int
    coder_sizes: autoencoder.Sizes = field(default_factory=autoencoder.Sizes)
    sizes: denoiser.Sizes = field(default_factory=denoiser.Sizes)
    kinds: Kinds = EVERYTHING


def make(order: Order, machine: Hardware, say: Callable[[str], None]) -> Module:
    """Train everything, write the pipeline's folder, and return the pipeline.

    Args:
        order: What is to be made.
        machine: How many threads are used.
        say: Told how far it is.
    """
    import torch

    torch.set_num_threads(machine.threads)
    coder = autoencoder.fit(
        order.coder_sizes,
        order.coder,
        order.work / "autoencoder",
        kinds=order.kinds,
        note=_teller("autoencoder", order.coder.steps, say),
    )
    scenes = latents.scenes(order.pool, order.plan.seed, order.kinds)
    pool = latents.pool(coder, scenes, order.plan.seed, order.work / "pool")
    tokenizer = tokens.tokenizer([*words(), *spare_words()])
    learner = _learner(order, tokenizer)
    learner.fit(
        latents.scaled(coder, pool), scenes, note=_teller("denoiser", order.plan.steps, say)
    )
    told = _teller("decoder", order.decoder.steps, say)
    autoencoder.sharpen(coder, order.decoder, order.work / "decoder", kinds=order.kinds, note=told)
    pipe = pipeline.assemble(learner.averaged(), coder, tokenizer)
    pipeline.save(pipe, order.out)
    about_world.write(order.out, order.kinds)
    _judge(order, say)
    return pipe


def _learner(order: Order, tokenizer: tokens.Tokenizer) -> denoiser.Learner:
    import torch

    torch.manual_seed(order.plan.seed)
    channels, side = order.coder_sizes.latent, SIDE // _SHRINKS
    parts = denoiser.build(order.sizes, channels, side, len(tokenizer))
    return denoiser.Learner(parts, order.plan, order.sizes, tokenizer, order.work / "denoiser")


def _judge(order: Order, say: Callable[[str], None]) -> None:
    if not (order.out / JUDGE).exists():
        told = _teller("judge", order.judge_steps, say)
        judge.train(order.judge_steps, kinds=order.kinds, note=told).save(order.out / JUDGE)


def _teller(name: str, steps: int, say: Callable[[str], None]) -> Callable[[int, float], None]:
    def tell(step: int, loss: float) -> None:
        if step % _TOLD_EVERY == 0:
            say(f"{name}: {step} of {steps}, loss {loss:.3f}")

    return tell
