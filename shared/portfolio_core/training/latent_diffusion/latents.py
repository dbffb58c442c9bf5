"""A fixed pool of drawn pictures as latents, made once, so that the denoiser never convolves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.files import write_atomically
from portfolio_core.training.latent_diffusion.autoencoder import to_tensor
from portfolio_core.training.latent_diffusion.drawing import draw
from portfolio_core.training.latent_diffusion.world import (
    BACKGROUNDS,
    BESIDE,
    EVERYTHING,
    Kinds,
    Scene,
    seen_scene,
)

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

_AT_ONCE = 32
_FILE = "latents.safetensors"
_HALF = 0.5


def scenes(count: int, seed: int, kinds: Kinds = EVERYTHING) -> list[Scene]:
    """Return the pool's scenes, the same for the same ``seed``."""
    random = np.random.default_rng((seed, 2))
    return [seen_scene(random, kinds) for _ in range(count)]


def pool(
    autoencoder: Module,
    wanted: Sequence[Scene],
    seed: int,
    folder: Path,
) -> Tensor:
    """Return the latents of one picture of each scene, shape (n, channels, 16, 16), float32.

    They are kept in ``folder`` and made once. They are as the autoencoder makes them, without its
    ``scaling_factor``.
    """
    import torch
    from safetensors.torch import load, save

    if (folder / _FILE).exists():
        return load((folder / _FILE).read_bytes())["latents"].float()
    parts = []
    for pictures in _drawn(wanted, seed):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            parts.append(autoencoder.encode(to_tensor(pictures)).latents.half())
    latents = torch.cat(parts).clone()
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / _FILE, save({"latents": latents}))
    return latents.float()


def scaled(autoencoder: Module, latents: Tensor) -> Tensor:
    """Return ``latents`` with a standard deviation of 1, and let the autoencoder know by what."""
    scale = 1 / latents.std().item()
    autoencoder.register_to_config(scaling_factor=scale)
    return latents * scale


def exchanged(
    latents: Tensor, scenes: Sequence[Scene], random: np.random.Generator
) -> tuple[Tensor, list[Scene]]:
    """Let half of the pairs change their places, so that a pair does not tell who stands where.

    Two things lie in two halves of the latents, and the background is the same in both, or the
    pair is left as it is. No combination that is held out comes from it.

    Args:
        latents: Shape (n, channels, side, side).
        scenes: What they show.
        random: Chooses the half.
    """
    import torch

    made, told = latents.clone(), list(scenes)
    for number, scene in enumerate(scenes):
        other = _exchanged(scene)
        if random.random() < _HALF and other:
            side = -1 if scene.layout == BESIDE else -2
            made[number] = torch.roll(latents[number], latents.shape[-1] // 2, dims=side)
            told[number] = other
    return made, told


def _exchanged(scene: Scene) -> Scene | None:
    top, bottom = BACKGROUNDS[scene.background]
    if scene.second is None or (scene.layout != BESIDE and top != bottom):
        return None
    other = replace(scene, first=scene.second, second=scene.first)
    return None if other.held_out else other


def _drawn(wanted: Sequence[Scene], seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng((seed, 3))
    for start in range(0, len(wanted), _AT_ONCE):
        yield np.stack([draw(scene, random) for scene in wanted[start : start + _AT_ONCE]])
