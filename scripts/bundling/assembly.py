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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bundling import closure, front_matter, space_toml
from bundling.front_matter import RELEASE
from environment import Problem
from portfolio_core import catalog
from portfolio_core.catalog import Model

MANIFEST = "BUNDLE.json"
LARGEST_FILE = 10_000_000
"""Bytes; larger files are for the Hub's large file storage, and nothing here is one."""

# Files of a Space, by name or by kind. One Python file: two Spaces in one process would get each
# other's helpers.
_NAMES = ("README.md", "app.py", "requirements.txt", "packages.txt")
_KINDS = (".toml", ".json", ".jsonl", ".txt", ".md", ".csv", ".xlsx", ".docx", ".pdf")
_MEDIA = (".svg", ".png", ".jpg", ".webp", ".wav", ".flac", ".mp3", ".ogg", ".mp4", ".webm")
_PRIVATE = ("space.toml",)
# Beside the modules of the core: what pages are made of, and the starter models.
_ASSETS = (".css", ".js", ".html", ".svg")
_WEIGHTS = (".safetensors", ".json", ".jinja", ".png", ".md")
# The base of the core goes along whole; engines, training and pages as they are needed.
_CHOSEN = ("engines", "training", "ui", "starters")

_HUB = "https://huggingface.co/"
_HUB_MODEL = re.compile(rf"{re.escape(_HUB)}([\w.-]+)/[\w.-]+")
_NO_OWNERS = ("docs", "spaces", "datasets")


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


def assemble(slug: str, root: Path, build: Path) -> Bundle:
    """Make ``build/<slug>/`` anew.

    Raises:
        Problem: something of the Space is not fit for the Hub.
    """
    space = root / "spaces" / slug
    if not (space / "app.py").is_file():
        raise Problem(f"There is no Space {slug!r}, only: {', '.join(slugs(root))}.")
    described = space_toml.read(space)
    front_matter.check(
        space / "README.md", gradio=pinned(root, "gradio"), models=_repositories(described.tasks)
    )
    chosen, left_out = _of_space(space)
    _check_smoke(space, described.smoke)
    sources = {file.relative_to(space).as_posix(): file for file in chosen}
    shared = root / "shared"
    for file in _of_core(shared, space, described):
        sources[file.relative_to(shared).as_posix()] = file
    _check_sizes(slug, sources)
    return _written(slug, root, build / slug, sources, left_out)


def pinned(root: Path, package: str) -> str:
    """Return the version of ``package`` that was tested."""
    pins = (root / "constraints.txt").read_text("utf-8")
    found = re.search(rf"^{re.escape(package)}==(\S+)$", pins, re.MULTILINE)
    if found is None:
        raise Problem(f"constraints.txt pins no {package}: run scripts/constraints.py.")
    return found[1]


def _of_space(space: Path) -> tuple[list[Path], tuple[str, ...]]:
    chosen, left_out = [], []
    for file in sorted(path for path in space.rglob("*") if path.is_file()):
        path = file.relative_to(space)
        if "__pycache__" in path.parts or path.as_posix() in _PRIVATE:
            continue
        hidden = any(part.startswith(".") for part in path.parts)
        known = path.as_posix() in _NAMES or path.suffix in (*_KINDS, *_MEDIA)
        if known and not hidden and not file.is_symlink():
            chosen.append(file)
        else:
            left_out.append(path.as_posix())
    return chosen, tuple(left_out)


def _of_core(shared: Path, space: Path, described: space_toml.SpaceToml) -> Iterator[Path]:
    core = shared / closure.PACKAGE
    base = [
        file
        for file in sorted(core.rglob("*.py"))
        if file.relative_to(core).parts[0] not in _CHOSEN
    ]
    engines = (model.engine.partition(":")[0] for model in _models(described.tasks))
    starts = [space / "app.py", *base]
    modules = closure.modules(shared, starts, [closure.PACKAGE + ".starters", *engines])
    yield from {*base, *modules}
    for folder in {file.parent for file in modules}:
        yield from (file for file in folder.iterdir() if file.suffix in _ASSETS)
    for name in described.starters:
        yield from _of_starter(core / "starters" / name)


def _of_starter(folder: Path) -> Iterator[Path]:
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix in _WEIGHTS]
    if not files:
        raise Problem(f"There is no starter model {folder.name!r} in {folder.parent.name}/.")
    yield from files


def _models(tasks: Iterable[str]) -> list[Model]:
    found = [model for model in catalog.MODELS if set(tasks) & set(model.tasks)]
    unknown = set(tasks) - {task for model in found for task in model.tasks}
    if unknown:
        raise Problem(f"The catalog has no model for {', '.join(sorted(unknown))}.")
    return found


def _repositories(tasks: Iterable[str]) -> set[str]:
    """Return the repositories on the Hub that the models of ``tasks`` come from."""
    found = set()
    for model in _models(tasks):
        files = [*([model.hub] if model.hub else []), *model.parts.values()]
        found |= {each.repository for each in files}
        source = _HUB_MODEL.fullmatch(model.source)
        if source and source[1] not in _NO_OWNERS:
            found.add(source[0].removeprefix(_HUB))
    return found


def _check_smoke(space: Path, smoke: space_toml.Smoke) -> None:
    for value in smoke.arguments.values():
        if str(value).startswith("examples/") and not (space / str(value)).is_file():
            raise Problem(f"{space.name}/space.toml asks with {value}, which is not there.")


def _check_sizes(slug: str, sources: Mapping[str, Path]) -> None:
    for path, file in sources.items():
        if file.stat().st_size > LARGEST_FILE and file.suffix != ".safetensors":
            raise Problem(f"{slug}: {path} has over {LARGEST_FILE:,} bytes; make it smaller.")


def _written(
    slug: str, root: Path, target: Path, sources: Mapping[str, Path], left_out: tuple[str, ...]
) -> Bundle:
    contents = {path: file.read_bytes() for path, file in sources.items()}
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
    changed = _git(root, "status", "--porcelain", "--", "shared", "spaces", "constraints.txt")
    return f"{head}-changed" if head and changed else head or "unknown"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
