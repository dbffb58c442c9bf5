"""What comes out of classifying, as a page shows it and as its API returns it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from portfolio_core import recipe
from portfolio_core.engines.classification import Floats
from portfolio_core.engines.classification.ranking import Ranking, Source
from portfolio_core.media import images
from portfolio_core.training.imagefolder import File
from portfolio_core.ui import api_panel, errors, lesson, ranked, verdict
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.classifying import SEEN_SIDE, Judged, Learnt, Ranked
from portfolio_core.ui.i18n import Locale

_FEW_PICTURES = 20  # of a class; below it the numbers say little
_QUALITY = 88
_MOST_CLASSES = 20  # told of one picture, the likeliest first


class Results:
    """The results of one page, or of some routes."""

    def __init__(self, page: Bench) -> None:
        self._page = page

    def view(self, done: Judged, picture: str, *, own: bool) -> dict[str, Any]:
        """Return an answer for :mod:`ui.verdict`, with its heat map where there is one.

        Args:
            done: The answer.
            picture: Path of what :meth:`picture` has written.
            own: Whether the visitor trained what answered.
        """
        return verdict.shown(
            done.rules,
            done.probabilities,
            picture=picture,
            heat=None if done.heat is None else self.heat(done),
            notes=done.picture.notes,
            model=done.choice.model.name,
            own=own,
            seconds=done.seconds,
        )

    def picture(self, done: Judged) -> str:
        """Write the picture as the page shows it; return where it lies."""
        small = images.shrunk(done.picture.rgb, SEEN_SIDE)
        return self._page.keep("picture.jpg", images.jpeg_bytes(small, _QUALITY))

    def heat(self, done: Judged) -> str:
        """Write the picture with its heat map; return where it lies."""
        assert done.heat is not None  # noqa: S101 - it was asked for
        return self._page.keep("where.jpg", images.jpeg_bytes(done.heat, _QUALITY))

    def order(self, done: Ranked, locale: Locale) -> dict[str, Any]:
        """Return a ranking for :mod:`ui.ranked`."""
        return ranked.shown(done.ranking, self._page.keep, self.table(done), locale)

    def table(self, done: Ranked) -> str:
        """Write a ranking as CSV; return where it lies."""
        return self._page.keep("ranking.csv", done.ranking.table())

    def report(self, done: Learnt, locale: Locale) -> dict[str, Any]:
        """Return what was learnt for :mod:`ui.lesson`."""
        counts = done.told["pictures"].items()
        few = ", ".join(name for name, count in counts if count < _FEW_PICTURES)
        return lesson.shown(
            done.told,
            done.found,
            self._page.keep,
            file=done.file,
            notes=[self._page.words.say("note_few", locale, names=few)] if few else [],
            seconds=done.seconds,
        )

    def recipe(
        self, done: Judged | Ranked | Learnt, used: dict[str, Any], seed: int | None = None
    ) -> dict[str, Any]:
        """Return the recipe of a result that was made with the arguments ``used``."""
        made = recipe.write(
            done.choice,
            revision=done.revision,
            parameters=used,
            seconds=done.seconds,
            seed=seed,
        )
        return made.model_dump(mode="json")


def answer(done: Judged) -> dict[str, Any]:
    """Return an answer as plain values for JSON."""
    rules, named = done.rules, done.rules.verdict(done.probabilities)
    return {
        "verdict": None if named is None else rules.classes[named],
        "probabilities": _shares(rules.classes, done.probabilities, done.probabilities),
        "thresholds": _shares(rules.classes, rules.thresholds, done.probabilities),
        "notes": list(done.picture.notes),
    }


def order(ranking: Ranking) -> dict[str, Any]:
    """Return a ranking as plain values for JSON; pictures of one ``group`` show the same."""
    classes, label = ranking.rules.classes, ranking.label
    return {
        "label": classes[label],
        "classes": list(classes),
        "ranked": [
            {
                "rank": rank,
                "name": one.name,
                "probability": round(float(one.probabilities[label]), 4),
                "verdict": None if one.verdict is None else classes[one.verdict],
                "probabilities": _shares(classes, one.probabilities, one.probabilities),
                "group": one.group + 1,
            }
            for rank, one in enumerate(ranking.seen, 1)
        ],
        "failed": [
            {
                "name": one.name,
                "code": one.error.code,
                "message": errors.said(one.error, "en"),
            }
            for one in ranking.failed
        ],
    }


def marks(sent: Sequence[Source | File]) -> list[dict[str, str]]:
    """Return names and checksums of files, for a recipe."""
    return [
        {"name": one.name, "sha256": sha256(one.path.read_bytes()).hexdigest()}
        for one in sent
        if one.path is not None
    ]


def arguments(used: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a recipe as the panel shows them, without those left empty."""
    return {name: _shown(value) for name, value in used.items() if value not in ("", [])}


def _shown(value: Any) -> Any:  # noqa: ANN401 - any value of a recipe
    if isinstance(value, Mapping):
        return api_panel.File(value["name"])
    return [_shown(part) for part in value] if isinstance(value, list) else value


def _shares(classes: Sequence[str], shares: Any, likely: Floats) -> dict[str, float]:  # noqa: ANN401 - numbers
    """Return the shares of the likeliest classes by name, the classes in their own order."""
    told = sorted(np.argsort(-likely)[:_MOST_CLASSES])
    return {classes[index]: round(float(shares[index]), 4) for index in told}
