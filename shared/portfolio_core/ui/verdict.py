"""The answer about one picture: what it shows, how sure that is, and where the network looked."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from portfolio_core.engines.classification import Floats, Rules
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Words

_MOST_CLASSES = 5  # shown, the likeliest first


def viewer(words: Words) -> gr.HTML:
    """Draw the answer, empty; give it what :func:`shown` returns.

    Args:
        words: Those of the page, among them ``verdict_…``, and ``class_…`` for names of classes.
    """
    return drawing.part("verdict", words.part("verdict_"), names=words.part("class_"))


def shown(
    rules: Rules,
    probabilities: Floats,
    *,
    picture: str,
    heat: str | None,
    notes: Sequence[str],
    model: str,
    own: bool,
    seconds: float,
) -> dict[str, Any]:
    """Return the value that shows an answer.

    Args:
        rules: Classes and thresholds.
        probabilities: Shape (classes,).
        picture: Path of the picture, as :meth:`Page.keep` returns it.
        heat: The same with its heat map; none while that is still being made.
        notes: Codes of what was put right.
        model: Name of the model.
        own: Whether the visitor trained it.
        seconds: How long it took.
    """
    likeliest = np.argsort(-probabilities)[:_MOST_CLASSES]
    verdict = rules.verdict(probabilities)
    return {
        "verdict": None if verdict is None else rules.classes[verdict],
        "classes": [
            {
                "name": rules.classes[index],
                "probability": float(probabilities[index]),
                "threshold": rules.thresholds[index],
            }
            for index in likeliest
        ],
        "picture": drawing.file(picture),
        "heat": heat and drawing.file(heat),
        "notes": list(notes),
        "model": model,
        "own": own,
        "seconds": seconds,
    }
