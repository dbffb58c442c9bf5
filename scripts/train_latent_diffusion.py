"""Train a small latent diffusion model from nothing on pictures that code draws, or tune it.

    python3 scripts/train_latent_diffusion.py make --out FOLDER     the model, as on the Hub
    python3 scripts/train_latent_diffusion.py tune --thing robot    a LoRA that adds a thing to it

What it needs of Debian is fonts-noto-color-emoji. Started again with the same arguments, it goes
on where it stopped; checkpoints and latents are kept in --work.
"""

from __future__ import annotations

import argparse
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import environment
from environment import ROOT, Problem

if TYPE_CHECKING:
    from portfolio_core.hardware import Hardware

WORDS = ROOT / "scripts" / "train_latent_diffusion.toml"
BUILD = ROOT / "build"
# What a command is told with to make the same again.
_MAKE_TOLD = ("autoencoder_steps", "decoder_steps", "pool", "steps", "judge_steps", "seed")
_TUNE_TOLD = ("thing", "pool", "steps", "judge_steps", "combinations", "known", "seed")


def main() -> int:
    """Train what the arguments say."""
    options = _options()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core import hardware, settings  # noqa: PLC0415
    from portfolio_core.training.latent_diffusion.drawing import FONT  # noqa: PLC0415

    if not FONT.exists():
        raise Problem("The emoji are missing: sudo apt-get install fonts-noto-color-emoji")
    machine = hardware.detect(settings.current())
    machine = replace(machine, threads=options.threads or machine.threads)
    options.run(options, machine, partial(print, flush=True))
    print(f"It is in {options.out}.")
    return 0


def _make(options: argparse.Namespace, machine: Hardware, say: Callable[[str], None]) -> None:
    from portfolio_core.training.card import About  # noqa: PLC0415
    from portfolio_core.training.latent_diffusion import (  # noqa: PLC0415
        autoencoder,
        denoiser,
        publishing,
    )
    from portfolio_core.training.latent_diffusion.making import Order  # noqa: PLC0415

    order = Order(
        out=options.out,
        work=options.work,
        coder=autoencoder.Plan(options.autoencoder_steps, seed=options.seed),
        decoder=autoencoder.Plan(options.decoder_steps, batch=12, rate=4e-4, seed=options.seed),
        plan=denoiser.Plan(options.steps, seed=options.seed),
        pool=options.pool,
        judge_steps=options.judge_steps,
    )
    about = About(**tomllib.loads(WORDS.read_text("utf-8")))
    publishing.make(order, machine, about, _command(options), say)


def _tune(options: argparse.Namespace, machine: Hardware, say: Callable[[str], None]) -> None:
    from portfolio_core.training.latent_diffusion import adapting, tuning  # noqa: PLC0415

    order = tuning.Order(
        base=options.base,
        out=options.out,
        thing=options.thing,
        plan=tuning.Plan(options.steps, seed=options.seed),
        pool=options.pool,
        judge_steps=options.judge_steps,
        combinations=options.combinations,
        known=options.known,
    )
    adapting.adapt(order, machine, _command(options), say)


def _options() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="train_latent_diffusion.py", description=summary)
    parts = parser.add_subparsers(required=True, metavar="make|tune")
    make = parts.add_parser("make", help="the whole model")
    make.set_defaults(run=_make, name="make", told=_MAKE_TOLD)
    add = make.add_argument
    add("--out", type=Path, default=BUILD / "text-to-image", help="where the model goes")
    add("--work", type=Path, default=BUILD / "text-to-image-work", help="where checkpoints go")
    add("--autoencoder-steps", type=int, default=5500, help="batches of the autoencoder (5500)")
    add("--decoder-steps", type=int, default=3000, help="batches of its decoder alone (3000)")
    add("--pool", type=int, default=20_000, help="pictures that the denoiser sees (20000)")
    add("--steps", type=int, default=8600, help="batches of the denoiser (8600)")
    add("--judge-steps", type=int, default=1500, help="batches of the judge (1500)")
    tune = parts.add_parser("tune", help="a LoRA that adds one thing")
    tune.set_defaults(run=_tune, name="tune", told=_TUNE_TOLD)
    add = tune.add_argument
    starter = ROOT / "shared" / "portfolio_core" / "starters" / "text-to-image"
    add("--base", type=Path, default=starter, help="the model that is tuned (the starter)")
    add("--out", type=Path, help="where the adapter goes (build/text-to-image-THING)")
    add("--thing", default="robot", choices=("robot", "snowman", "unicorn"), help="what is new")
    add("--pool", type=int, default=600, help="pictures that it learns from (600)")
    add("--steps", type=int, default=300, help="batches (300)")
    add("--judge-steps", type=int, default=1500, help="batches of the judge (1500)")
    add(
        "--combinations",
        type=int,
        default=100,
        help="the most new pictures of it that are judged (100)",
    )
    add("--known", type=int, default=100, help="the same of what the base knows (100)")
    for part in (make, tune):
        part.add_argument("--seed", type=int, default=0, help="of all choices (0)")
        part.add_argument("--threads", type=int, default=0, help="threads (what there are)")
    options = parser.parse_args()
    options.out = options.out or BUILD / f"text-to-image-{options.thing}"
    return options


def _command(options: argparse.Namespace) -> str:
    """Return the command without the names of this machine's folders."""
    words = ["python3", "scripts/train_latent_diffusion.py", options.name]
    for name in options.told:
        words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    return shlex.join(words)


if __name__ == "__main__":
    environment.run(main, stopped="Stopped.")
