"""The autoencoder: between pictures and latents of an eighth of their side.

It is diffusers' ``AutoencoderTiny`` with few blocks where the map is large, for that is where a
convolution's time goes, and many in the decoder where it is small: a face is nine pixels of the
latents, and is drawn by what sees all of them. Four fifths of its steps see crops, which cost a
quarter and hold as much of what is hard to draw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion.drawing import SIDE, draw
from portfolio_core.training.latent_diffusion.saving import Saved
from portfolio_core.training.latent_diffusion.schedule import rate_at
from portfolio_core.training.latent_diffusion.world import EVERYTHING, Kinds, seen_scene

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

_CROP = 64
_CROPPED_SHARE = 0.8  # of the steps
_NOISE = 0.1  # added to the latents, which makes neighbours of them pictures, too
_SIZE_WEIGHT = 1e-3
_FAR = 1_000_000  # the decoder alone sees other pictures than both together
_EDGE_WEIGHT = 0.5
_SQUARE_WEIGHT = 2.0  # eyes are few pixels, and far off when they are left out


@dataclass(frozen=True)
class Sizes:
    """What the autoencoder is made of.

    Attributes:
        channels: Of every level.
        latent: Channels of the latents.
        blocks: Of the encoder's levels, the finest first; each but the first halves the side.
        decoder_blocks: Of the decoder's levels, the coarsest first.
    """

    channels: int = 32
    latent: int = 8
    blocks: tuple[int, ...] = (1, 2, 3, 3)
    decoder_blocks: tuple[int, ...] = (8, 6, 3, 1)


@dataclass(frozen=True)
class Plan:
    """How it is trained.

    Attributes:
        steps: Batches.
        batch: Crops in a batch; of whole pictures, half as many.
        rate: Highest learning rate of AdamW.
        seed: Of the weights and of every choice.
        half: Whether products are in bfloat16.
    """

    steps: int
    batch: int = 8
    rate: float = 1e-3
    seed: int = 0
    half: bool = True


def build(sizes: Sizes) -> Module:
    """Return an ``AutoencoderTiny`` with random weights."""
    from diffusers import AutoencoderTiny

    channels = (sizes.channels,) * len(sizes.blocks)
    return AutoencoderTiny(
        encoder_block_out_channels=channels,
        decoder_block_out_channels=channels,
        num_encoder_blocks=sizes.blocks,
        num_decoder_blocks=sizes.decoder_blocks,
        latent_channels=sizes.latent,
    )


def fit(
    sizes: Sizes,
    plan: Plan,
    folder: Path,
    *,
    kinds: Kinds = EVERYTHING,
    every: int = 200,
    note: Callable[[int, float], None] = lambda _step, _loss: None,
) -> Module:
    """Return a trained autoencoder; started again after a kill, it goes on from its checkpoint.

    Args:
        sizes: What it is made of.
        plan: How it is trained.
        folder: Where its checkpoints are kept.
        kinds: What the pictures show.
        every: Steps between checkpoints.
        note: Told the step and its loss.
    """
    import torch

    torch.manual_seed(plan.seed)
    model = build(sizes).train()
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.0, betas=(0.9, 0.99))
    saved = Saved(folder, [model], [optimizer], [sizes, plan])
    for step in range(saved.resume() + 1, plan.steps + 1):
        torch.manual_seed(plan.seed * 1_000_003 + step)
        pictures = _pictures(plan, step, kinds, cropped=step <= plan.steps * _CROPPED_SHARE)
        with torch.autocast("cpu", torch.bfloat16, enabled=plan.half):
            latents = model.encode(pictures).latents
        loss = _loss(model, latents, pictures, half=plan.half)
        loss = loss + _SIZE_WEIGHT * latents.float().square().mean()
        _learn(model, optimizer, loss, rate_at(step, plan.steps, plan.rate))
        note(step, loss.item())
        if step % every == 0 or step == plan.steps:
            saved.save(step)
    return model.eval()


def sharpen(
    model: Module,
    plan: Plan,
    folder: Path,
    *,
    kinds: Kinds = EVERYTHING,
    every: int = 200,
    note: Callable[[int, float], None] = lambda _step, _loss: None,
) -> None:
    """Train the decoder of ``model`` alone: its latents stay what they are; see :func:`fit`."""
    import torch

    decoder = model.decoder.train()
    optimizer = torch.optim.AdamW(decoder.parameters(), weight_decay=0.0, betas=(0.9, 0.99))
    saved = Saved(folder, [decoder], [optimizer], [plan])
    for step in range(saved.resume() + 1, plan.steps + 1):
        torch.manual_seed(plan.seed * 1_000_003 + step)
        pictures = _pictures(plan, step + _FAR, kinds, cropped=False)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=plan.half):
            latents = model.encode(pictures).latents
        loss = _loss(model, latents, pictures, half=plan.half)
        _learn(decoder, optimizer, loss, rate_at(step, plan.steps, plan.rate, last=0.8))
        note(step, loss.item())
        if step % every == 0 or step == plan.steps:
            saved.save(step)
    decoder.eval()


def to_tensor(pictures: Pixels) -> Tensor:
    """Return pictures, (n, height, width, 3) uint8, as (n, 3, height, width) in [-1, 1]."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))) / 127.5 - 1


def _pictures(plan: Plan, step: int, kinds: Kinds, *, cropped: bool) -> Tensor:
    random = np.random.default_rng((plan.seed, 1, step))
    count = plan.batch if cropped else plan.batch // 2
    pictures = [draw(seen_scene(random, kinds), random) for _ in range(count)]
    if cropped:
        pictures = [_crop(picture, random) for picture in pictures]
    return to_tensor(np.stack(pictures))


def _crop(picture: Pixels, random: np.random.Generator) -> Pixels:
    y, x = random.integers(SIDE - _CROP + 1, size=2)
    return picture[y : y + _CROP, x : x + _CROP]


def _loss(model: Module, latents: Tensor, pictures: Tensor, *, half: bool) -> Tensor:
    """Return how the pictures of ``latents``, with noise, differ in colours and in edges."""
    import torch

    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        noise = torch.randn_like(latents) * _NOISE
        drawn = model.decode(latents + noise).sample
    wrong = drawn.float() - pictures
    edges = wrong.diff(dim=2).abs().mean() + wrong.diff(dim=3).abs().mean()
    return wrong.abs().mean() + _EDGE_WEIGHT * edges + _SQUARE_WEIGHT * wrong.square().mean()


def _learn(model: Module, optimizer: Module, loss: Tensor, rate: float) -> None:
    import torch

    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()
