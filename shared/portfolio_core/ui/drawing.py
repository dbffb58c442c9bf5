"""Parts of a page that the browser draws from plain values, each a script and a style beside here.

What a stranger wrote reaches the page as text, never as markup. ``nodes.js`` stands before each
script, and ``drawing.js`` before those of a :func:`part`: they have what all need.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.ui.i18n import Locale

_HERE = Path(__file__)

Said = Mapping[Locale, Mapping[str, str]]
"""Words in both languages, as :meth:`Words.part` gives them; the browser takes its own."""


def part(
    name: str,
    said: Said,
    value: object = None,
    **props: Any,  # noqa: ANN401 - whatever the script reads
) -> gr.HTML:
    """Draw a part.

    Args:
        name: Of its script and its style, without ending; and of the class of its element.
        said: Its words.
        value: What it shows at first.
        props: What else its script is told.
    """
    return gr.HTML(
        value,
        html_template=f'<div class="{name.replace("_", "-")}"></div>',
        css_template=_HERE.with_name(f"{name}.css").read_text("utf-8"),
        js_on_load=script("drawing", name),
        apply_default_css=False,
        said=said,
        **props,
    )


def script(*names: str) -> str:
    """Return the scripts of these names, without ending, behind what makes nodes."""
    files = (_HERE.with_name(f"{name}.js") for name in ("nodes", *names))
    return "".join(file.read_text("utf-8") for file in files)


def file(path: str) -> dict[str, Any]:
    """Return what Gradio replaces by an address that the visitor's browser can fetch.

    Args:
        path: Of a file, as :meth:`Page.keep` returns it.
    """
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
