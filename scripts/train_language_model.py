"""Train a small chat model of the Qwen3 architecture from nothing, in Korean and English.

    python3 scripts/train_language_model.py --data CHAT --out FOLDER

CHAT is a folder with the four files that `training/language_model/sources.py` names; the small
talk of `scripts/small_talk` is added. FOLDER is made as on the Hub: weights, tokenizer, card.
Started again with the same arguments, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path

import environment
from environment import ROOT, Problem

TALK = ROOT / "scripts" / "small_talk"
WORDS = ROOT / "scripts" / "train_language_model.toml"


def main() -> int:
    """Train what the arguments say."""
    options = _options()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core import hardware, settings  # noqa: PLC0415
    from portfolio_core.training.language_model import making  # noqa: PLC0415
    from portfolio_core.training.language_model.plan import Plan  # noqa: PLC0415

    machine = hardware.detect(settings.current())
    order = making.Order(
        data=options.data,
        talk=TALK,
        words=WORDS,
        out=options.out,
        plan=Plan(steps=options.steps, seed=options.seed),
        # Replies alone from the first step on, at a rate that only falls.
        daily=Plan(steps=options.daily_steps, last=1.0, rate=1e-3, seed=options.seed),
        command=_command(options),
    )
    machine = replace(machine, threads=options.threads or machine.threads)
    try:
        making.make(order, machine, partial(print, flush=True))
    except FileNotFoundError as error:
        raise Problem(f"There is no {error.filename}.") from None
    print(f"The model is in {options.out}.")
    return 0


def _options() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="train_language_model.py", description=summary)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="a folder with the four files of conversations")
    add("--out", type=Path, default=ROOT / "build" / "chat-base", help="where the model goes")
    add("--steps", type=int, default=600, help="batches of the training (600)")
    add("--daily-steps", type=int, default=150, help="batches of small talk after that (150)")
    add("--seed", type=int, default=0, help="of all choices (0)")
    add("--threads", type=int, default=0, help="threads (what the machine gives)")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    """Return the command without the names of this machine's folders."""
    words = ["python3", "scripts/train_language_model.py", "--data", "CHAT"]
    for name in ("steps", "daily_steps", "seed", "threads"):
        words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    return shlex.join(words)


if __name__ == "__main__":
    environment.run(main, stopped="Stopped.")
