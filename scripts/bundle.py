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
import os

import environment
from bundling import assembly, secrets, trial
from bundling.assembly import Bundle
from bundling.front_matter import HOST, RELEASE
from environment import ROOT, Problem

_MEBIBYTE = 2**20


def main() -> int:
    """Make the bundles, and try them if that is asked for; return 1 when one is not well."""
    parser = argparse.ArgumentParser(prog="bundle.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="a folder in spaces/, or gallery")
    parser.add_argument("--all", action="store_true", help="every Space")
    parser.add_argument("--verify", action="store_true", help="install, start and ask each")
    options = parser.parse_args()
    environment.require_inside()
    if bool(options.slugs) == options.all:
        raise Problem(f"Name Spaces or say --all; there are: {', '.join(assembly.slugs(ROOT))}.")
    check_release()
    assembly.known(ROOT, options.slugs)
    well = True
    for slug in options.slugs or assembly.slugs(ROOT):
        bundle = made(slug)
        well &= not options.verify or _verified(bundle)
    return 0 if well else 1


def check_release() -> None:
    """Check that what bundles are built with is what ZeroGPU offers.

    Raises:
        Problem: it is not.
    """
    for name, version in RELEASE.items():
        if version not in HOST[name]:
            raise Problem(
                f"ZeroGPU offers {name} {', '.join(HOST[name])} (read on {HOST['read']}), not "
                f"{version}: change scripts/bundling/zerogpu.toml."
            )


def made(slug: str) -> Bundle:
    """Make one bundle and print what it is.

    Raises:
        Problem: it cannot be made, or something in it looks like a secret.
    """
    bundle = assembly.assemble(slug, ROOT, ROOT / "build")
    found = secrets.hits(bundle.folder, os.environ)
    if found:
        places = "".join(f"\n  {hit.path}:{hit.line}: {hit.kind}" for hit in found)
        raise Problem(f"{slug}: this looks secret; take it out of the sources:{places}")
    size = sum(file.size for file in bundle.files.values()) / _MEBIBYTE
    print(f"{slug:<24}{len(bundle.files):>4} files{size:>7.1f} MiB  {bundle.content_hash[:12]}")
    for path in bundle.left_out:
        print(f"  left out, of no known kind: {path}")
    return bundle


def _verified(bundle: Bundle) -> bool:
    wanted = assembly.described(ROOT, bundle.slug)
    done = trial.verify(bundle, wanted, ROOT / "constraints.txt")
    print(
        f"  installed in {done.install:.0f} s, first page after {done.start:.1f} s, "
        f"answered after {done.answer:.1f} s"
    )
    for smoke in wanted.smokes:
        print(f"  {smoke.place}{smoke.endpoint}: {smoke.expect}")
    for sentence in done.wrong:
        print(f"  WRONG: {sentence}")
    return not done.wrong


if __name__ == "__main__":
    environment.run(main)
