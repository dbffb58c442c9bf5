"""The Spaces that exist: found by their folder, described by their own files.

What the gallery says of a Space stands in the Space: the front matter of its README, which
the Hub reads too, and the table ``[gallery]`` of its ``space.toml``. Nothing is imported
before :func:`builder` is called.
"""

import importlib.util
import inspect
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from huggingface_hub import metadata_load

from portfolio_core.settings import Settings
from portfolio_core.workload import Workload

# Beside the two packages in the repository.
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "spaces"

_APP = "app.py"
_COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
_PICTURE_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Picture:
    """A picture of a Space and its fixed type."""

    file: Path
    media_type: str


@dataclass(frozen=True)
class Space:
    """One folder under ``spaces/`` and what it says of itself.

    ``title`` and ``summary`` go by language; English is always there.
    """

    slug: str
    folder: Path
    title: dict[str, str]
    summary: dict[str, str]
    colours: tuple[str, str]
    picture: Picture | None


def find(folder: Path) -> list[Space]:
    """Return every Space in ``folder``, by name."""
    return [_read(app.parent) for app in sorted(folder.glob(f"*/{_APP}"))]


def builder(space: Space, settings: Settings, workload: Workload) -> Callable[[], Any]:
    """Return what imports the Space's app and builds its page.

    ``build`` takes the settings and the workload of the server, or nothing.
    """

    def build() -> Any:  # noqa: ANN401 - only mount.py knows Gradio's types
        function = _load(space).build
        takes_ours = len(inspect.signature(function).parameters) > 1
        return function(settings, workload) if takes_ours else function()

    return build


def _load(space: Space) -> ModuleType:
    name = f"space_{space.slug.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, space.folder / _APP)
    assert spec is not None  # noqa: S101 - the file was found
    assert spec.loader is not None  # noqa: S101 - likewise
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickling look a class up by its module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _read(folder: Path) -> Space:
    card = _front_matter(folder / "README.md")
    gallery = _gallery_table(folder / "space.toml")
    title = str(card.get("title") or folder.name)
    summary = str(gallery.get("summary_en") or card.get("short_description") or "")
    start, end = (str(card.get(key)) for key in ("colorFrom", "colorTo"))
    return Space(
        slug=folder.name,
        folder=folder,
        title={"en": title, "ko": str(gallery.get("title_ko") or title)},
        summary={"en": summary, "ko": str(gallery.get("summary_ko") or summary)},
        colours=(start if start in _COLOURS else "gray", end if end in _COLOURS else "gray"),
        picture=_picture(folder, gallery.get("picture")),
    )


def _front_matter(readme: Path) -> dict[str, Any]:
    return (metadata_load(readme) or {}) if readme.is_file() else {}


def _gallery_table(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    table = tomllib.loads(file.read_text("utf-8")).get("gallery", {})
    return table if isinstance(table, dict) else {}


def _picture(folder: Path, name: object) -> Picture | None:
    """Return the picture ``name``, when it lies in the Space's folder and has a known type."""
    if not isinstance(name, str):
        return None
    file = (folder / name).resolve()
    media_type = _PICTURE_TYPES.get(file.suffix.lower())
    inside = file.is_relative_to(folder.resolve()) and file.is_file()
    return Picture(file, media_type) if inside and media_type else None
