"""The denoiser: PixArt's transformer and a small T5 encoder, which learn together by flow matching.

Of latents ``x`` and noise ``e`` they see ``(1 - t) x + t e`` and tell ``e - x`` (Lipman et al.,
Flow Matching for Generative Modeling, 2023), with t from the logistic normal distribution (Esser
et al., Scaling Rectified Flow Transformers, 2024), shifted towards noise as they do for large
pictures: what is drawn is decided where hardly anything is seen. One caption in ten is left out,
for guidance without a classifier (Ho and Salimans, 2022). What is exported is the moving average
of the weights. Matrices of the layers learn by Muon (Jordan et al., 2024), the rest by AdamW.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.training.latent_diffusion import roles, tokens
from portfolio_core.training.latent_diffusion.latents import exchanged
from portfolio_core.training.latent_diffusion.saving import Saved
from portfolio_core.training.latent_diffusion.schedule import rate_at
from portfolio_core.training.latent_diffusion.tokens import Tokenizer
from portfolio_core.training.latent_diffusion.world import Scene, any_caption

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

_LEFT_OUT = 0.1  # of the captions
_SHIFT = 3.0  # 14 % of the times lie above 0.9, without it 1 %
_DECAY = 0.1
_ROLES_WEIGHT = 0.3
_MATRIX = 2  # dimensions


@dataclass(frozen=True)
class Sizes:
    """What the denoiser is made of.

    Attributes:
        heads: Attention heads of 64 channels.
        layers: Of the transformer.
        words: Channels of the text encoder.
        word_layers: Its layers.
    """

    heads: int = 4
    layers: int = 6
    words: int = 128
    word_layers: int = 2


@dataclass(frozen=True)
class Plan:
    """How it is trained.

    Attributes:
        steps: Batches.
        batch: Pictures in a batch.
        rate: Highest learning rate.
        average: Most of the moving average that a step keeps.
        seed: Of the weights and of every choice.
        half: Whether products are in bfloat16.
        last: Share of the steps, the last ones, in which the learning rate falls.
    """

    steps: int
    batch: int = 48
    rate: float = 1.5e-3
    average: float = 0.998
    seed: int = 0
    half: bool = True
    last: float = 0.4


@dataclass(frozen=True)
class Parts:
    """The networks that learn, as diffusers' pipeline names them."""

    transformer: Module
    text_encoder: Module


def build(sizes: Sizes, channels: int, side: int, words: int) -> Parts:
    """Return networks with random weights, for latents of ``channels`` x ``side`` x ``side``."""
    import torch
    from diffusers import PixArtTransformer2DModel
    from transformers import T5Config, T5EncoderModel

    transformer = PixArtTransformer2DModel(
        num_attention_heads=sizes.heads,
        attention_head_dim=64,
        in_channels=channels,
        out_channels=channels,
        num_layers=sizes.layers,
        cross_attention_dim=sizes.heads * 64,
        attention_bias=True,
        sample_size=side,
        patch_size=2,
        caption_channels=sizes.words,
        use_additional_conditions=False,
    )
    torch.nn.init.zeros_(transformer.proj_out.weight)
    text_encoder = T5EncoderModel(
        T5Config(
            vocab_size=words,
            d_model=sizes.words,
            d_kv=32,
            num_heads=sizes.words // 32,
            d_ff=sizes.words * 4,
            num_layers=sizes.word_layers,
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
        )
    )
    return Parts(transformer, text_encoder)


def captions(scenes: Sequence[Scene], random: np.random.Generator) -> list[str]:
    """Return a caption of each of ``scenes``; one in ten is left out."""
    return ["" if random.random() < _LEFT_OUT else any_caption(s, random) for s in scenes]


def loss_of(parts: Parts, latents: Tensor, asked: tokens.Encoded, *, half: bool) -> Tensor:
    """Return how wrong the networks are about ``latents`` with noise, the mean of the squares."""
    import torch

    noise, t = torch.randn_like(latents), torch.randn(len(latents)).sigmoid()
    t = _SHIFT * t / (1 + (_SHIFT - 1) * t)
    seen = torch.lerp(latents, noise, t[:, None, None, None])
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        hidden = parts.text_encoder(
            asked.input_ids, attention_mask=asked.attention_mask
        ).last_hidden_state
        told = parts.transformer(
            seen,
            encoder_hidden_states=hidden,
            encoder_attention_mask=asked.attention_mask,
            timestep=t * 1000,
            added_cond_kwargs={"resolution": None, "aspect_ratio": None},
        ).sample
    return (told.float() - (noise - latents)).square().mean()


class Learner:
    """A training of the denoiser."""

    def __init__(
        self, parts: Parts, plan: Plan, sizes: Sizes, tokenizer: Tokenizer, folder: Path
    ) -> None:
        """Take up the newest checkpoint in ``folder``, if there is one of this plan."""
        import torch

        self.parts, self.plan, self._tokenizer = parts, plan, tokenizer
        self._reader = roles.reader(sizes.words)
        self._networks = torch.nn.ModuleList([parts.transformer, parts.text_encoder, self._reader])
        self._optimizers = _optimizers(parts, self._networks)
        self._average = _Average(self._networks, plan.average)
        # Until its rate falls, a training can be taken up with another number of steps.
        lasting = [sizes, replace(plan, steps=0)]
        self._saved = Saved(
            folder, [self._networks, self._average.networks], self._optimizers, lasting
        )
        self.step = self._saved.resume()

    def fit(
        self,
        latents: Tensor,
        scenes: Sequence[Scene],
        *,
        every: int = 250,
        note: Callable[[int, float], None] = lambda _step, _loss: None,
    ) -> None:
        """Train on ``latents``, shape (n, channels, side, side), of ``scenes``.

        Args:
            latents: Of standard deviation 1.
            scenes: One of each picture; captions are made anew each time.
            every: Steps between checkpoints.
            note: Told the step and its loss.
        """
        import torch

        self._networks.train()
        while self.step < self.plan.steps:
            step = self.step + 1
            random = np.random.default_rng((self.plan.seed, 4, step))
            torch.manual_seed(self.plan.seed * 1_000_003 + step)
            chosen = random.integers(len(scenes), size=self.plan.batch)
            seen, shown = exchanged(
                latents[torch.from_numpy(chosen)], [scenes[i] for i in chosen], random
            )
            said = captions(shown, random)
            asked = tokens.encoded(self._tokenizer, said)
            loss = loss_of(self.parts, seen, asked, half=self.plan.half)
            note(step, loss.item())
            encoder = self.parts.text_encoder
            loss = loss + _ROLES_WEIGHT * roles.loss_of(encoder, self._reader, asked, said)
            loss.backward()
            self._learn(step)
            self.step = step
            if step % every == 0 or step == self.plan.steps:
                self._saved.save(step)

    def averaged(self) -> Parts:
        """Return the networks with the moving average of their weights."""
        transformer, text_encoder, _ = self._average.networks
        return Parts(transformer.eval(), text_encoder.eval())

    def _learn(self, step: int) -> None:
        import torch

        torch.nn.utils.clip_grad_norm_(self._networks.parameters(), 1.0)
        for optimizer in self._optimizers:
            rate = rate_at(step, self.plan.steps, self.plan.rate, self.plan.last)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        self._average.take(step)


class _Average:
    """The moving average of networks' weights."""

    def __init__(self, networks: Module, most: float) -> None:
        import copy

        self._live, self._most = list(networks.parameters()), most
        self.networks = copy.deepcopy(networks).requires_grad_(requires_grad=False)
        self._kept = list(self.networks.parameters())

    def take(self, step: int) -> None:
        """Take the weights after ``step`` in."""
        import torch

        keep = min(self._most, step / (step + 10))  # the first steps are soon forgotten
        with torch.no_grad():
            torch._foreach_lerp_(self._kept, self._live, 1 - keep)


def _optimizers(parts: Parts, networks: Module) -> list[Module]:
    """Return Muon for the matrices inside the layers, and AdamW for the rest."""
    import torch

    layers = [parts.transformer.transformer_blocks, parts.text_encoder.encoder.block]
    inner = [
        weight
        for layer in layers
        for name, weight in layer.named_parameters()
        if weight.ndim == _MATRIX and "scale_shift" not in name and "relative" not in name
    ]
    taken = set(map(id, inner))
    outer = [weight for weight in networks.parameters() if id(weight) not in taken]
    return [
        torch.optim.Muon(inner, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, betas=(0.9, 0.95), weight_decay=0.0),
    ]
