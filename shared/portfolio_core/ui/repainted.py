"""What comes out of filling a picture: files that say how they were made, and what a page shows."""

import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core import recipe
from portfolio_core.engines.diffusion import infotext
from portfolio_core.engines.inpainting import Mask, editing
from portfolio_core.engines.inpainting.editing import Edit, Note
from portfolio_core.media import images
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.repainting import Done, Upload
from portfolio_core.ui.restoring import CALL, INFOTEXT, RECIPE

SEEN_SIDE = 1600
"""Longest side in pixels of a picture that is shown, and painted on; files keep their own."""
MASK_NAME = "mask.png"
# The address of a machine is nobody's business who gets a picture from it.
_ADDRESS = "http://127.0.0.1:7860/spaces/inpainting/"
_QUALITY = 92


class Results:
    """The results of one page, or of some routes."""

    def __init__(self, page: Bench) -> None:
        self._page = page

    def recipe(self, done: Done, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the recipe of a picture that was made with ``arguments``."""
        made = recipe.write(
            done.choice,
            revision=done.revision,
            parameters=dict(arguments),
            seconds=done.seconds,
            seed=done.order.wish.seed,
        )
        return made.model_dump(mode="json")

    def png(self, done: Done, made: Mapping[str, Any], endpoint: str) -> str:
        """Write the picture as :meth:`content` has it; return its path."""
        stem = Path(str(made["parameters"]["image"]["name"]).replace("\\", "/")).stem
        name = speaking_name(stem, endpoint, "png")
        return self._page.keep(name, self.content(done, made, endpoint))

    def content(self, done: Done, made: Mapping[str, Any], endpoint: str) -> bytes:
        """Return the picture as a PNG that carries its recipe and its call."""
        given = made["parameters"]
        text = {
            # As ASCII: signs that no file may have as text come through.
            RECIPE: json.dumps(made),
            INFOTEXT: infotext.write({**given, "model": done.choice.model.key}),
            CALL: api_panel.calls(_ADDRESS, endpoint, shown_arguments(given))[0],
        }
        return done.edited.png(text)

    def bundle(self, done: Done, picture: Upload, result: str, made: Mapping[str, Any]) -> str:
        """Write original, mask, result and recipe into a zip; return its path."""
        file, edit = io.BytesIO(), done.order.edit
        with zipfile.ZipFile(file, "w") as packed:  # pictures are packed already
            ending = Path(picture.name).suffix.lower()
            kind = ending if ending in {".jpg", ".jpeg", ".png", ".webp"} else ".png"
            packed.write(picture.path, f"original{kind}")
            packed.writestr(MASK_NAME, mask_png(edit.marked))
            packed.writestr("mask-used.png", mask_png(edit.mask))
            packed.write(result, "result.png")
            packed.writestr("recipe.json", json.dumps(made, ensure_ascii=False, indent=2))
        return self._page.keep(f"{Path(result).stem}.zip", file.getvalue())

    def seen(self, rgb: images.Pixels, name: str) -> str:
        """Write a picture as the page shows it; return where it lies."""
        small = images.jpeg_bytes(images.shrunk(rgb, SEEN_SIDE), _QUALITY)
        return self._page.keep(name, small)

    def slider(self, done: Done) -> tuple[str, str]:
        """Write the picture as it was and as it is, for the slider."""
        before, after = done.order.edit.seen, _on_white(done)
        return self.seen(before, "before.jpg"), self.seen(after, "after.jpg")

    def overlay(self, edit: Edit) -> str:
        """Write the picture with its mask in red; return where it lies."""
        return self.seen(editing.over(edit.seen, edit.mask), "mask.jpg")

    def marked(self, edit: Edit) -> dict[str, str]:
        """Return name and checksum of the file of what was marked, as the bundle has it."""
        return {"name": MASK_NAME, "sha256": sha256(mask_png(edit.marked)).hexdigest()}

    def mask(self, edit: Edit) -> str:
        """Write a mask as a file; return where it lies."""
        return self._page.keep(MASK_NAME, mask_png(edit.mask))

    def told(self, done: Done, locale: Locale) -> str:
        """Return what to know of a picture, as Markdown."""
        say, facts = self._page.words.say, details(done)
        lines = [
            say("proof", locale, changed=facts["changed_outside"], outside=facts["outside"]),
            say("made_by", locale, model=done.choice.model.name, seconds=done.seconds,
                share=100 * facts["share"]),
        ]  # fmt: skip
        lines += [self.note(note, locale) for note in notes(done)]
        return "\n\n".join(lines)

    def called(
        self, url: str, made: Mapping[str, Any] | None = None, endpoint: str = "inpaint"
    ) -> api_panel.Calls:
        """Return the call that made a result; before there is one, that of an example."""
        if made is None:
            files = {"image": api_panel.File("photo.jpg"), "mask": api_panel.File(MASK_NAME)}
            return api_panel.calls(url, "inpaint", files)
        return api_panel.calls(url, endpoint, shown_arguments(made["parameters"]))

    def note(self, note: Note, locale: Locale) -> str:
        """Return a note in words."""
        return self._page.words.say(f"note_{note.code}", locale, **note.fields)


def details(done: Done) -> dict[str, Any]:
    """Return what a result says of itself, as plain values."""
    return {
        "model": done.choice.model.key,
        **about(done.order.edit),
        "changed_outside": done.edited.changed_outside,
        "feather": done.feather,
        "notes": [{"code": note.code, **note.fields} for note in notes(done)],
        "seconds": done.seconds,
    }


def about(edit: Edit) -> dict[str, Any]:
    """Return size and mask of a picture, in pixels, as plain values."""
    height, width = edit.mask.shape
    marked = int(edit.mask.sum())
    return {
        "width": width,
        "height": height,
        "masked": marked,
        "outside": width * height - marked,
        "share": round(marked / (width * height), 6),
    }


def notes(done: Done) -> tuple[Note, ...]:
    """Return all that a visitor should know of a picture."""
    return (*done.order.edit.notes, *done.order.notes)


def seen_size(rgb: images.Pixels) -> tuple[int, int]:
    """Return width and height of a picture as the page shows it, in pixels."""
    height, width = images.shrunk(rgb, SEEN_SIDE).shape[:2]
    return width, height


def mask_png(mask: Mask) -> bytes:
    """Return a mask as a PNG file, white where it marks."""
    return images.png_bytes(np.repeat(mask[..., None], 3, axis=2).astype(np.uint8) * 255)


def mark(file: Upload) -> dict[str, str]:
    """Return name and checksum of a file, for a recipe."""
    return {"name": file.name, "sha256": sha256(file.path.read_bytes()).hexdigest()}


def shown_arguments(used: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a recipe as the panel shows them, without those left empty."""
    return {
        name: api_panel.File(value["name"]) if isinstance(value, Mapping) else value
        for name, value in used.items()
        if value not in ("", 0, False) or name == "image"
    }


def _on_white(done: Done) -> images.Pixels:
    """Return the result as the page shows what is transparent: on white."""
    rgb, alpha = done.edited.rgb, done.order.edit.alpha
    if alpha is None:
        return rgb
    share = alpha[..., None].astype(np.float32) / 255
    return (rgb * share + 255 * (1 - share)).round().astype(np.uint8)
