"""A trained model, measured and with its card: a folder as on the Hub."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeAlias

from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels
from portfolio_core.training.card import About
from portfolio_core.training.latent_diffusion import card, judge, making
from portfolio_core.training.latent_diffusion.measuring import Draw, measure, unseen
from portfolio_core.training.latent_diffusion.pipeline import CALL

Module: TypeAlias = Any
"""A pipeline of diffusers, imported late."""

METRICS = "metrics.json"
CARD = "README.md"


def make(
    order: making.Order,
    machine: Hardware,
    about: About,
    command: str,
    say: Callable[[str], None],
) -> None:
    """Train a model, see how well it does, and write its folder.

    Args:
        order: What is to be made.
        machine: How many threads are used.
        about: Words of the card.
        command: What makes the same again.
        say: Told how far it is.
    """
    pipe = making.make(order, machine, say)
    found = measure(drawing_with(pipe), judge.load(order.out / making.JUDGE), unseen())
    say(f"{found.agrees:.1%} agree, {found.agrees_with_wrong:.1%} with a wrong prompt")
    parts = (pipe.transformer, pipe.text_encoder, pipe.vae)
    parameters = sum(weight.numel() for part in parts for weight in part.parameters())
    text = card.write(about, order, found, parameters, command)
    write_atomically(order.out / CARD, text.encode())
    write_atomically(order.out / METRICS, f"{json.dumps(asdict(found), indent=1)}\n".encode())


def drawing_with(pipe: Module) -> Draw:
    """Return a function that draws with ``pipe``, called as the card says."""
    import torch

    def made(prompt: str, seed: int) -> Pixels:
        generator = torch.Generator().manual_seed(seed)
        picture = pipe(prompt, generator=generator, output_type="np", **CALL).images[0]
        pixels: Pixels = (picture * 255).round().astype("uint8")
        return pixels

    return made
