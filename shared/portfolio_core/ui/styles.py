"""Styles of pictures: what stands around a visitor's prompt, from a file of data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from portfolio_core.errors import UnknownChoice
from portfolio_core.ui.i18n import Locale

_PROMPT = "{prompt}"


@dataclass(frozen=True)
class Style:
    """One style.

    Attributes:
        names: What people call it, by language.
        prompt: What stands around a prompt, with a place for it.
        negative_prompt: What is added to what is not to be seen.
    """

    names: Mapping[Locale, str]
    prompt: str
    negative_prompt: str


class Styles:
    """The styles of one page."""

    def __init__(self, styles: Mapping[str, Style]) -> None:
        """Offer ``styles``, by key.

        Raises:
            ValueError: one has no place for the prompt.
        """
        for key, style in styles.items():
            if style.prompt.count(_PROMPT) != 1:
                raise ValueError(f"the style {key} has no place for the prompt")
        self._styles = dict(styles)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the styles from a TOML file with a table for each."""
        tables = tomllib.loads(file.read_text("utf-8"))
        return cls(
            {
                key: Style(
                    {"en": one["en"], "ko": one["ko"]}, one["prompt"], one["negative_prompt"]
                )
                for key, one in tables.items()
            }
        )

    def __contains__(self, key: object) -> bool:
        """Return whether there is a style of that key."""
        return key in self._styles

    def choices(self, locale: Locale) -> list[tuple[str, str]]:
        """Return names with keys."""
        return [(style.names[locale], key) for key, style in self._styles.items()]

    def applied(self, key: object, prompt: str, negative_prompt: str) -> tuple[str, str]:
        """Return prompt and negative prompt with a style around them; an empty key adds nothing.

        Raises:
            UnknownChoice: there is no such style.
        """
        if key in (None, ""):
            return prompt, negative_prompt
        if not isinstance(key, str) or key not in self._styles:
            raise UnknownChoice("style", key, self._styles)
        style = self._styles[key]
        parts = [negative_prompt.strip(), style.negative_prompt]
        # Replaced, not formatted: a visitor's braces are nothing but braces.
        return style.prompt.replace(_PROMPT, prompt), ", ".join(part for part in parts if part)
