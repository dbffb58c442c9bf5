"""What a picture looks like while it is made: its latents through a linear map to colours.

A pixel of the latents stands for a square of the picture, and its colour is nearly linear in
them. The map is fitted once per VAE, on latents that its own encoder makes of coloured squares;
no table for each model is needed, and a preview costs nothing against a step.

Source of the idea: Kevin Turner, "Decoding latents to RGB without upscaling", 2022,
https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204
"""

import weakref
from typing import Any

import numpy as np

from portfolio_core.media.images import Pixels

_SQUARES = 8  # coloured squares on a side of the picture that the map is fitted on,
_SIDE = 16  # and the side of each in pixels: two of the latents of Stable Diffusion
_MAPS: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()
_PLANES = 4  # picture, channel, row, column


def colours(pipe: Any, latents: Any) -> Pixels | None:  # noqa: ANN401 - diffusers' and torch's
    """Return the first picture of ``latents`` at their size, shape (h, w, 3), uint8.

    Args:
        pipe: The pipeline that works, for its VAE.
        latents: Shape (pictures, channels, h, w); of any other shape there is no preview.

    Returns:
        None where the VAE has no such map.
    """
    import torch

    vae = getattr(pipe, "vae", None)
    if vae is None or latents.ndim != _PLANES:
        return None
    if vae not in _MAPS:
        _MAPS[vae] = _fitted(vae)
    weights = _MAPS[vae]
    if weights is None or len(weights) != latents.shape[1] + 1:
        return None
    first = latents[0].detach().float().cpu()
    # Some schedulers count in noise up to fourteen times as large as the picture.
    first = first / first.std().clamp(min=1)
    rgb = torch.einsum("chw,cd->hwd", first, weights[:-1]) + weights[-1]
    if not bool(torch.isfinite(rgb).all()):
        return None
    pixels: Pixels = (rgb.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return np.ascontiguousarray(pixels)


def _fitted(vae: Any) -> Any | None:  # noqa: ANN401
    """Return the map, shape (channels + 1, 3), the last row for a constant; None without one."""
    import torch
    from diffusers import AutoencoderKL, AutoencoderTiny

    if not isinstance(vae, AutoencoderKL | AutoencoderTiny):
        return None
    squares = torch.rand(1, 3, _SQUARES, _SQUARES, generator=torch.Generator().manual_seed(0))
    picture = squares.repeat_interleave(_SIDE, 2).repeat_interleave(_SIDE, 3)
    encoded = vae.encode((picture * 2 - 1).to(vae.device, vae.dtype))
    latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    latents = ((latents - shift) * vae.config.scaling_factor).float().cpu()[0].flatten(1).T
    side = int(len(latents) ** 0.5)
    colours = torch.nn.functional.adaptive_avg_pool2d(picture, side)[0].flatten(1).T
    known = torch.cat([latents, torch.ones(len(latents), 1)], dim=1)
    return torch.linalg.lstsq(known, colours, driver="gelsd").solution
