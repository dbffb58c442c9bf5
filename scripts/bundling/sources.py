"""Which files become a bundle: of a Space's folder, of the core, and of the server.

What goes in is named by kind; all else of a Space is left out and told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from bundling import closure
from environment import Problem
from portfolio_core import catalog
from portfolio_core.catalog import Model

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


def of_space(space: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Return the files of a Space's folder, and the names of those that stay behind."""
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


def of_core(
    shared: Path, starts: Iterable[Path], chosen: Iterable[Model], starters: Iterable[str]
) -> Iterator[Path]:
    """Yield the files of the core that are needed.

    Args:
        shared: The folder that the core lies in.
        starts: Files of Python outside of the core.
        chosen: Models whose engines come along.
        starters: Starter models that come along.

    Raises:
        Problem: there is no such starter model.
    """
    core = shared / closure.PACKAGE
    base = [
        file
        for file in sorted(core.rglob("*.py"))
        if file.relative_to(core).parts[0] not in _CHOSEN
    ]
    engines = (model.engine.partition(":")[0] for model in chosen)
    named = [closure.PACKAGE + ".starters", *engines]
    modules = closure.modules(shared, [*starts, *base], named)
    yield from {*base, *modules}
    for folder in {file.parent for file in modules}:
        yield from (file for file in folder.iterdir() if file.suffix in _ASSETS)
    for name in starters:
        yield from _of_starter(core / "starters" / name)


def of_server(shared: Path) -> list[Path]:
    """Return the files of the server, which goes along whole or not at all."""
    return [
        file
        for file in sorted((shared / "portfolio_server").rglob("*"))
        if file.suffix in {".py", *_ASSETS}
    ]


def models(tasks: Collection[str], presets: Collection[str]) -> list[Model]:
    """Return the models that do one of ``tasks`` and are of one of the sizes.

    Raises:
        Problem: the catalog has none for a task.
    """
    unknown = set(tasks) - {task for model in catalog.MODELS for task in model.tasks}
    if unknown:
        raise Problem(f"The catalog has no model for {', '.join(sorted(unknown))}.")
    return [
        model
        for model in catalog.MODELS
        if set(tasks) & set(model.tasks) and model.preset in presets
    ]


def repositories(chosen: Iterable[Model]) -> set[str]:
    """Return the repositories on the Hub that models come from."""
    found = set()
    for model in chosen:
        files = [*([model.hub] if model.hub else []), *model.parts.values()]
        found |= {each.repository for each in files}
        source = _HUB_MODEL.fullmatch(model.source)
        if source and source[1] not in _NO_OWNERS:
            found.add(source[0].removeprefix(_HUB))
    return found


def _of_starter(folder: Path) -> Iterator[Path]:
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix in _WEIGHTS]
    if not files:
        raise Problem(f"There is no starter model {folder.name!r} in {folder.parent.name}/.")
    yield from files
