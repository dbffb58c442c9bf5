"""Kokoro's model made faster and repeatable, without another model: its own modules, changed.

Nearly all its time goes into the last part, the generator: 48 convolutions over up to 4,800
steps a second, each behind a normalisation and a wave (``x + sin(ax)^2 / a``). The package
walks through the whole sound in memory some ten times between two convolutions, with time
innermost. Here the channels are innermost, as the convolutions want them, normalisation and
wave are one formula, and it is worked out in blocks that stay in the processor's cache.
Weights that the package scales anew at each call are scaled once, and the noise comes from a
seed. In float32 the sound differs by 3e-6 at most; with bfloat16 convolutions, taken where a
short measurement finds them faster, by a hiss 41 dB below it (both with random weights).
"""

import time
from collections.abc import Callable
from functools import cache
from types import MethodType
from typing import Any

from portfolio_core.hardware import Hardware

# torch is imported where it is used; these say what is meant.
Tensor = Any
Module = Any
Number = Any

_SEED = 0  # of the noise in breath and hiss
_BLOCK = 1024  # steps of 128 or 256 channels, float32: half a megabyte, or one
_WORTH = 1.3  # so much faster must bfloat16 be to be worth its hiss


def prepare(model: Module, hardware: Hardware, convolutions: Number = None) -> Module:
    """Return ``model``, a ``kokoro.KModel``, ready to speak on ``hardware``.

    Args:
        model: The model as the package makes it; it is changed.
        hardware: Where it runs.
        convolutions: torch's number type for the generator's convolutions; none = the faster
            one of float32 and bfloat16 here, measured.
    """
    model = model.to(hardware.device).eval().requires_grad_(requires_grad=False)
    _fold_weight_norms(model)
    generator = model.decoder.generator
    generator.m_source.forward = MethodType(_source, generator.m_source)
    if hardware.device == "cpu":
        _lay_out(generator, convolutions or _fastest())
        generator.forward = MethodType(_generate, generator)
    return model


@cache
def _fastest() -> Number:
    """Return the number type in which one convolution of the generator is fastest here."""
    import torch

    def seconds(kind: Number) -> float:
        weight = torch.ones(128, 128, 1, 7, dtype=kind).to(memory_format=torch.channels_last)
        steps = torch.ones(4096, 128, dtype=kind)
        return min(_timed(lambda: _convolve(steps, weight, None, 1, 3)) for _ in range(6))

    faster = seconds(torch.float32) > _WORTH * seconds(torch.bfloat16)
    return torch.bfloat16 if faster else torch.float32


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


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


# --- The generator, channels innermost: a sound is of shape (steps, channels), contiguous ------


def _lay_out(generator: Module, kind: Number) -> None:
    """Keep, beside each convolution's weight, the one that :func:`_convolve` takes."""
    import torch

    for block in (*generator.resblocks, *generator.noise_res):
        for conv in (*block.convs1, *block.convs2):
            conv.laid_out = conv.weight.unsqueeze(2).to(kind, memory_format=torch.channels_last)
            conv.bias_out = conv.bias.to(kind)


def _generate(self: Module, x: Tensor, s: Tensor, f0: Tensor) -> Tensor:
    """Return the sound, as the package's ``Generator.forward`` does.

    Args:
        self: A ``Generator``.
        x: Features, shape (1, channels, steps), float32.
        s: Style, shape (1, 128).
        f0: Pitch in hertz, shape (1, steps).
    """
    import torch
    from torch.nn import functional

    source, _, _ = self.m_source(self.f0_upsamp(f0[:, None]).transpose(1, 2))
    har = torch.cat(self.stft.transform(source.transpose(1, 2).squeeze(1)), dim=1)
    for i in range(self.num_upsamples):
        x = self.ups[i](functional.leaky_relu(x, negative_slope=0.1))
        if i == self.num_upsamples - 1:
            x = self.reflection_pad(x)
        steps = _rows(self.noise_convs[i](har))
        _resonate(self.noise_res[i], steps, s)
        steps += x[0].t()
        blocks = self.resblocks[i * self.num_kernels : (i + 1) * self.num_kernels]
        total = torch.zeros_like(steps)
        for block in blocks:
            own = steps.clone()
            _resonate(block, own, s)
            total += own
        x = (total / self.num_kernels).t()[None].contiguous()
    x = self.conv_post(functional.leaky_relu(x))
    half = self.post_n_fft // 2 + 1
    return self.stft.inverse(torch.exp(x[:, :half, :]), torch.sin(x[:, half:, :]))


def _rows(x: Tensor) -> Tensor:
    """Turn (1, channels, steps) into (steps, channels)."""
    return x[0].t().contiguous()


def _resonate(block: Module, x: Tensor, s: Tensor) -> None:
    """Do in place what an ``AdaINResBlock1`` does; ``x`` is of shape (steps, channels)."""
    parts = (block.convs1, block.adain1, block.alpha1, block.convs2, block.adain2, block.alpha2)
    for c1, n1, a1, c2, n2, a2 in zip(*parts, strict=True):
        xt = _wave(x, n1, a1, s, c1.laid_out.dtype)
        xt = _convolve(xt, c1.laid_out, c1.bias_out, c1.dilation[0], c1.padding[0])
        xt = _wave(xt, n2, a2, s, c2.laid_out.dtype)
        x += _convolve(xt, c2.laid_out, c2.bias_out, c2.dilation[0], c2.padding[0])


def _convolve(x: Tensor, weight: Tensor, bias: Tensor, dilation: int, padding: int) -> Tensor:
    """Convolve along the steps; shapes (steps, channels) and (out, channels, 1, width)."""
    from torch.nn import functional

    steps, channels = x.shape
    picture = x.view(1, 1, steps, channels).permute(0, 3, 1, 2)
    y = functional.conv2d(picture, weight, bias, padding=(0, padding), dilation=(1, dilation))
    return y.permute(0, 2, 3, 1).reshape(steps, weight.shape[0])


def _wave(x: Tensor, norm: Module, alpha: Tensor, s: Tensor, kind: Number) -> Tensor:
    """Normalise, style, and add the wave: ``y + sin(ay)^2 / a`` where ``y = x * scale + shift``.

    Since ``sin(v)^2 = (1 - cos(2v)) / 2`` it is ``y + 1/2a - cos(2ay)/2a``.
    """
    import torch

    mean, variance = _moments(x)
    gamma, beta = norm.fc(s)[0].chunk(2)
    scale = (1 + gamma) * torch.rsqrt(variance + norm.norm.eps) * norm.norm.weight
    shift = (1 + gamma) * norm.norm.bias + beta - mean * scale
    twice = 2 * alpha.view(-1)
    inner_scale, inner_shift, outer = twice * scale, twice * shift, 1 / twice
    lifted = shift + outer
    out = torch.empty_like(x, dtype=kind)
    for at in range(0, len(x), _BLOCK):
        part = x[at : at + _BLOCK].float()
        wave = torch.addcmul(inner_shift, part, inner_scale).cos_().mul_(outer)
        out[at : at + _BLOCK] = torch.addcmul(lifted, part, scale).sub_(wave)
    return out


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of each channel, shape (channels,), float32."""
    import torch

    first = x[:_BLOCK].float().mean(0)  # near enough to the mean to keep the digits
    total, squares = torch.zeros_like(first), torch.zeros_like(first)
    for at in range(0, len(x), _BLOCK):
        part = x[at : at + _BLOCK].float() - first
        total += part.sum(0)
        squares += part.square_().sum(0)
    off = total / len(x)
    return first + off, squares / len(x) - off * off
