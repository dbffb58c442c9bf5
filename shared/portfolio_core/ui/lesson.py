"""What was learnt from a visitor's pictures: numbers, a curve, the mistakes, and the file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from portfolio_core.media import images
from portfolio_core.training.imagefolder import ImageFolder
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Words

_SIDE = 240  # pixels of a picture that it gets wrong
_QUALITY = 82


def viewer(words: Words) -> gr.HTML:
    """Draw the report, empty; give it what :func:`shown` returns.

    Args:
        words: Those of the page, among them ``lesson_…``.
    """
    return drawing.part("lesson", words.part("lesson_"))


def shown(
    told: Mapping[str, Any],
    found: ImageFolder,
    keep: Callable[[str, bytes], str],
    *,
    file: str,
    notes: Sequence[str],
    seconds: float,
) -> dict[str, Any]:
    """Return the value that shows a report.

    Args:
        told: What :func:`training.lesson.numbers` returns.
        found: The pictures it is about.
        keep: Writes a file where the visitor can fetch it; see :meth:`Page.keep`.
        file: Path of the classifier to download.
        notes: What to say of it, each a sentence.
        seconds: How long it took.
    """
    examples = {example.name: example for example in found.examples}
    mistakes = []
    for number, mistake in enumerate(told["mistakes"], 1):
        example = examples[mistake["name"]]
        jpeg = images.jpeg_bytes(images.shrunk(example.rgb, _SIDE), _QUALITY)
        kept = drawing.file(keep(f"{number}.jpg", jpeg))
        mistakes.append({**mistake, "truth": found.classes[example.label], "picture": kept})
    return {
        "told": dict(told),
        "mistakes": mistakes,
        "left_out": told["left_out"],
        "file": drawing.file(file),
        "notes": list(notes),
        "seconds": seconds,
    }
