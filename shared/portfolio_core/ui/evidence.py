"""The passage that an answer stands on, marked in its place: on the page, or in its text.

Drawn by text nodes and numbers only, as in :mod:`portfolio_core.ui.conversation`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.ui.i18n import Locale, Words

_HERE = Path(__file__)
_SAID = ("evidence_empty", "evidence_page", "evidence_picture", "evidence_unplaced")


@dataclass(frozen=True)
class Shown:
    """One passage as it is shown.

    Attributes:
        document: Name of the document.
        page: Its page, from 1.
        heading: Headings above it; may be empty.
        passage: Its text.
        quote: The part of it that is marked more strongly; may be empty, or not in it.
        before: The text before it, where there is no picture.
        after: The text behind it.
        picture: Path of the page's picture, as :meth:`Page.keep` returns it; empty for none.
        marks: Where it stands on the picture: left, top, right, bottom in shares of the page.
        quote_marks: Where the quote stands.
    """

    document: str
    page: int
    heading: str
    passage: str
    quote: str = ""
    before: str = ""
    after: str = ""
    picture: str = ""
    marks: Sequence[Sequence[float]] = ()
    quote_marks: Sequence[Sequence[float]] = ()


def evidence() -> gr.HTML:
    """Draw the place for a passage, empty; give it what :func:`shown` or :func:`empty` return."""
    return gr.HTML(
        None,
        html_template='<section class="evidence" aria-live="polite"></section>',
        css_template=_HERE.with_suffix(".css").read_text("utf-8"),
        js_on_load=_HERE.with_suffix(".js").read_text("utf-8"),
        apply_default_css=False,
        elem_id="evidence",
    )


def empty(words: Words, locale: Locale) -> dict[str, Any]:
    """Return the value that shows no passage."""
    return {"words": _said(words, locale)}


def shown(passage: Shown, words: Words, locale: Locale) -> dict[str, Any]:
    """Return the value that shows ``passage``."""
    file: Mapping[str, Any] | None = None
    if passage.picture:  # Gradio replaces it by an address that the visitor's browser can fetch
        file = {"path": passage.picture, "meta": {"_type": "gradio.FileData"}}
    return {**vars(passage), "picture": file, "words": _said(words, locale)}


def _said(words: Words, locale: Locale) -> dict[str, str]:
    return {key.removeprefix("evidence_"): words.text(key, locale) for key in _SAID}
