"""Put a Space and the part of the core that it needs into one folder, ready for the Hub.

The same sources give the same bytes: nothing of this machine, of the time or of an order of
files gets in. What goes in is named by kind; all else is left out and told.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bundling import front_matter, gallery, sources, space_toml
from bundling.front_matter import RELEASE
from bundling.space_toml import SpaceToml
from environment import Problem

MANIFEST = "BUNDLE.json"
LARGEST_FILE = 10_000_000
"""Bytes; larger files are for the Hub's large file storage, and nothing here is one."""


@dataclass(frozen=True)
class BundledFile:
    """One file of a bundle; ``size`` in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Bundle:
    """A folder that is a Space.

    Attributes:
        slug: The Space's name.
        folder: Where it lies.
        content_hash: SHA-256 over the names and contents of all files but the manifest.
        commit: Commit of the sources, with ``-changed`` where they differ from it.
        files: What is in it but the manifest, by path, sorted.
        left_out: Files of the Space's folder that are of no known kind.
    """

    slug: str
    folder: Path
    content_hash: str
    commit: str
    files: Mapping[str, BundledFile]
    left_out: tuple[str, ...]


def slugs(root: Path) -> list[str]:
    """Return the names of all Spaces."""
    return sorted(app.parent.name for app in root.glob("spaces/*/app.py"))


def known(root: Path, names: Iterable[str]) -> None:
    """Check that there are bundles of these names: Spaces, and the gallery of them.

    Raises:
        Problem: there are not.
    """
    there = [*slugs(root), *([gallery.SLUG] if gallery.folder(root).is_dir() else [])]
    for name in names:
        if name not in there:
            raise Problem(f"There is no Space named {name!r}; there are: {', '.join(there)}.")


def described(root: Path, slug: str) -> SpaceToml:
    """Return what is said of a Space's bundle, deployment and smoke test, or of the gallery's.

    Raises:
        Problem: something of it is missing or wrong.
    """
    if slug == gallery.SLUG:
        return gallery.described(root, slugs(root))
    return space_toml.read(root / "spaces" / slug)


def asked_from(root: Path, slug: str) -> Path:
    """Return the folder that the files of the smoke requests lie in."""
    return root if slug == gallery.SLUG else root / "spaces" / slug


def assemble(slug: str, root: Path, build: Path) -> Bundle:
    """Make ``build/<slug>/`` anew.

    Raises:
        Problem: something of it is not fit for the Hub.
    """
    front_matter.check_release()
    known(root, [slug])
    told = described(root, slug)
    models = sources.models(told.tasks, told.presets)
    folder = gallery.folder(root) if slug == gallery.SLUG else root / "spaces" / slug
    front_matter.check(
        folder / "README.md",
        gradio=pinned(root, "gradio"),
        models=sources.repositories(models),
    )
    _check_smokes(asked_from(root, slug), slug, told.smokes)
    chosen, left_out = sources.of_space(folder)
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in chosen}
    starts = [folder / "app.py"]
    if slug == gallery.SLUG:
        inside = gallery.inside(root, slugs(root))
        files |= inside.files
        left_out += inside.left_out
        starts += inside.starts
    shared = root / "shared"
    for file in sources.of_core(shared, starts, models, told.starters):
        files[file.relative_to(shared).as_posix()] = file.read_bytes()
    _check_sizes(slug, files)
    return _written(slug, root, build / slug, files, left_out)


def pinned(root: Path, package: str) -> str:
    """Return the version of ``package`` that was tested."""
    pins = (root / "constraints.txt").read_text("utf-8")
    found = re.search(rf"^{re.escape(package)}==(\S+)$", pins, re.MULTILINE)
    if found is None:
        raise Problem(f"constraints.txt pins no {package}: run scripts/constraints.py.")
    return found[1]


def _check_smokes(folder: Path, slug: str, smokes: Iterable[space_toml.Smoke]) -> None:
    for smoke in smokes:
        for value in smoke.arguments.values():
            example = str(value).startswith("examples/")
            if example and not (folder / smoke.place / str(value)).is_file():
                raise Problem(f"{slug}/space.toml asks with {value}, which is not there.")


def _check_sizes(slug: str, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        if len(content) > LARGEST_FILE and not path.endswith(".safetensors"):
            raise Problem(f"{slug}: {path} has over {LARGEST_FILE:,} bytes; make it smaller.")


def _written(
    slug: str, root: Path, target: Path, contents: dict[str, bytes], left_out: tuple[str, ...]
) -> Bundle:
    contents["pre-requirements.txt"] = _pre_requirements(contents["requirements.txt"])
    files = {
        path: BundledFile(len(contents[path]), hashlib.sha256(contents[path]).hexdigest())
        for path in sorted(contents)
    }
    told = "".join(f"{path}\0{file.sha256}\n" for path, file in files.items())
    content_hash = hashlib.sha256(told.encode()).hexdigest()
    bundle = Bundle(slug, target, content_hash, _commit(root), files, left_out)
    contents[MANIFEST] = _manifest(bundle)
    _replace(target, contents)
    return bundle


def _pre_requirements(requirements: bytes) -> bytes:
    """Return what the Hub installs first: the release of torch that its hardware offers.

    It satisfies the range of the requirements, which are installed after it; so the same
    requirements can be installed elsewhere with the release that is tested here.
    """
    pins = (
        [f"torch=={RELEASE['torch']}\n"]
        if re.search(rb"^torch\b", requirements, re.MULTILINE)
        else []
    )
    return "".join(["# Installed before requirements.txt.\n", *pins]).encode()


def _manifest(bundle: Bundle) -> bytes:
    table = {
        "made_by": "scripts/bundle.py",
        "commit": bundle.commit,
        "content_hash": bundle.content_hash,
        "files": {path: asdict(file) for path, file in bundle.files.items()},
    }
    return (json.dumps(table, indent=1) + "\n").encode()


def _replace(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write the folder under another name and put it in the place of the old one."""
    new = target.with_name(f".{target.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    for path, content in contents.items():
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        (new / path).write_bytes(content)
    shutil.rmtree(target, ignore_errors=True)
    new.replace(target)


def _commit(root: Path) -> str:
    """Return the commit of the sources; without git there is none to tell."""
    head = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", "shared", "spaces", "deploy")
    return f"{head}-changed" if head and changed else head or "unknown"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
