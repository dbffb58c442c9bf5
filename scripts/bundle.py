"""Make the folders that become Spaces on the Hub: build/<slug>/, which needs nothing beside it.

    python3 scripts/bundle.py --all               all of them, and what is in them
    python3 scripts/bundle.py ocr --verify        install it in a fresh environment, start it as
                                                  the Hub would, and send its smoke request
    python3 scripts/bundle.py gallery             all Spaces as one, for deploy.py --combined

A bundle is the Space's folder without what is private, the core's base, and of the engines,
trainings, pages and starter models what the Space uses. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse

import environment
from environment import ROOT, Problem


def main() -> int:
    """Make the bundles, and try them if that is asked for; return 1 when one is not well."""
    parser = argparse.ArgumentParser(prog="bundle.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="a folder in spaces/, or gallery")
    parser.add_argument("--all", action="store_true", help="every Space")
    parser.add_argument("--verify", action="store_true", help="install, start and ask each")
    options = parser.parse_args()
    if bool(options.slugs) == options.all:
        raise Problem("Name Spaces, each a folder in spaces/, or gallery; or say --all.")
    environment.require_inside(make=True)
    # Not before: outside the environment, one sentence is better than a traceback.
    from bundling import making  # noqa: PLC0415

    well = True
    for slug in making.chosen(ROOT, options.slugs):
        bundle = making.made(slug, ROOT)
        well &= not options.verify or making.verified(bundle, ROOT)
    return 0 if well else 1


if __name__ == "__main__":
    environment.run(main)
