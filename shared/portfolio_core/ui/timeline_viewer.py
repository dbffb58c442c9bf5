"""What was seen and heard, to play and to edit: a film strip, and under it a line for each entry.

The browser draws it from plain values, by text nodes only: nothing that was read or heard can
become markup. The drawing stands in ``timeline_viewer.js``, the look in ``timeline_viewer.css``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.media import images
from portfolio_core.media.audio import wav_bytes
from portfolio_core.text import timeline
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Words
from portfolio_core.ui.page import Page
from portfolio_core.ui.watched import Watched

SOUND_FILE = "sound.wav"

_SMALL_SIDE, _LARGE_SIDE = 240, 1280  # pixels of a scene in the strip, and of a picture
_QUALITY = 84


def viewer(words: Words) -> gr.HTML:
    """Draw it, empty; give it what :class:`Shown` returns.

    Its event ``edit`` carries ``timeline``, all of it with the edited line.

    Args:
        words: Those of the page, among them ``timeline_…``.
    """
    return drawing.part("timeline_viewer", words.part("timeline_"), elem_classes="flush")


class Shown:
    """What a visitor sees of one file, while it grows.

    Attributes:
        key: Under which its sound is kept, see :meth:`Page.kept`; empty where it has none.
    """

    def __init__(self, page: Page, source: Path, watched: Watched) -> None:
        """Keep what the browser plays: the file itself, and its sound where it cannot play that."""
        self._page, self._watched = page, watched
        self._scenes: list[dict[str, Any]] = []
        self._media = drawing.file(str(source))
        self._sound, self.key = None, ""
        footage = watched.footage
        if footage.kind == "picture":
            self._media = drawing.file(self._jpeg("picture.jpg", 0, _LARGE_SIDE))
        if footage.sound:
            kept = page.keep(SOUND_FILE, wav_bytes(footage.sound))
            self._sound, self.key = drawing.file(kept), Path(kept).parent.name

    def value(self, *, whole: bool, notes: Sequence[str] = (), models: str = "") -> dict[str, Any]:
        """Return the value that shows what there is so far.

        Args:
            whole: Whether nothing more will come; only then lines can be edited.
            notes: What to say of it, each a sentence.
            models: Who answered, for people.
        """
        while len(self._scenes) < len(self._watched.scenes):
            number = len(self._scenes)
            kept = self._jpeg(f"scene-{number + 1}.jpg", number, _SMALL_SIDE)
            self._scenes.append(drawing.file(kept))
        return {
            "kind": self._watched.footage.kind,
            "media": self._media,
            "sound": self._sound,
            "scenes": list(self._scenes),
            "timeline": timeline.data(self._watched.timeline),
            "whole": whole,
            "notes": list(notes),
            "models": models,
        }

    def _jpeg(self, name: str, number: int, side: int) -> str:
        rgb = images.shrunk(self._watched.footage.scenes[number].rgb, side)
        return self._page.keep(name, images.jpeg_bytes(rgb, _QUALITY))
