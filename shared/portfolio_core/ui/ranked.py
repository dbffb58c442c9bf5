"""Many pictures, the likeliest of a class first: a grid with a cut, copies folded together."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from portfolio_core.engines.classification.ranking import Ranking
from portfolio_core.media import images
from portfolio_core.ui import drawing, errors
from portfolio_core.ui.i18n import Locale, Words

_SIDE = 360  # pixels of a picture in the grid
_QUALITY = 82


def viewer(words: Words) -> gr.HTML:
    """Draw the grid, empty; give it what :func:`shown` returns.

    Args:
        words: Those of the page, among them ``rank_…``, and ``class_…`` for names of classes.
    """
    return drawing.part("ranked", words.part("rank_"), names=words.part("class_"))


def shown(
    ranking: Ranking, keep: Callable[[str, bytes], str], table: str, locale: Locale
) -> dict[str, Any]:
    """Return the value that shows a ranking.

    Args:
        ranking: What to show.
        keep: Writes a file where the visitor can fetch it; see :meth:`Page.keep`.
        table: Path of the ranking as CSV.
        locale: The visitor's language.
    """

    def small(number: int) -> dict[str, Any]:
        jpeg = images.jpeg_bytes(images.shrunk(ranking.seen[number].rgb, _SIDE), _QUALITY)
        return drawing.file(keep(f"{number + 1}.jpg", jpeg))

    return {
        "label": ranking.label,
        "classes": list(ranking.rules.classes),
        "thresholds": list(ranking.rules.thresholds),
        "rows": [
            {
                "name": one.name,
                "picture": small(number),
                "probabilities": [float(share) for share in one.probabilities],
                "verdict": one.verdict,
                "group": one.group,
            }
            for number, one in enumerate(ranking.seen)
        ],
        "failed": [
            {"name": one.name, "message": errors.said(one.error, locale)} for one in ranking.failed
        ],
        "csv": drawing.file(table),
    }
