"""LoRA: a few small matrices that add one thing to a model of the drawn world.

Half of the pictures show the new thing, half what the model knows already, so that it does not
forget. The word for it has had a number from the beginning, and no meaning (Hu et al., LoRA,
2021). Checkpoints are those of every training here.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels, png_bytes
from portfolio_core.training.latent_diffusion import denoiser, latents, tokens
from portfolio_core.training.latent_diffusion.denoiser import Parts, captions, loss_of
from portfolio_core.training.latent_diffusion.publishing import METRICS, drawing_with
from portfolio_core.training.latent_diffusion.saving import Saved
from portfolio_core.training.latent_diffusion.schedule import rate_at
from portfolio_core.training.latent_diffusion.world import (
    EVERYTHING,
    Kinds,
    Scene,
    Thing,
    any_scene,
    caption,
    seen_scene,
)

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module`` or a pipeline; torch and diffusers are imported late."""

SHEET = "base-and-tuned.png"
_LAYERS = ["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"]
_TOLD_EVERY = 25
_EVERY = 50
_HELD_OUT = 48
_SHOWN = 6


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
        kinds: What else they show.
    """

    base: Path
    out: Path
    thing: str
    plan: Plan
    pool: int
    kinds: Kinds = EVERYTHING


@dataclass(frozen=True)
class Tuned:
    """What came of it: the mean square error on new pictures of the thing, and of the rest."""

    thing_before: float
    thing_after: float
    rest_before: float
    rest_after: float


def tune(order: Order, machine: Hardware, say: Callable[[str], None]) -> Tuned:
    """Train an adapter, and write it with a sheet and numbers of base and tuned side by side."""
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
    tuned = get_peft_model(
        pipe.transformer, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=_LAYERS)
    )
    _fit(pipe, order, say)
    tuned.save_pretrained(str(order.out))
    return _compared(pipe, tuned, order)


def _fit(pipe: Module, order: Order, say: Callable[[str], None]) -> None:
    import torch

    plan = order.plan
    random = np.random.default_rng((plan.seed, 5))
    scenes = [
        _with(order, random) if number % 2 else seen_scene(random, order.kinds)
        for number in range(order.pool)
    ]
    seen = _latents(pipe, scenes, plan.seed, order.out / "pool")
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


def _with(order: Order, random: np.random.Generator) -> Scene:
    """Return a scene that has the new thing in it."""
    thing = Thing(order.thing)
    kinds = Kinds((order.thing, *order.kinds.emoji), 0.5)
    while thing not in ((scene := any_scene(random, kinds)).first, scene.second):
        pass
    return scene


def _latents(pipe: Module, scenes: list[Scene], seed: int, folder: Path) -> Tensor:
    return latents.pool(pipe.vae, scenes, seed, folder) * pipe.vae.config.scaling_factor


def _compared(pipe: Module, tuned: Module, order: Order) -> Tuned:
    """Measure base and tuned on new pictures, draw with both, and write what came out."""
    random = np.random.default_rng((order.plan.seed, 7))
    thing = [_with(order, random) for _ in range(_HELD_OUT)]
    rest = [seen_scene(random, order.kinds) for _ in range(_HELD_OUT)]

    def seen() -> tuple[float, float, Pixels]:
        draw = drawing_with(pipe)
        pictures = [draw(caption(scene), seed) for seed, scene in enumerate(thing[:_SHOWN])]
        errors = (_error(pipe, thing, order, "thing"), _error(pipe, rest, order, "rest"))
        return *errors, np.concatenate(pictures, axis=1)

    with tuned.disable_adapter():
        thing_before, rest_before, above = seen()
    thing_after, rest_after, below = seen()
    found = Tuned(thing_before, thing_after, rest_before, rest_after)
    write_atomically(order.out / SHEET, png_bytes(np.concatenate((above, below))))
    told = {
        "thing": order.thing,
        "errors": asdict(found),
        "prompts": [caption(scene) for scene in thing[:_SHOWN]],
    }
    write_atomically(order.out / METRICS, f"{json.dumps(told, indent=1)}\n".encode())
    return found


def _error(pipe: Module, scenes: list[Scene], order: Order, name: str) -> float:
    import torch

    seen = _latents(pipe, scenes, order.plan.seed + 1, order.out / f"held-out-{name}")
    asked = tokens.encoded(pipe.tokenizer, [caption(scene) for scene in scenes])
    torch.manual_seed(order.plan.seed)  # the same noise for both
    with torch.inference_mode():
        parts = denoiser.Parts(pipe.transformer, pipe.text_encoder)
        return float(loss_of(parts, seen, asked, half=False))
