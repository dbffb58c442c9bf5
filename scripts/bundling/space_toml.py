"""What a Space's ``space.toml`` says of its bundle, its deployment and its smoke test."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from environment import Problem
from portfolio_core.settings import Preset

ZERO_GPU = "zero-a10g"
HARDWARE = ("cpu-basic", "cpu-upgrade", ZERO_GPU, "t4-small", "t4-medium", "l4x1", "l40sx1")


@dataclass(frozen=True)
class Expectation:
    """What one output of the smoke request must be; only what is given is looked at.

    Attributes:
        output: Place of the output, from 0.
        contains: Texts that stand in it, in any order; a file of text is read.
        equals: Values in it by name.
        words: Least number of words in it, names of values among them.
        seconds: Shortest and longest sound, which is not silent.
        pixels: Least width and height of a picture, which is not of one colour.
    """

    output: int
    contains: tuple[str, ...] = ()
    equals: Mapping[str, Any] = field(default_factory=dict)
    words: int = 0
    seconds: tuple[float, float] | None = None
    pixels: tuple[int, int] | None = None


@dataclass(frozen=True)
class Smoke:
    """One request and what comes back when the Space is well.

    Attributes:
        endpoint: Name in the API, as ``"/speak"``.
        arguments: By name; the name of a file of the Space stands for the file.
        expect: The same as ``checks``, in words.
        checks: What the outputs must be.
        place: Folder of the Space inside of the bundle, and its path under the bundle's address;
            empty where the bundle is that Space.
    """

    endpoint: str
    arguments: Mapping[str, Any]
    expect: str
    checks: tuple[Expectation, ...]
    place: str = ""


@dataclass(frozen=True)
class SpaceToml:
    """A Space's file, checked.

    Attributes:
        tasks: Tasks of the catalog that the Space has engines for.
        starters: Starter models that it carries.
        presets: Sizes of the models that it has engines for.
        hardware: Hardware on the Hub.
        sleep_seconds: Idle time after which it sleeps; none = the hardware's own.
        variables: Variables of the Space, public.
        secrets: Names of its secrets; their values come from the environment of who deploys.
        smokes: How to see that it works.
    """

    tasks: tuple[str, ...]
    starters: tuple[str, ...]
    presets: tuple[str, ...]
    hardware: str
    sleep_seconds: int | None
    variables: Mapping[str, str]
    secrets: tuple[str, ...]
    smokes: tuple[Smoke, ...]


def read(folder: Path, within: Mapping[str, SpaceToml] | None = None) -> SpaceToml:
    """Read the file of the Space in ``folder``.

    Args:
        folder: Its folder in the sources.
        within: Spaces that it holds, by their folders inside of the bundle: it has what they have,
            and works when they do.

    Raises:
        Problem: it is missing, or something in it is not what it should be.
    """
    file = folder / "space.toml"
    try:
        found = tomllib.loads(file.read_text("utf-8"))
        bundle, deploy = found["bundle"], found["deploy"]
        result = SpaceToml(
            tasks=tuple(bundle.get("tasks", ()) if within else bundle["tasks"]),
            starters=tuple(bundle.get("starters", ())),
            presets=tuple(bundle.get("presets", Preset)),
            hardware=str(deploy["hardware"]),
            sleep_seconds=deploy.get("sleep_seconds"),
            variables={name: str(value) for name, value in deploy.get("variables", {}).items()},
            secrets=tuple(deploy.get("secrets", ())),
            smokes=() if within else (_smoke(found["smoke"]),),
        )
    except OSError:
        raise Problem(f"{folder.name} has no space.toml: copy one from another Space.") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{folder.name}/space.toml cannot be read: {error}.") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{folder.name}/space.toml lacks or misspells {error}.") from None
    if result.hardware not in HARDWARE:
        raise Problem(
            f"{folder.name}/space.toml asks for the hardware {result.hardware!r}, "
            f"which is none of {', '.join(HARDWARE)}."
        )
    return _with(result, within or {})


def _with(outer: SpaceToml, within: Mapping[str, SpaceToml]) -> SpaceToml:
    spaces = within.values()
    return replace(
        outer,
        tasks=_once(outer.tasks, *(one.tasks for one in spaces)),
        starters=_once(outer.starters, *(one.starters for one in spaces)),
        variables={k: v for one in (*spaces, outer) for k, v in one.variables.items()},
        secrets=_once(outer.secrets, *(one.secrets for one in spaces)),
        smokes=(
            *outer.smokes,
            *(replace(smoke, place=place) for place, one in within.items() for smoke in one.smokes),
        ),
    )


def _once(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _smoke(table: Mapping[str, Any]) -> Smoke:
    checks = tuple(
        Expectation(
            output=int(check["output"]),
            contains=tuple(check.get("contains", ())),
            equals=check.get("equals", {}),
            words=int(check.get("words", 0)),
            seconds=_pair(check.get("seconds")),
            pixels=_pair(check.get("pixels")),
        )
        for check in table["checks"]
    )
    return Smoke(str(table["endpoint"]), table.get("arguments", {}), str(table["expect"]), checks)


def _pair(values: Any) -> Any:  # noqa: ANN401 - of one kind of number or the other
    return None if values is None else (values[0], values[1])
