"""Where a visitor drops many pictures, in one pile or in several that have names.

The browser sends each picture by itself, a few at a time: forty photos in one request would be
over the size of any. What Python gets are the files that came, pile by pile.
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from portfolio_core.ui import drawing
from portfolio_core.ui.drawing import Said
from portfolio_core.ui.i18n import Words

_MOST_PILES = 8


def one(words: Words, run: str, most: int) -> gr.HTML:
    """Draw one pile, with its button; the button's event is ``run``.

    Args:
        words: Those of the page, among them ``pile_…``.
        run: Key of the button's words.
        most: How many pictures it takes.
    """
    return drawing.part(
        "piles", _said(words, run), named=False, needs_files=False, least=1, most=most, most_piles=1
    )


def named(words: Words, run: str, most: int) -> gr.HTML:
    """Draw two piles with names, to which more can be added; the button's event is ``run``.

    Args:
        words: Those of the page, among them ``pile_…``.
        run: Key of the button's words.
        most: How many pictures they take together.
    """
    return drawing.part(
        "piles",
        _said(words, run),
        named=True,
        needs_files=True,
        least=2,
        most=most,
        most_piles=_MOST_PILES,
    )


def files(value: object) -> list[Any]:
    """Return the files of all piles, as :func:`uploads.taken` takes them."""
    return [file for _, file in _all(value)]


def labels(value: object) -> list[str]:
    """Return for each of those files the name of its pile."""
    return [name for name, _ in _all(value)]


def _said(words: Words, run: str) -> Said:
    return {
        locale: {**own, "run": words.text(run, locale)}
        for locale, own in words.part("pile_").items()
    }


def _all(value: object) -> list[tuple[str, Any]]:
    """Return name and file; what a stranger sent instead of piles counts for nothing."""
    piles = value.get("piles") if isinstance(value, Mapping) else None
    return [
        (str(pile.get("name") or ""), file)
        for pile in (piles if isinstance(piles, list) else [])
        if isinstance(pile, Mapping) and isinstance(pile.get("files"), list)
        for file in pile["files"]
    ]
