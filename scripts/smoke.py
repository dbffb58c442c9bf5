"""Ask every Space on the Hub its smoke request, and say which do not answer as expected.

    python3 scripts/smoke.py --owner NAME                all of them
    python3 scripts/smoke.py --owner NAME --only ocr     one (--only may be given again)
    python3 scripts/smoke.py --owner NAME --combined     the gallery, and each Space in it

Nothing is changed and no token is needed; private Spaces need HF_TOKEN. Exit codes: 0 all answer
as expected; 1 something here has to be put right; 7 a Space does not answer as expected.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import environment
from deploying import script
from environment import ROOT

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from deploying.redaction import Redactor


def main() -> int:
    """Ask, and sum up."""
    return script.run(_options, _ask)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = script.parser("smoke.py", __doc__)
    add = parser.add_argument
    add("--owner", required=True, help="a person or an organisation on the Hub")
    script.add_choice(parser)
    add("--pause", type=float, default=20, metavar="SEC", help="between two tries (20)")
    return parser.parse_args(arguments)


def _ask(options: argparse.Namespace, redactor: Redactor) -> int:
    # Not before: outside the environment, one sentence is better than a traceback.
    from huggingface_hub import HfApi, get_token  # noqa: PLC0415

    from deploying import run  # noqa: PLC0415
    from deploying.problems import Code  # noqa: PLC0415

    token = get_token()
    redactor.hide(token or "")
    slugs = run.chosen(ROOT, options.only, options.max_spaces)
    api = HfApi(token=token or False)
    well = [_well(api, options, slug, token) for slug in slugs]
    print(f"{sum(well)} of {len(well)} answer as expected.")
    return Code.DONE if all(well) else Code.VERSION


def _well(api: HfApi, options: argparse.Namespace, slug: str, token: str | None) -> bool:
    from bundling import assembly  # noqa: PLC0415
    from deploying import asking  # noqa: PLC0415
    from deploying.problems import Refusal  # noqa: PLC0415

    smokes, folder = assembly.described(ROOT, slug).smokes, assembly.asked_from(ROOT, slug)
    name = f"{options.owner}/{slug}"
    try:
        wrong = asking.wrong(api, name, smokes, folder, token=token, pause=options.pause)
    except Refusal as refusal:
        wrong = [str(refusal)]
    print(f"{slug}: {' '.join(wrong) or 'as expected'}", flush=True)
    return not wrong


if __name__ == "__main__":
    environment.run(main)
