"""Kokoro's model made faster and repeatable, without another model: its own modules, changed.

What is changed sounds as before: weights that are scaled anew at each call are scaled once,
and the noise comes from a seed.
"""

from types import MethodType
from typing import Any

from portfolio_core.hardware import Hardware

# torch is imported where it is used; these say what is meant.
Tensor = Any
Module = Any

_SEED = 0  # of the noise in breath and hiss


def prepare(model: Module, hardware: Hardware) -> Module:
    """Return ``model``, a ``kokoro.KModel``, ready to speak on ``hardware``."""
    model = model.to(hardware.device).eval().requires_grad_(requires_grad=False)
    _fold_weight_norms(model)
    source = model.decoder.generator.m_source
    source.forward = MethodType(_source, source)
    return model


def _fold_weight_norms(model: Module) -> None:
    """Write each weight down as it is used, instead of as a direction and a length."""
    from torch.nn.utils import remove_weight_norm

    for module in model.modules():
        if hasattr(module, "weight_g"):
            remove_weight_norm(module)


def _source(self: Module, f0: Tensor) -> tuple[Tensor, None, None]:
    """Return the hum of the voice and the hiss of its breath.

    The package works at 24,000 Hz from the start; the pitch only changes each 300 samples.

    Args:
        self: A ``SourceModuleHnNSF``.
        f0: Pitch in hertz, 0 where unvoiced, shape (1, samples, 1), float32.

    Returns:
        The source, shape (1, samples, 1), and what the package's own returns for nobody.
    """
    import torch
    from torch.nn import functional

    sines = self.l_sin_gen
    step = int(sines.upsample_scale)
    count = torch.arange(1, sines.dim + 1, device=f0.device, dtype=f0.dtype)
    turns = (f0[:, ::step] * count / sines.sampling_rate) % 1
    phase = (torch.cumsum(turns, dim=1) * 2 * torch.pi).transpose(1, 2) * step
    waves = functional.interpolate(phase, scale_factor=float(step), mode="linear").sin_()
    voiced = (f0 > sines.voiced_threshold).to(f0.dtype).transpose(1, 2)
    generator = torch.Generator(f0.device).manual_seed(_SEED)
    noise = torch.randn(waves.shape, generator=generator, device=f0.device)
    noise *= voiced * sines.noise_std + (1 - voiced) * sines.sine_amp / 3
    waves = (waves * sines.sine_amp).mul_(voiced).add_(noise)
    return self.l_tanh(self.l_linear(waves.transpose(1, 2))), None, None
