"""Keep constraints.txt in step with what is installed, which is what the gate has tested.

    .venv/bin/python scripts/constraints.py          write the pins of .venv
    .venv/bin/python scripts/constraints.py --check  say what is missing or differs

To try newer packages: delete the pins, run ``scripts/test.py``, then write them anew.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata

import environment
from environment import ROOT, Problem

_FILE = ROOT / "constraints.txt"
_PROJECT = "spaces-portfolio"
_HEAD = """\
# What the gate was run with, direct and indirect; written by scripts/constraints.py.
# A Space's own requirements.txt gives ranges instead, and its bundle pins what its host lists.
# torch is pinned by hand and without a local version: which build fits the machine, with or
# without CUDA, is for its index to say.
"""
_BY_HAND = {"torch": "2.13.0"}


def main() -> int:
    """Write the file, or check it."""
    environment.require_inside()
    pins = installed_pins()
    text = _HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
    if "--check" not in sys.argv[1:]:
        _FILE.write_text(text, "utf-8")
        return 0
    if set(text.splitlines()) - set(_FILE.read_text("utf-8").splitlines()):
        raise Problem("constraints.txt is not what is installed: run scripts/constraints.py.")
    return 0


def installed_pins() -> dict[str, str]:
    """Return name and version of every package that one of our extras needs."""
    from packaging.requirements import Requirement  # noqa: PLC0415  in the environment only

    extras = {*environment.spaces(), "server", "ray", "test"}
    pins = dict(_BY_HAND)
    waiting = [(_PROJECT, frozenset(extras))]
    seen = set(waiting)
    while waiting:
        project, asked = waiting.pop()
        distribution = metadata.distribution(project)
        if normal(project) not in {_PROJECT, *_BY_HAND}:
            pins[normal(project)] = distribution.version
        for line in distribution.requires or ():
            needed = Requirement(line)
            marker = needed.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in {"", *asked}):
                continue
            found = (needed.name, frozenset(needed.extras))
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    return pins


def normal(name: str) -> str:
    """Return a package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    environment.run(main)
