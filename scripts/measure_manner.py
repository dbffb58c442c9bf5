"""Count how often the starter's adapter keeps its manner, and write it into its card.

    python3 scripts/measure_manner.py --data CHAT --adapter FOLDER

CHAT is the folder that `train_language_model.py` takes; what that held out is asked.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import environment
from environment import ROOT, Problem

WORDS = ROOT / "scripts" / "measure_manner.toml"


def main() -> int:
    """Count, print, write."""
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="measure_manner.py", description=summary)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="a folder with the four files of conversations")
    add("--adapter", type=Path, required=True, help="a folder that train_lora.py made")
    add("--base", type=Path, help="the folder of its base model (the starter)")
    add("--prompts", type=int, default=40, help="most prompts in each language (40)")
    options = parser.parse_args()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core import hardware, settings, starters  # noqa: PLC0415
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415
    from portfolio_core.training.language_model import sources  # noqa: PLC0415
    from portfolio_core.training.manner import measuring  # noqa: PLC0415

    base = options.base or starters.folder("chat-base")
    machine = hardware.detect(settings.current())
    try:
        talks = [talk for talk in sources.read(options.data) if talk.held_out]
        kept = measuring.measure(base, options.adapter, talks, machine, options.prompts)
    except FileNotFoundError as error:
        raise Problem(f"There is no {error.filename}.") from None
    except PortfolioError as error:
        raise Problem(f"{error.message} {error.hint}") from None
    limits = tomllib.loads(WORDS.read_text("utf-8"))["limits"]
    measuring.write(kept, limits, options.adapter)
    for language, shares in kept.languages.items():
        print(f"{language}: base {shares.base:.1%}, tuned {shares.tuned:.1%}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
