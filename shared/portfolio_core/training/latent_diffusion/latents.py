"""A fixed pool of drawn pictures as latents, made once, so that the denoiser never convolves."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.files import write_atomically
from portfolio_core.training.latent_diffusion.autoencoder import to_tensor
from portfolio_core.training.latent_diffusion.drawing import draw
from portfolio_core.training.latent_diffusion.world import EVERYTHING, Kinds, Scene, seen_scene

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

_AT_ONCE = 32
_FILE = "latents.safetensors"


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


def _drawn(wanted: Sequence[Scene], seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng((seed, 3))
    for start in range(0, len(wanted), _AT_ONCE):
        yield np.stack([draw(scene, random) for scene in wanted[start : start + _AT_ONCE]])
