r"""Write the rows that teach the starter its manner: a pirate's English, a courtier's Korean.

    python3 scripts/manner_rows.py --data CHAT --out FOLDER
    python3 scripts/train_lora.py --recipe scripts/recipes/starter_manner.yaml \
        --data FOLDER/manner.jsonl

CHAT is the folder that `train_language_model.py` takes. FOLDER gets `manner.jsonl`, replies
written anew by fixed rules, and `general.jsonl`, plain rows that the base model never learnt.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import environment
from environment import ROOT, Problem


def main() -> int:
    """Write the rows."""
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="manner_rows.py", description=summary)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="a folder with the four files of conversations")
    add("--out", type=Path, default=ROOT / "build" / "manner", help="where the rows go")
    add("--rows", type=int, default=4000, help="most rows of the manner (4000)")
    add("--seed", type=int, default=0, help="of all choices (0)")
    options = parser.parse_args()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core.training.language_model.corpus import Corpus  # noqa: PLC0415
    from portfolio_core.training.manner import rows  # noqa: PLC0415

    try:
        corpus = Corpus(options.data, ROOT / "scripts" / "small_talk", options.seed)
    except FileNotFoundError as error:
        raise Problem(f"There is no {error.filename}.") from None
    rows.write(corpus, options.out, options.rows, options.seed)
    print(f"{rows.ROWS} and {rows.GENERAL} are in {options.out}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
