"""The front matter of a Space's README, checked: the Hub finds a mistake only when it builds.

Keys and values as huggingface.co/docs/hub/spaces-config-reference has them; the Hub's own client
checks none of them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import metadata_load

from environment import Problem

_COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
_NEEDED = (
    "title",
    "emoji",
    "colorFrom",
    "colorTo",
    "sdk",
    "sdk_version",
    "python_version",
    "app_file",
    "license",
    "short_description",
    "tags",
)
_ALLOWED = (*_NEEDED, "models", "datasets", "pinned", "startup_duration_timeout")
_TITLE_CHARACTERS = 50
_DESCRIPTION_CHARACTERS = 60
_TAG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

HOST: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("zerogpu.toml").read_text("utf-8"))
"""What ZeroGPU offers."""
RELEASE: Mapping[str, str] = HOST["release"]
"""What bundles are built with, by package; ``python`` among them."""


def check_release() -> None:
    """Check that what bundles are built with is what ZeroGPU offers.

    Raises:
        Problem: it is not.
    """
    for name, version in RELEASE.items():
        if version not in HOST[name]:
            raise Problem(
                f"ZeroGPU offers {name} {', '.join(HOST[name])} (read on {HOST['read']}), not "
                f"{version}: change scripts/bundling/zerogpu.toml."
            )


def check(readme: Path, *, gradio: str, models: Iterable[str]) -> None:
    """Check the front matter of a README.

    Args:
        readme: The file.
        gradio: The version that was tested.
        models: Repositories on the Hub that the Space's models come from.

    Raises:
        Problem: all that is wrong with it, a sentence each.
    """
    wrong = list(_mistakes(_read(readme), readme.parent, gradio, sorted(models)))
    if wrong:
        raise Problem(f"{readme.parent.name}/README.md: {' '.join(wrong)}")


def _read(readme: Path) -> Mapping[str, Any]:
    try:
        return metadata_load(readme) or {}
    except OSError:
        raise Problem(
            f"{readme.parent.name} has no README.md: copy one of another Space."
        ) from None
    except (ValueError, yaml.YAMLError):
        raise Problem(f"{readme.parent.name}/README.md: its front matter is no YAML.") from None


def _mistakes(
    card: Mapping[str, Any], folder: Path, gradio: str, models: list[str]
) -> Iterator[str]:
    missing = [key for key in _NEEDED if key not in card]
    unknown = [key for key in card if key not in _ALLOWED]
    if missing:
        yield f"It lacks {', '.join(missing)}."
    if unknown:
        yield f"The Hub knows no {', '.join(unknown)}."
    for key, expected in _expected(gradio):
        if key in card and card[key] not in expected:
            yield f"{key} is {card[key]!r} and should be {' or '.join(map(repr, expected))}."
    yield from _of_texts(card)
    if not (folder / str(card.get("app_file", ""))).is_file():
        yield f"There is no file {card.get('app_file')!r}."
    if sorted(card.get("models", [])) != models:
        yield f"models should be {models}, as in the catalog."


def _expected(gradio: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "colorFrom", _COLOURS
    yield "colorTo", _COLOURS
    yield "sdk", ("gradio",)
    yield "sdk_version", (gradio,)
    yield "python_version", (RELEASE["python"],)  # a number would lose its last nought


def _of_texts(card: Mapping[str, Any]) -> Iterator[str]:
    if "emoji" in card and not _is_one_emoji(str(card["emoji"])):
        yield f"emoji is {card['emoji']!r} and should be one emoji and nothing else."
    for key, most in (
        ("title", _TITLE_CHARACTERS),
        ("short_description", _DESCRIPTION_CHARACTERS),
    ):
        if len(str(card.get(key, ""))) > most:
            yield f"{key} has more than {most} characters."
    tags = card.get("tags") or []
    odd = [tag for tag in tags if not (isinstance(tag, str) and _TAG.fullmatch(tag))]
    if odd:
        yield f"Tags are lower-case words with hyphens, not {', '.join(map(repr, odd))}."
    if "mcp-server" not in tags:
        yield "The tag mcp-server is missing: each Space is one."


def _is_one_emoji(text: str) -> bool:
    """Tell whether the text is one picture: a symbol with its joiners and variants."""
    joined = [part for part in text.split("\u200d") if part]
    plain = [part.replace("\ufe0f", "") for part in joined]
    return bool(plain) and all(
        unicodedata.category(part[0]) == "So" and all(map(_is_tone, part[1:]))
        for part in plain
        if part
    )


def _is_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"
