"""Where pictures appear: while they are drawn, compared side by side, and all of a visit.

The browser draws it from plain values, as text. It remembers the pictures of the visit, too, and
takes in a picture that is dropped or pasted anywhere on the page, or chosen with its button.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from portfolio_core.media import images
from portfolio_core.media.images import Pixels
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Words

MOST_PACKED = 100
"""Pictures of a visit that are remembered, and packed together; the newest ones."""

STOPPED = "(value) => (value && value.run ? {...value, finished: true, status: ''} : value)"
"""Run it on the value when the work was stopped, or broke off."""

DOWNLOAD = """(file) => {
  if (!file || !file.url) return;
  const link = document.createElement("a");
  link.href = file.url;
  link.download = file.orig_name || "pictures.zip";
  link.click();
}"""
"""Run it on a file, hidden on the page, when it has come."""

_PREVIEW_SIDE = 256  # pixels
_PREVIEW_QUALITY = 80
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
_NAME = re.compile(r"[\w-]{1,80}\.png")


def easel(words: Words) -> gr.HTML:
    """Draw the easel, empty; give it what :func:`shown` returns.

    Its event ``restore`` asks for the settings of a picture, ``pack`` for those of a visit in one
    file; what is asked for is read with :func:`dropped`, :func:`chosen` and :func:`packed`.

    Args:
        words: Those of the page, among them ``easel_…``.
    """
    return drawing.part("easel", words.part("easel_"), most=MOST_PACKED)


def shown(
    run: str,
    *,
    columns: Sequence[str],
    rows: Sequence[int],
    size: tuple[int, int],
    cells: Sequence[Mapping[str, Any]],
    parameter: str = "",
    status: str = "",
    share: float = 0.0,
    preview: Pixels | None = None,
    sheet: str | None = None,
    told: str | None = None,
) -> dict[str, Any]:
    """Return the value that shows one run.

    Args:
        run: Its own key.
        columns: A label for each column; a single empty one where nothing is compared.
        rows: The seed of each row.
        size: Width and height of a picture, in pixels.
        cells: What :func:`cell` returns, in the order in which they were drawn.
        parameter: What is compared, in words.
        status: What is being done.
        share: Of the work that is done, from 0 to 1.
        preview: What the next picture looks like by now.
        sheet: Path of all of a comparison in one picture.
        told: What drew it, and how long it took; none while it is being drawn.
    """
    return {
        "run": run,
        "parameter": parameter,
        "columns": list(columns),
        "rows": list(rows),
        "width": size[0],
        "height": size[1],
        "cells": list(cells),
        "status": status,
        "share": share,
        "preview": "" if preview is None else _address(preview),
        "sheet": None if sheet is None else drawing.file(sheet),
        "told": told or "",
        "finished": told is not None,
    }


def cell(
    column: int,
    row: int,
    path: str,
    *,
    seed: int,
    title: str,
    notes: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """Return what shows one picture.

    Args:
        column: Its place, from 0.
        row: The same.
        path: Of the file, as :meth:`Page.keep` returns it.
        seed: Its own.
        title: What it was asked for.
        notes: What to know of it, each with ``code`` and ``text``.
    """
    key, name = path.replace("\\", "/").split("/")[-2:]
    picture = drawing.file(path)
    place = {"column": column, "row": row, "key": key, "name": name}
    return {**place, "picture": picture, "seed": seed, "title": title, "notes": list(notes)}


def dropped(value: object) -> object:
    """Return the file that was dropped, as :func:`uploads.taken` takes it; none without one."""
    return _asked(value).get("file")


def chosen(value: object) -> tuple[str, str] | None:
    """Return key and name of a picture of the visit; a visitor may have changed it."""
    return _place(_asked(value).get("picture"))


def packed(value: object) -> list[tuple[str, str]]:
    """Return keys and names of the pictures to pack, the newest first, each once."""
    told = _asked(value).get("pictures")
    places = [_place(one) for one in told[:MOST_PACKED]] if isinstance(told, list) else []
    return list(dict.fromkeys(place for place in places if place))


def _asked(value: object) -> Mapping[str, Any]:
    asked = value.get("asked") if isinstance(value, Mapping) else None
    return asked if isinstance(asked, Mapping) else {}


def _place(told: object) -> tuple[str, str] | None:
    if not isinstance(told, Mapping):
        return None
    key, name = str(told.get("key")), str(told.get("name"))
    return (key, name) if _KEY.fullmatch(key) and _NAME.fullmatch(name) else None


def _address(preview: Pixels) -> str:
    content = images.jpeg_bytes(images.shrunk(preview, _PREVIEW_SIDE), _PREVIEW_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
