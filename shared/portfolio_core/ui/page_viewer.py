"""A page beside its text: boxes coloured by confidence; a click lights up the other side.

The browser draws it from plain values, by text nodes only: nothing that was read on a page can
become markup. The drawing stands in ``page_viewer.js``, the look in ``page_viewer.css``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Locale, Words

SURE = 0.9
"""A line of at least this confidence is green; see :data:`engines.ocr.DOUBTFUL_BELOW` for red."""

_HERE = Path(__file__)
_SAID = (
    "viewer_page",
    "viewer_previous",
    "viewer_next",
    "viewer_copy",
    "viewer_copied",
    "viewer_sure",
    "viewer_fair",
    "viewer_doubtful",
    "viewer_line",
    "viewer_other",
    "viewer_picture",
    "viewer_empty",
)


@dataclass(frozen=True)
class SeenPage:
    """One page as the viewer shows it.

    Attributes:
        picture: Path of its picture, as :meth:`Page.keep` returns it.
        data: The page as ``exports.data.page`` gives it.
        notes: What to say of it, each a sentence.
    """

    picture: str
    data: Mapping[str, Any]
    notes: Sequence[str] = ()


def viewer() -> gr.HTML:
    """Draw the viewer, empty; give it what :func:`shown` returns."""
    return gr.HTML(
        None,
        html_template='<div class="page-viewer" hidden></div>',
        css_template=_HERE.with_suffix(".css").read_text("utf-8"),
        js_on_load=drawing.script("page_viewer"),
        apply_default_css=False,
    )


def shown(
    pages: Sequence[SeenPage],
    words: Words,
    locale: Locale,
    *,
    doubtful_below: float,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return the value that shows ``pages``.

    Args:
        pages: The pages so far.
        words: The words of the page, among them those that begin with ``viewer_``.
        locale: The visitor's language.
        doubtful_below: Confidence under which a line is doubtful.
        names: Keys of readers to their names for people.
    """
    return {
        "words": {key.removeprefix("viewer_"): words.text(key, locale) for key in _SAID},
        "sure": SURE,
        "doubtful": doubtful_below,
        "names": dict(names),
        "pages": [
            {**page.data, "notes": list(page.notes), "picture": _file(page.picture)}
            for page in pages
        ],
    }


def _file(path: str) -> dict[str, Any]:
    """Return what Gradio replaces by an address that the visitor's browser can fetch."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
