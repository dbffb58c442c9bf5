"""How a picture was made, read from its file: settings to draw it again, and what forbids it.

A file comes from anywhere. What it says is data: each value is checked as if a stranger had sent
it, and what is of no use here is told apart instead of spoiling the rest.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from portfolio_core.catalog import Model
from portfolio_core.engines.diffusion import infotext
from portfolio_core.errors import InvalidInput, NoRecipe, quoted
from portfolio_core.media import images
from portfolio_core.settings import Limits

RECIPE, INFOTEXT, CALL = "recipe", "parameters", "call"
"""Text chunks of a PNG: our recipe, A1111's text, and the call that makes the picture again."""

_SAMPLER = re.compile(r"Sampler: ([^,\n]{1,80})")
Source = Literal["recipe", "a1111"]


@dataclass(frozen=True)
class Problem:
    """Something that cannot be as it was: a code that a page can say in words.

    Attributes:
        code: ``"model"`` (another one draws here), ``"revision"`` (other weights of the same
            model), ``"value"`` (of no use here, and left out).
        fields: What its text is filled in with.
    """

    code: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Restored:
    """What a picture says of how it was made.

    Attributes:
        source: Where it was found: in our recipe, or in A1111's text.
        settings: Arguments of the endpoint that draws, each of them checked.
        problems: What cannot be as it was.
    """

    source: Source
    settings: dict[str, Any]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Told:
    """What a file says, unchecked."""

    source: Source
    parameters: Mapping[str, object]
    model: object = None
    model_name: object = None
    revision: object = None
    sampler: str = ""


def restored(
    file: Path,
    *,
    known: Mapping[str, Any],
    check: Callable[[dict[str, Any]], object],
    model: Model,
    revision: str,
    limits: Limits,
) -> Restored:
    """Read how the picture in ``file`` was made.

    Args:
        file: A picture.
        known: The endpoint's parameters with values that are right for sure.
        check: Raises :class:`InvalidInput` for arguments that the endpoint refuses.
        model: What draws here.
        revision: Of its weights; empty where that is not known yet.
        limits: Those on pictures.

    Raises:
        NoRecipe: it does not say.
        InvalidInput: see :func:`images.read`.
    """
    text = images.read(file, limits).text
    told = _recipe(text.get(RECIPE, "")) or _infotext(text.get(INFOTEXT, ""))
    if told is None:
        raise NoRecipe
    settings: dict[str, Any] = {}
    problems = _about_the_model(told, model, revision)
    if told.sampler and "scheduler" not in told.parameters:
        problems.append(_refused("scheduler", told.sampler))
    for name in known:
        if name not in told.parameters:
            continue
        value = told.parameters[name]
        try:
            check({**known, **settings, name: value})
        except InvalidInput:
            problems.append(_refused(name, value))
        else:
            settings[name] = value
    return Restored(told.source, settings, tuple(problems))


def _recipe(text: str) -> _Told | None:
    """Return what our own recipe says; none where it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    parameters = told.get("parameters") if isinstance(told, dict) else None
    if not isinstance(parameters, dict):
        return None
    return _Told("recipe", parameters, told.get("model"), told.get("model_name"),
                 told.get("revision"))  # fmt: skip


def _infotext(text: str) -> _Told | None:
    """Return what A1111's text says; none where nothing is said but perhaps a comment."""
    found = infotext.read(text)
    if not found.get("prompt") or len(found) == 1:
        return None
    sampler = _SAMPLER.search(text)
    name = found.pop("model", None)
    return _Told("a1111", found, model_name=name, sampler=sampler[1] if sampler else "")


def _about_the_model(told: _Told, model: Model, revision: str) -> list[Problem]:
    name = told.model_name or told.model
    if not name:
        return []
    if told.model != model.key and name not in {model.name, model.key}:
        return [Problem("model", {"model": quoted(name), "here": model.name})]
    if revision and told.revision and told.revision != revision:
        return [Problem("revision", {"model": model.name})]
    return []


def _refused(name: str, value: object) -> Problem:
    return Problem("value", {"parameter": name, "given": quoted(value)})
