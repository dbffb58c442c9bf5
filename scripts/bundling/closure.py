"""Which modules of the core a Space needs: those that its page names, and those that they name.

Found by reading the sources, never by importing them. A module that is named in a text, as the
work of a child process is, counts like an import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = "portfolio_core"

# What the catalog names is there to be chosen from, not to be brought along.
_CATALOG = ("catalog.py", "clip_models.py", "picture_models.py")
_NAMED = re.compile(rf"{PACKAGE}(?:\.\w+)+(?::\w+)?")


def modules(shared: Path, starts: Iterable[Path], named: Iterable[str]) -> set[Path]:
    """Return the files of the package's modules that are needed.

    Args:
        shared: The folder that the package lies in.
        starts: Files of Python outside of the package.
        named: Further modules, as ``portfolio_core.media``; a package stands for its own file
            alone.
    """
    found: set[Path] = set()
    waiting = [*(name for start in starts for name in _names(start)), *named]
    while waiting:
        name = waiting.pop()
        for file in _files(shared, name):
            if file not in found:
                found.add(file)
                waiting += _names(file)
    return found


def _names(file: Path) -> Iterator[str]:
    """Yield what a file imports from the package, and what it names in texts."""
    texts = file.name not in _CATALOG
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and _ours(node.module or ""):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif texts and isinstance(node, ast.Constant) and _NAMED.fullmatch(str(node.value)):
            yield str(node.value).partition(":")[0]


def _ours(name: str) -> bool:
    return name.partition(".")[0] == PACKAGE


def _files(shared: Path, name: str) -> Iterator[Path]:
    """Yield the file of a module and of each package around it; a mere name in one has none."""
    folder = shared
    for part in name.split("."):
        folder /= part
        for file in (folder / "__init__.py", folder.with_suffix(".py")):
            if file.is_file():
                yield file
