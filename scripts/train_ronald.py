"""Train a classifier on a folder of pictures, and report honestly how good it is.

    python3 scripts/train_ronald.py --data PICTURES                      a head on the starter
    python3 scripts/train_ronald.py --data PICTURES --backbone microsoft/resnet-18
                                                                         on another network
    python3 scripts/train_ronald.py --data PICTURES --method head --method partial --method full
    python3 scripts/train_ronald.py --data PICTURES --method network --rest others

PICTURES has one folder for each class. The first method is the one that is kept; colours alone
are always compared. Started again with the same arguments, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shlex
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import environment
from environment import ROOT, Problem

if TYPE_CHECKING:
    from portfolio_core.settings import Settings
    from portfolio_core.training.classifier import Order

METHODS = ("head", "partial", "full", "network")


def main() -> int:
    """Train what the arguments say."""
    options = _options()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core import hardware, settings  # noqa: PLC0415
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415
    from portfolio_core.training.classifier import Training  # noqa: PLC0415

    current = settings.current()
    machine = hardware.detect(current)
    machine = replace(machine, threads=options.threads or machine.threads)
    try:
        Training(
            _order(options, current), current.limits, machine, partial(print, flush=True)
        ).run()
    except PortfolioError as error:
        raise Problem(f"{error.message} {error.hint}") from None
    print(f"The model and report.html are in {options.out}.")
    return 0


def _order(options: argparse.Namespace, current: Settings) -> Order:
    """Return what the arguments ask for; a backbone of the Hub is downloaded."""
    from portfolio_core.training.card import About  # noqa: PLC0415
    from portfolio_core.training.classifier import Order  # noqa: PLC0415
    from portfolio_core.training.network import Plan  # noqa: PLC0415

    return Order(
        data=options.data,
        out=options.out,
        methods=options.method or ["head"],
        backbone=_backbone(options.backbone, current),
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


def _options() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="train_ronald.py", description=summary)
    add = parser.add_argument
    add("--data", type=_folder, required=True, help="a folder with one folder for each class")
    add("--out", type=Path, default=ROOT / "build" / "classifier", help="where results go")
    add("--method", choices=METHODS, action="append", help="several are compared (head)")
    add("--backbone", help="a folder as on the Hub, or microsoft/resnet-18 (the starter)")
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


def _backbone(given: str | None, current: Settings) -> Path | None:
    """Return the folder of a backbone; one of the catalog is downloaded."""
    from portfolio_core import catalog, hub  # noqa: PLC0415

    if given is None or Path(given).is_dir():
        return Path(given) if given else None
    for model in catalog.MODELS:
        ours = model.engine.startswith("portfolio_core.engines.classification")
        if ours and model.hub and given in {model.key, model.hub.repository}:
            return hub.fetch(model, current)
    raise Problem(f"{given!r} is no folder and no backbone of the catalog.")


def _command(options: argparse.Namespace) -> str:
    """Return the command without the names of this machine's folders."""
    words = ["python3", "scripts/train_ronald.py", "--data", "PICTURES"]
    if options.backbone:
        words += ["--backbone", "BACKBONE" if Path(options.backbone).is_dir() else options.backbone]
    for name in ("photos", "groups"):
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
    environment.run(main, stopped="Stopped.")
