"""The documents of a visitor: what is held, what became of each page, and a way to delete it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Locale, Words

_HERE = Path(__file__)
_SAID = ("library_delete", "library_passages", "library_sample")


@dataclass(frozen=True)
class Entry:
    """One document.

    Attributes:
        name: Its name.
        passages: How many passages of it are searched; none where nobody has counted yet.
        notes: What became of it, each a sentence.
    """

    name: str
    passages: int | None
    notes: Sequence[str] = ()


def library() -> gr.HTML:
    """Draw the list, empty; give it what :func:`shown` returns.

    Its event ``delete`` carries ``document``, the name of the one to delete.
    """
    return gr.HTML(
        None,
        html_template='<ul class="library"></ul>',
        css_template=_HERE.with_suffix(".css").read_text("utf-8"),
        js_on_load=drawing.script("library"),
        apply_default_css=False,
        elem_classes="flush",
    )


def shown(
    entries: Sequence[Entry],
    words: Words,
    locale: Locale,
    *,
    sample: bool,
    said: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the value that shows ``entries``; those of the sample cannot be deleted.

    Args:
        entries: The documents.
        words: The words of the page.
        locale: The visitor's language.
        sample: Whether these are the sample's documents.
        said: What has just happened, each a sentence.
    """
    return {
        "words": {key.removeprefix("library_"): words.text(key, locale) for key in _SAID},
        "sample": sample,
        "said": list(said),
        "entries": [{**vars(entry), "notes": list(entry.notes)} for entry in entries],
    }
