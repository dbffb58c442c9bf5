"""Every model the portfolio knows, as data, and the choice among them.

It imports no engine: an engine is a string here and is imported when it is loaded.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portfolio_core.errors import ModelUnavailable
from portfolio_core.hardware import Hardware
from portfolio_core.settings import MEBIBYTE, Preset, Settings

# From the smallest need to the largest; ``auto`` looks from the right.
SIZES = (Preset.EMBEDDED, Preset.TINY, Preset.SMALL, Preset.LARGE)


@dataclass(frozen=True)
class HubFiles:
    """Weights on the Hub, pinned.

    Attributes:
        repository: ``owner/name``.
        revision: Commit, 40 hexadecimal digits.
        sha256: Path inside the repository to the checksum of its content.
    """

    repository: str
    revision: str
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """One model as a page names it.

    Attributes:
        key: Unique name, used in the API and in recipes.
        name: Name for people, with its version.
        task: Name of the package under ``engines``, with hyphens.
        preset: The size it belongs to.
        engine: ``module:Class`` of what runs it.
        licence: SPDX identifier.
        source: Where it comes from, an address for people.
        languages: ISO 639-1 codes.
        memory_bytes: What a loaded engine takes, about.
        packages: Importable names that the engine needs.
        hub: Its weights, when they come from the Hub.
    """

    key: str
    name: str
    task: str
    preset: Preset
    engine: str
    licence: str
    source: str
    languages: tuple[str, ...]
    memory_bytes: int
    packages: tuple[str, ...] = ()
    hub: HubFiles | None = None


@dataclass(frozen=True)
class Reason:
    """Why a model was chosen: a code that a page can translate, and its fields."""

    code: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The model that runs, and why."""

    model: Model
    reason: Reason


MODELS: tuple[Model, ...] = (
    Model(
        key="espeak-ng",
        name="espeak-ng 1.52",
        task="text-to-speech",
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.text_to_speech.espeak:EspeakEngine",
        licence="GPL-3.0-or-later",
        source="https://github.com/espeak-ng/espeak-ng",
        languages=("en", "ko"),
        memory_bytes=20 * MEBIBYTE,
        packages=("espeakng_loader",),
    ),
)


def choose(
    task: str,
    settings: Settings,
    hardware: Hardware,
    *,
    reachable: Callable[[Model], bool],
    models: tuple[Model, ...] = MODELS,
) -> Choice:
    """Choose the model for ``task``: the largest allowed one that can be had here.

    Args:
        task: Task of the model.
        settings: Their preset is the upper bound; ``auto`` takes the hardware's ceiling.
        hardware: The machine.
        reachable: Tells whether a model's weights are here or can be downloaded.
        models: Where to choose from.

    Raises:
        ModelUnavailable: not even the smallest model of the task can be had.
    """
    automatic = settings.preset is Preset.AUTO
    ceiling = SIZES.index(hardware.ceiling if automatic else settings.preset)
    missed: Reason | None = None
    for size in reversed(SIZES[: ceiling + 1]):
        for model in (m for m in models if m.task == task and m.preset is size):
            obstacle = _obstacle(model, reachable)
            if obstacle is None:
                return Choice(model, missed or _plain_reason(model, settings.preset))
            missed = missed or obstacle
    raise ModelUnavailable(task)


def engine_class(model: Model) -> Any:  # noqa: ANN401 - each task has its own protocol
    """Import the class that runs ``model``; light, the heavy part is its ``load``."""
    module, _, name = model.engine.partition(":")
    return getattr(importlib.import_module(module), name)


def _plain_reason(model: Model, asked: Preset) -> Reason:
    if asked is not Preset.AUTO:
        code = "preset_chosen" if model.preset is asked else "nothing_larger"
        return Reason(code, {"preset": asked.value})
    return Reason("largest_here" if model.preset is not Preset.EMBEDDED else "needs_no_download")


def _obstacle(model: Model, reachable: Callable[[Model], bool]) -> Reason | None:
    missing = next((p for p in model.packages if importlib.util.find_spec(p) is None), None)
    if missing:
        return Reason("package_missing", {"model": model.name, "package": missing})
    if model.hub and not reachable(model):
        return Reason("hub_unreachable", {"model": model.name})
    return None
