"""Make one bundle and try it, and print what comes of that."""

from __future__ import annotations

import os
from pathlib import Path

from bundling import assembly, secrets, trial
from bundling.assembly import Bundle
from environment import Problem

_MEBIBYTE = 2**20


def chosen(root: Path, names: list[str]) -> list[str]:
    """Return the bundles that are meant: those named, or every Space.

    Raises:
        Problem: there is none of such a name.
    """
    assembly.known(root, names)
    return names or assembly.slugs(root)


def made(slug: str, root: Path) -> Bundle:
    """Make one bundle and print what it is.

    Raises:
        Problem: it cannot be made, or something in it looks like a secret.
    """
    bundle = assembly.assemble(slug, root, root / "build")
    found = secrets.hits(bundle.folder, os.environ)
    if found:
        places = "".join(f"\n  {hit.path}:{hit.line}: {hit.kind}" for hit in found)
        raise Problem(f"{slug}: this looks secret; take it out of the sources:{places}")
    size = sum(file.size for file in bundle.files.values()) / _MEBIBYTE
    print(f"{slug:<24}{len(bundle.files):>4} files{size:>7.1f} MiB  {bundle.content_hash[:12]}")
    for path in bundle.left_out:
        print(f"  left out, of no known kind: {path}")
    return bundle


def verified(bundle: Bundle, root: Path) -> bool:
    """Try a bundle in a fresh environment, and print how that went; return whether it is well.

    Raises:
        Problem: it cannot be installed, does not start, or gives no answer.
    """
    wanted = assembly.described(root, bundle.slug)
    done = trial.verify(bundle, wanted, root / "constraints.txt")
    print(
        f"  installed in {done.install:.0f} s, first page after {done.start:.1f} s, "
        f"answered after {done.answer:.1f} s"
    )
    for smoke in wanted.smokes:
        print(f"  {smoke.place}{smoke.endpoint}: {smoke.expect}")
    for sentence in done.wrong:
        print(f"  WRONG: {sentence}")
    return not done.wrong
