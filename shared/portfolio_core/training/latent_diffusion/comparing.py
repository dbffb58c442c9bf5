"""Base and tuned side by side: judged on the new thing and on what the base knows, and drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion import denoiser, judge, making, tokens
from portfolio_core.training.latent_diffusion.judge import Judge
from portfolio_core.training.latent_diffusion.measuring import Measured, measure, unseen
from portfolio_core.training.latent_diffusion.publishing import drawing_with
from portfolio_core.training.latent_diffusion.tuning import Order, Tuned, latents_of
from portfolio_core.training.latent_diffusion.world import (
    Kinds,
    Scene,
    Thing,
    caption,
    scene_with,
    unseen_scene,
)

_ERRORS_OF = 48  # scenes
_THINGS_SHOWN, _KNOWN_SHOWN = 4, 2


@dataclass(frozen=True)
class Side:
    """How well base or tuned does on combinations that neither has learnt.

    Attributes:
        thing: On pictures with the new thing.
        known: On pictures of what the base knows.
        thing_error: Mean square error on latents of the first, with noise.
        known_error: The same of the second.
    """

    thing: Measured
    known: Measured
    thing_error: float
    known_error: float


@dataclass(frozen=True)
class Compared:
    """What came of a tuning.

    Attributes:
        base: Without the adapter.
        tuned: With it.
        prompts: Of the pictures.
        sheet: The base's pictures above, those with the adapter below; uint8, RGB.
    """

    base: Side
    tuned: Side
    prompts: tuple[str, ...]
    sheet: Pixels


def compare(made: Tuned, order: Order, say: Callable[[str], None]) -> Compared:
    """Judge a pipeline without and with its adapter, and draw the same prompts with both.

    Args:
        made: The pipeline.
        order: What it was tuned by.
        say: Told how far it is.
    """
    judged = _judge(order, say)
    with_thing = partial(scene_with, thing=Thing(order.thing), kinds=order.kinds, held_out=True)
    thing = unseen(order.combinations, with_thing)
    known = unseen(order.known, partial(unseen_scene, kinds=order.kinds))
    shown = [*enumerate(thing[:_THINGS_SHOWN]), *enumerate(known[:_KNOWN_SHOWN])]

    def side() -> tuple[Side, Pixels]:
        draw = drawing_with(made.pipe)
        found = Side(
            measure(draw, judged, thing),
            measure(draw, judged, known),
            _error(made, thing[:_ERRORS_OF], order, "thing"),
            _error(made, known[:_ERRORS_OF], order, "known"),
        )
        say(f"{found.thing.agrees:.1%} of {order.thing}, {found.known.agrees:.1%} of the rest")
        return found, np.concatenate([draw(caption(scene), seed) for seed, scene in shown], axis=1)

    with made.adapter.disable_adapter():
        base, above = side()
    tuned, below = side()
    prompts = tuple(caption(scene) for _, scene in shown)
    return Compared(base, tuned, prompts, np.concatenate((above, below)))


def _judge(order: Order, say: Callable[[str], None]) -> Judge:
    """Return a judge that knows the new thing, too; it is trained once."""
    file, kinds = order.out / making.JUDGE, Kinds((order.thing, *order.kinds.emoji))
    if not file.exists():
        say("A judge that knows the new thing is trained.")
        judge.train(order.judge_steps, kinds=kinds).save(file)
    return judge.load(file, kinds)


def _error(made: Tuned, scenes: list[Scene], order: Order, name: str) -> float:
    import torch

    pipe = made.pipe
    seen = latents_of(pipe, scenes, order.plan.seed + 1, order.out / f"held-out-{name}")
    asked = tokens.encoded(pipe.tokenizer, [caption(scene) for scene in scenes])
    torch.manual_seed(order.plan.seed)  # the same noise for both
    with torch.inference_mode():
        parts = denoiser.Parts(pipe.transformer, pipe.text_encoder)
        return float(denoiser.loss_of(parts, seen, asked, half=False))
