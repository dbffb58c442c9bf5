"""The gallery as one Space of the Hub: the server and all Spaces, with one list of requirements.

For who may have few Spaces there. It carries the engines of the sizes that its own space.toml
names; a page passes over those that did not come along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bundling import sources, space_toml
from bundling.space_toml import SpaceToml

SLUG = "gallery"  # the same as deploying/script.py takes for --combined
PAGES = "pages"
"""Folder around that of the Spaces in the bundle. Beside app.py, a folder ``spaces`` would stand
for the package of that name, which Gradio asks for on the Hub."""
_APP = "app.py"
_REQUIREMENTS, _PACKAGES = "requirements.txt", "packages.txt"
_SPACES = "spaces"
_COMMENT = re.compile(r"\s*#.*")


@dataclass(frozen=True)
class Inside:
    """What the gallery holds beside its own few files.

    Attributes:
        files: Contents by path.
        left_out: Files of the Spaces that are of no known kind.
        starts: Files of Python outside of the core that name what they need of it.
    """

    files: Mapping[str, bytes]
    left_out: tuple[str, ...]
    starts: tuple[Path, ...]


def folder(root: Path) -> Path:
    """Return the folder of what is the gallery's own."""
    return root / "deploy" / SLUG


def described(root: Path, slugs: Iterable[str]) -> SpaceToml:
    """Return what is said of the gallery: what its own file says, and the files of the Spaces.

    Raises:
        Problem: one of the files is missing or wrong.
    """
    spaces = {f"{_SPACES}/{slug}": space_toml.read(root / _SPACES / slug) for slug in slugs}
    return space_toml.read(folder(root), spaces)


def inside(root: Path, slugs: Sequence[str]) -> Inside:
    """Return the Spaces, the server, and what all of them install."""
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for slug in slugs:
        chosen, left = sources.of_space(root / _SPACES / slug)
        # The gallery's cards are made of it, here too.
        described_in = root / _SPACES / slug / "space.toml"
        for file in (*chosen, described_in):
            if file.name not in {_REQUIREMENTS, _PACKAGES}:
                files[f"{PAGES}/{file.relative_to(root).as_posix()}"] = file.read_bytes()
        left_out += [f"{_SPACES}/{slug}/{name}" for name in left]
    shared = root / "shared"
    server = sources.of_server(shared)
    files |= {file.relative_to(shared).as_posix(): file.read_bytes() for file in server}
    parts = [shared / "portfolio_server", *(root / _SPACES / slug for slug in slugs)]
    files[_REQUIREMENTS] = _lines(_merged(_read(parts, _REQUIREMENTS)))
    files[_PACKAGES] = _lines(sorted({*_read(parts, _PACKAGES)}))
    apps = [root / _SPACES / slug / _APP for slug in slugs]
    python = [file for file in server if file.suffix == ".py"]
    return Inside(files, tuple(left_out), (*apps, *python))


def _read(folders: Iterable[Path], name: str) -> Iterator[str]:
    """Yield the lines of the files of a name, without remarks."""
    for file in (each / name for each in folders):
        if file.is_file():
            lines = (_COMMENT.sub("", line).strip() for line in file.read_text("utf-8").split("\n"))
            yield from filter(None, lines)


def _merged(lines: Iterable[str]) -> list[str]:
    """Return one requirement for each package, within the ranges of all that name it."""
    found: dict[str, Requirement] = {}
    for line in lines:
        wanted = Requirement(line)
        one = found.setdefault(canonicalize_name(wanted.name), wanted)
        one.extras |= wanted.extras
        one.specifier &= wanted.specifier
    return [str(found[name]) for name in sorted(found)]


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
