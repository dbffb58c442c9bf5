"""LoRA: a few small matrices that add one thing to a model of the drawn world.

Half of the pictures show the new thing, half what the model knows already, so that it does not
forget. The word for it has had a number from the beginning, and no meaning (Hu et al., LoRA,
2021). Checkpoints are those of every training here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware
from portfolio_core.training.latent_diffusion import latents, tokens
from portfolio_core.training.latent_diffusion.denoiser import Parts, captions, loss_of
from portfolio_core.training.latent_diffusion.saving import Saved
from portfolio_core.training.latent_diffusion.schedule import rate_at
from portfolio_core.training.latent_diffusion.world import (
    EVERYTHING,
    Kinds,
    Scene,
    Thing,
    scene_with,
    seen_scene,
)

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module`` or a pipeline; torch and diffusers are imported late."""

_LAYERS = ["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"]
_TOLD_EVERY = 25
_EVERY = 50


@dataclass(frozen=True)
class Plan:
    """How it is trained.

    Attributes:
        steps: Batches.
        batch: Pictures in a batch.
        rate: Highest learning rate of AdamW.
        rank: Of the matrices.
        seed: Of every choice.
        half: Whether products are in bfloat16.
    """

    steps: int
    batch: int = 16
    rate: float = 2e-3
    rank: int = 8
    seed: int = 0
    half: bool = True


@dataclass(frozen=True)
class Order:
    """What is to be tuned.

    Attributes:
        base: Folder of the pipeline.
        out: Where the adapter goes, with its checkpoints.
        thing: A key of ``SPARE_EMOJI``.
        plan: How it is trained.
        pool: Pictures that it learns from.
        judge_steps: Batches that the judge of it sees.
        combinations: The most pictures of the new thing that are judged.
        known: Pictures of what the base knows that are judged.
        kinds: What else is drawn.
    """

    base: Path
    out: Path
    thing: str
    plan: Plan
    pool: int
    judge_steps: int
    combinations: int
    known: int
    kinds: Kinds = EVERYTHING

    @property
    def revision(self) -> str:
        """The checksum of the base's weights."""
        return checksum(sorted(self.base.glob("*/*.safetensors")))


@dataclass(frozen=True)
class Tuned:
    """A pipeline with an adapter in its transformer.

    Attributes:
        pipe: The pipeline; it draws with the adapter.
        adapter: Its transformer as peft wraps it, which can do without the adapter, too.
    """

    pipe: Module
    adapter: Module


def tune(order: Order, machine: Hardware, say: Callable[[str], None]) -> Tuned:
    """Train an adapter, write it, and return the pipeline with it.

    Args:
        order: What is to be tuned.
        machine: How many threads are used.
        say: Told how far it is.
    """
    import torch
    from diffusers import DiffusionPipeline
    from peft import LoraConfig, get_peft_model

    torch.set_num_threads(machine.threads)
    pipe = DiffusionPipeline.from_pretrained(
        order.base, dtype=torch.float32, use_safetensors=True, local_files_only=True
    )
    pipe.set_progress_bar_config(disable=True)
    for part in (pipe.transformer, pipe.text_encoder, pipe.vae):
        part.requires_grad_(requires_grad=False)
    torch.manual_seed(order.plan.seed)
    rank = order.plan.rank
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=_LAYERS)
    adapter = get_peft_model(pipe.transformer, config)
    config.base_model_name_or_path, config.revision = order.base.name, order.revision
    _fit(pipe, order, say)
    # Whether words were added is not for the Hub to tell: none were.
    adapter.save_pretrained(str(order.out), save_embedding_layers=False)
    return Tuned(pipe, adapter)


def latents_of(pipe: Module, scenes: list[Scene], seed: int, folder: Path) -> Tensor:
    """Return the pool of ``scenes``, kept in ``folder``, scaled as the transformer sees it."""
    return latents.pool(pipe.vae, scenes, seed, folder) * pipe.vae.config.scaling_factor


def _fit(pipe: Module, order: Order, say: Callable[[str], None]) -> None:
    import torch

    plan = order.plan
    random = np.random.default_rng((plan.seed, 5))
    scenes = [
        scene_with(random, Thing(order.thing), order.kinds)
        if number % 2
        else seen_scene(random, order.kinds)
        for number in range(order.pool)
    ]
    seen = latents_of(pipe, scenes, plan.seed, order.out / "pool")
    learnt = [weight for weight in pipe.transformer.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learnt, weight_decay=0.0)
    saved = Saved(order.out / "checkpoints", [torch.nn.ParameterList(learnt)], [optimizer], [plan])
    parts = Parts(pipe.transformer, pipe.text_encoder)
    for step in range(saved.resume() + 1, plan.steps + 1):
        random = np.random.default_rng((plan.seed, 6, step))
        torch.manual_seed(plan.seed * 1_000_003 + step)
        chosen = random.integers(len(scenes), size=plan.batch)
        asked = tokens.encoded(pipe.tokenizer, captions([scenes[i] for i in chosen], random))
        loss = loss_of(parts, seen[torch.from_numpy(chosen)], asked, half=plan.half)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate_at(step, plan.steps, plan.rate)
        optimizer.step()
        if step % _TOLD_EVERY == 0:
            say(f"{step} of {plan.steps}, loss {loss.item():.3f}")
        if step % _EVERY == 0 or step == plan.steps:
            saved.save(step)
