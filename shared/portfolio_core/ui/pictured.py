"""What comes out of drawing: files that say how they were made, and what a page shows of them."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio_core import recipe
from portfolio_core.engines.diffusion import infotext
from portfolio_core.engines.text_to_image import Note
from portfolio_core.media import contact_sheet, images
from portfolio_core.settings import MEBIBYTE
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.picturing import Cell, Wish
from portfolio_core.ui.restoring import CALL, INFOTEXT, RECIPE

ENDPOINT = "generate"
_PACKED_BYTES = 256 * MEBIBYTE
# The address of a machine is nobody's business who gets a picture from it.
_ADDRESS = "http://127.0.0.1:7860/spaces/text-to-image/"


@dataclass(frozen=True)
class Kept:
    """A picture that was written.

    Attributes:
        cell: The picture.
        path: Of its file.
        recipe: How it was made, as plain values.
    """

    cell: Cell
    path: str
    recipe: dict[str, Any]


class Results:
    """The results of one page, or of some routes."""

    def __init__(self, page: Bench) -> None:
        self._page = page

    def keep(self, cell: Cell) -> Kept:
        """Write a picture as a PNG that carries its recipe, A1111's text, and its call."""
        made = self.recipe(cell.arguments, cell.revision, cell.seconds)
        name = speaking_name(str(cell.arguments["prompt"]), str(cell.drawn.seed), "png")
        path = self._page.keep(name, self.png(cell, made))
        beside = json.dumps(made, ensure_ascii=False, indent=1)
        Path(path).with_suffix(".json").write_text(f"{beside}\n", "utf-8")  # to be packed
        return Kept(cell, path, made)

    def png(self, cell: Cell, made: Mapping[str, Any]) -> bytes:
        """Return a picture as a PNG that carries its recipe, A1111's text, and its call."""
        told = {**cell.arguments, "prompt": cell.prompt, "negative_prompt": cell.negative_prompt}
        text = {
            # As ASCII: signs that no file may have as text come through.
            RECIPE: json.dumps(made),
            INFOTEXT: infotext.write({**told, "model": self._page.choice.model.key}),
            CALL: api_panel.calls(_ADDRESS, ENDPOINT, cell.arguments)[0],
        }
        return images.png_bytes(cell.drawn.rgb, text=text)

    def recipe(self, arguments: Mapping[str, Any], revision: str, seconds: float) -> dict[str, Any]:
        """Return the recipe of what was made with ``arguments``."""
        made = recipe.write(
            self._page.choice,
            revision=revision,
            parameters=dict(arguments),
            seconds=round(seconds, 3),
            seed=arguments["seed"],
        )
        return made.model_dump(mode="json")

    def sheet(self, wish: Wish, cells: Sequence[Cell]) -> str | None:
        """Write a comparison as one picture with labels; return its path, none without one."""
        parameter = wish.arguments.get("compare")
        if not parameter:
            return None
        rows: list[list[images.Pixels | None]] = [[None] * len(wish.columns) for _ in wish.rows]
        for cell in cells:
            rows[cell.drawn.index][cell.column] = cell.drawn.rgb
        columns = [f"{parameter} {column.label}" for column in wish.columns]
        several = len(wish.rows) > 1
        seeds = [f"+{index}" if parameter == "seed" else f"seed {seed}"
                 for index, seed in enumerate(wish.rows)]  # fmt: skip
        made = contact_sheet.sheet(rows, columns, seeds if several else [""])
        return self._page.keep("comparison.png", images.png_bytes(made))

    def pack(self, places: Sequence[tuple[str, str]]) -> str | None:
        """Write pictures and their recipes as one ZIP; return its path, none where none is left.

        Args:
            places: Key and name of each, as :meth:`Page.keep` made them.
        """
        packed, size = io.BytesIO(), 0
        with zipfile.ZipFile(packed, "w") as archive:  # a PNG is packed already
            for number, (key, name) in enumerate(places, 1):
                folder = self._page.kept(key)
                file = folder / name if folder else Path()
                told = file.with_suffix(".json")
                if not (file.is_file() and told.is_file()):
                    continue  # deleted by age
                size += file.stat().st_size
                if size > _PACKED_BYTES:
                    break
                for one in (file, told):
                    archive.write(one, f"{number:03d}-{one.name}")
        return self._page.keep("pictures.zip", packed.getvalue()) if size else None

    def notes(self, notes: Sequence[Note], locale: Locale) -> list[dict[str, str]]:
        """Return notes with their sentences."""
        say, told = self._page.words.say, []
        for note in notes:
            which = "_words" if note.fields.get("words") else ""
            text = say(f"note_{note.code}{which}", locale, **note.fields)
            told.append({"code": note.code, "text": text})
        return told
