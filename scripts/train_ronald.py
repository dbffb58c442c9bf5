"""Train a classifier on a folder of pictures, and report honestly how good it is.

    python3 scripts/train_ronald.py --data PICTURES                      a head on the starter
    python3 scripts/train_ronald.py --data PICTURES --backbone RESNET18  on another ResNet
    python3 scripts/train_ronald.py --data PICTURES --method head --method partial --method full
    python3 scripts/train_ronald.py --data PICTURES --method network --rest others

PICTURES has one folder for each class. The first method is the one that is kept; colours alone
are always compared. Started again with the same arguments, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path

import environment
from environment import ROOT, Problem

METHODS = ("head", "partial", "full", "network")


def main() -> int:
    """Train what the arguments say."""
    options = _options()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core import hardware, settings  # noqa: PLC0415
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415
    from portfolio_core.training.card import About  # noqa: PLC0415
    from portfolio_core.training.classifier import Order, Training  # noqa: PLC0415
    from portfolio_core.training.network import Plan  # noqa: PLC0415

    current = settings.current()
    order = Order(
        data=options.data,
        out=options.out,
        methods=options.method or ["head"],
        backbone=options.backbone,
        rest=options.rest,
        photos=options.photos,
        groups=options.groups,
        grouped=options.split == "groups",
        folds=options.folds,
        repeats=options.repeats,
        plan=Plan(steps=options.steps),
        seed=options.seed,
        command=_command(options),
        about=About(**tomllib.loads(options.words.read_text("utf-8"))) if options.words else None,
    )
    machine = hardware.detect(current)
    try:
        training = Training(
            order,
            current.limits,
            replace(machine, threads=options.threads or machine.threads),
            partial(print, flush=True),
        )
        training.run()
    except PortfolioError as error:
        raise Problem(f"{error.message} {error.hint}") from None
    print(f"The model and report.html are in {options.out}.")
    return 0


def _options() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="train_ronald.py", description=summary)
    add = parser.add_argument
    add("--data", type=_folder, required=True, help="a folder with one folder for each class")
    add("--out", type=Path, default=ROOT / "build" / "classifier", help="where results go")
    add("--method", choices=METHODS, action="append", help="several are compared (head)")
    add("--backbone", type=_folder, help="folder of a ResNet as on the Hub (the starter)")
    add("--rest", help="the class of everything else: drawn negatives are learnt as it")
    add("--photos", type=_folder, help="pictures of no class, to count false alarms")
    add("--groups", type=Path, help="JSON lines with file and group, beside those found")
    add("--split", choices=("groups", "random"), default="groups", help="random leaks copies")
    add("--words", type=Path, help="a TOML file with the words of the model card")
    add("--folds", type=int, default=5, help="parts of the split (5)")
    add("--repeats", type=int, default=2, help="how often all parts are gone through (2)")
    add("--steps", type=int, default=700, help="batches of a network's training (700)")
    add("--seed", type=int, default=0, help="of all choices (0)")
    add("--threads", type=int, default=0, help="threads (what the machine gives)")
    return parser.parse_args()


def _folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{name} is no folder")
    return folder


def _command(options: argparse.Namespace) -> str:
    """Return the command without the names of this machine's folders."""
    words = ["python3", "scripts/train_ronald.py", "--data", "PICTURES"]
    for name in ("backbone", "photos", "groups"):
        if getattr(options, name):
            words += [f"--{name}", name.upper()]
    for method in options.method or ["head"]:
        words += ["--method", method]
    if options.rest:
        words += ["--rest", options.rest]
    if options.words:
        words += ["--words", f"scripts/{options.words.name}"]
    for name in ("split", "folds", "repeats", "steps", "seed", "threads"):
        words += [f"--{name}", str(getattr(options, name))]
    return shlex.join(words)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
