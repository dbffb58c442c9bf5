"""The passage that an answer stands on, marked in its place: on the page, or in its text.

Drawn by text nodes and numbers only, as in :mod:`portfolio_core.ui.conversation`.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from portfolio_core.engines.rag import Passage, placing
from portfolio_core.engines.rag.shelf import Shelf
from portfolio_core.engines.rag.tenants import Tenant
from portfolio_core.media import documents
from portfolio_core.settings import Limits
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.ui.page import Page

_HERE = Path(__file__)
_DPI = 110
_JPEG_QUALITY = 85
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
        js_on_load=drawing.script("evidence"),
        apply_default_css=False,
        elem_classes="flush",
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


def seek(shelf: Shelf, tenant: Tenant, key: object, quote: object, page: Page) -> Shown | None:
    """Return the passage with the id ``key``, placed; none where it is not there any more."""
    index = tenant.index
    passage = next((one for one in index.passages if one.id == key), None)
    if passage is None:
        return None
    quoted = quote if isinstance(quote, str) else ""
    about = (passage.document, passage.page, passage.heading, passage.text, quoted)
    source = shelf.original(tenant, passage.document)
    if source is None:
        text = placing.around(index, passage)
        return Shown(*about, before=text.before, after=text.after)
    limits = page.settings.limits
    words = documents.words(source, limits, passage.page)
    return Shown(
        *about,
        picture=page.keep("page.jpg", _drawn(source, passage, limits)),
        marks=placing.marks(words, passage.text),
        quote_marks=placing.marks(words, quoted),
    )


def value(
    shelf: Shelf, tenant: Tenant, about: Mapping[str, object], page: Page, locale: Locale
) -> dict[str, Any]:
    """Return the value that shows the ``passage`` and ``quote`` of ``about``, if it is there."""
    found = seek(shelf, tenant, about.get("passage"), about.get("quote"), page)
    return shown(found, page.words, locale) if found else empty(page.words, locale)


def _drawn(source: Path, passage: Passage, limits: Limits) -> bytes:
    number = passage.page
    pages = documents.render(source, limits, dpi=_DPI, first=number, last=number)
    written = io.BytesIO()
    Image.fromarray(next(pages)).save(written, "JPEG", quality=_JPEG_QUALITY)
    pages.close()
    return written.getvalue()


def _said(words: Words, locale: Locale) -> dict[str, str]:
    return {key.removeprefix("evidence_"): words.text(key, locale) for key in _SAID}
