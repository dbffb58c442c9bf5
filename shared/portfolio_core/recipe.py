"""Where a result comes from: all that is needed to make it again."""

import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any

from pydantic import BaseModel, ConfigDict

from portfolio_core.catalog import Choice


class Recipe(BaseModel):
    """Provenance of one result, shown to the visitor and returned by every endpoint."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    task: str
    """What was done."""
    model: str
    """Key of the model in the catalog."""
    model_name: str
    """The model's name for people."""
    revision: str
    """Commit of the weights, 40 hexadecimal digits, or the version of the package with them."""
    licence: str
    """SPDX identifier of the model's licence."""
    preset: str
    """Size that the model belongs to."""
    reason: str
    """Code of the reason why this model was chosen."""
    also: list[str] = []
    """Keys of other models that took part."""
    parameters: dict[str, Any]
    """The endpoint's arguments, ready to be sent again."""
    seed: int | None
    """Seed of the random numbers; none where the result has no chance in it."""
    seconds: float
    """Time the work took, without the wait for its turn."""
    created: datetime
    """When the work was done, UTC."""
    software: str
    """Version of this software, and of Python."""


class Stopwatch:
    """Measures from its making, or its last restart, on."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Measure from now on."""
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the start, to the millisecond."""
        return round(time.perf_counter() - self._start, 3)


def write(
    choice: Choice,
    *,
    revision: str,
    parameters: dict[str, Any],
    seconds: float,
    seed: int | None = None,
    also: Sequence[str] = (),
) -> Recipe:
    """Write the recipe of a result made by the chosen model."""
    model = choice.model
    return Recipe(
        task=choice.task,
        model=model.key,
        model_name=model.name,
        revision=revision,
        licence=model.licence,
        preset=model.preset.value,
        reason=choice.reason.code,
        also=list(also),
        parameters=parameters,
        seed=seed,
        seconds=seconds,
        created=datetime.now(UTC).replace(microsecond=0),
        software=f"spaces-portfolio {_version()}, Python {platform.python_version()}",
    )


@cache
def _version() -> str:
    """Look it up once: a file is read and parsed for it, longer than a small model works."""
    try:
        return metadata.version("spaces-portfolio")
    except metadata.PackageNotFoundError:  # a Space on the Hub carries the core as a folder
        return "bundled"
