"""Files of visitors: what a component hands to a handler, and where it may come from.

A handler that takes a file is connected with ``preprocess=False``: Gradio then still refuses
whatever was not uploaded to this page, but opens nothing by itself.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gradio.components import Component

from portfolio_core.errors import NotUploaded
from portfolio_core.ui import errors
from portfolio_core.ui.i18n import Words, locale_of

PASTE = """() => {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const inputs = [...document.querySelectorAll(".paste-here input[type=file]")];
    const input = inputs.find((one) => one.closest(".paste-here").offsetParent);  // on the open tab
    if (!files.length || !input) return;
    event.preventDefault();
    const moved = new DataTransfer();
    for (const file of files) moved.items.add(file);
    input.files = moved.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
  });
}"""
"""Run it when the page is loaded: a pasted file is as good as one that is dropped on the
component of the class ``paste-here`` that is seen."""

C = TypeVar("C", bound=Component)
F = TypeVar("F")


def only_uploads(component: C, words: Words) -> C:
    """Let ``component`` take what its visitor uploaded, and fetch nothing from an address.

    Gradio itself would fetch any file of the web on behalf of whoever names it.
    """
    move = component.async_move_resource_to_block_cache

    async def move_own(file: str | Path | None) -> str | None:
        if file is not None and not Path(file).is_absolute():
            raise errors.to_gradio(NotUploaded(), words, locale_of(None))
        return await move(file)

    setattr(component, "async_move_resource_to_block_cache", move_own)  # noqa: B010 - one object's own
    return component


def taken(value: object, make: Callable[[Path, str], F]) -> list[F]:
    """Return the files in what a component hands to its handler, as ``make(path, name)``.

    Args:
        value: The data of one file, of a list of files, or nothing.
        make: What to make of the path and of the name that the file had at its owner's.
    """
    items = value if isinstance(value, list) else [value]
    return [
        make(Path(item["path"]), str(item.get("orig_name") or ""))
        for item in items
        if isinstance(item, Mapping) and item.get("path")
    ]
