"""The report of a training as one HTML page, with nothing fetched from anywhere.

It shows the user's own pictures, small, beside what was said of them: it is for whoever owns
them, and is written beside the model, never into it.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from portfolio_core.media.images import Pixels, jpeg_bytes
from portfolio_core.training.evaluation import Evaluation
from portfolio_core.training.imagefolder import Example, Rejected
from portfolio_core.training.plots import Line, plot

_THUMBNAIL = 96
_IN_A_CELL = 6  # pictures of a cell of the confusion table
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border: 1px solid #ccc; padding: .3rem .6rem; text-align: right; vertical-align: top }
th:first-child, td:first-child { text-align: left }
.warning { background: #fff3cd; border-left: 4px solid #b58900; padding: .5rem 1rem }
figure { display: inline-block; margin: .3rem; max-width: 9rem; font-size: 12px }
img { max-width: 100% }
"""


@dataclass(frozen=True)
class Report:
    """What a report is made of.

    Attributes:
        title: Its heading.
        examples: The pictures.
        rejected: Files that were left out.
        evaluations: One for each recipe, the one that is kept first.
        preview: What the network sees in training.
        command: What makes the same again.
    """

    title: str
    examples: Sequence[Example]
    rejected: Sequence[Rejected]
    evaluations: Sequence[Evaluation]
    preview: Pixels
    command: str

    def html(self) -> str:
        """Return the page."""
        kept = self.evaluations[0]
        return "".join(
            [
                f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(self.title)}",
                f"</title><style>{_STYLE}</style><h1>{escape(self.title)}</h1>",
                *(
                    f"<p class=warning>{escape(e.recipe)}: {escape(said)}</p>"
                    for e in self.evaluations
                    for said in e.warnings
                ),
                "<h2>Cross-validation</h2>",
                _table(_SUMMARY, [_summary(e) for e in self.evaluations]),
                _curves(self.evaluations),
                f"<h2>Confusion: {escape(kept.recipe)}</h2>",
                self._confusion(kept),
                "<h2>Mistakes</h2>",
                self._mistakes(kept),
                "<h2>By orientation</h2>",
                _orientations(self.evaluations),
                "<h2>False alarms</h2><p>Pictures of no class: the share that was named, and ",
                "that was named and sure.</p>",
                _false_alarms(self.evaluations),
                "<h2>What the network sees</h2>",
                "<p>Each row: the picture, then what training makes of it.</p>",
                _picture(self.preview, self.preview.shape[1]),
                self._left_out(),
                f"<h2>Again</h2><pre>{escape(self.command)}</pre>",
            ]
        )

    def _confusion(self, kept: Evaluation) -> str:
        names = kept.rules.classes
        said = kept.means.argmax(axis=1)
        rows = []
        for true, name in enumerate(names):
            cells = []
            for named in range(len(names)):
                here = [i for i, e in enumerate(self.examples) if e.label == true]
                shown = [i for i in here if said[i] == named][:_IN_A_CELL]
                thumbnails = "".join(_picture(self.examples[i].rgb, _THUMBNAIL // 2) for i in shown)
                cells.append(f"{kept.confusion[true, named]}<br>{thumbnails}")
            rows.append([escape(f"is {name}"), *cells])
        return _table(["", *(f"named {name}" for name in names)], rows)

    def _mistakes(self, kept: Evaluation) -> str:
        if not kept.mistakes:
            return "<p>None.</p>"
        return "".join(
            f"<figure>{_picture(self.examples[m.index].rgb, _THUMBNAIL)}<figcaption>"
            f"{escape(self.examples[m.index].name)}: {escape(kept.rules.classes[m.said])} "
            f"{m.probability:.0%}</figcaption></figure>"
            for m in kept.mistakes
        )

    def _left_out(self) -> str:
        if not self.rejected:
            return ""
        rows = [[escape(r.name), escape(r.message)] for r in self.rejected]
        return "<h2>Left out</h2>" + _table(["File", "Why"], rows)


_SUMMARY = (
    "Recipe",
    "Balanced accuracy",
    "95 % interval",
    "Orientation gap",
    "ROC area",
    "Calibration error before",
    "after",
    "Temperature",
)


def _summary(e: Evaluation) -> list[str]:
    return [
        escape(e.recipe),
        f"{e.score:.3f}",
        f"{e.interval[0]:.3f}-{e.interval[1]:.3f}",
        f"{e.gap:.3f}",
        f"{np.mean([curve.area for curve in e.roc]):.3f}",
        f"{e.before:.3f}",
        f"{e.after:.3f}",
        f"{e.rules.temperature:.2f}",
    ]


def _curves(evaluations: Sequence[Evaluation]) -> str:
    last = len(evaluations[0].rules.classes) - 1
    name = evaluations[0].rules.classes[last]
    roc: list[Line] = [
        (f"{e.recipe} ({e.roc[last].area:.3f})", e.roc[last].x, e.roc[last].y) for e in evaluations
    ]
    precision: list[Line] = [
        (f"{e.recipe} ({e.precision[last].area:.3f})", e.precision[last].x, e.precision[last].y)
        for e in evaluations
    ]
    calibrated: list[Line] = [
        (e.recipe, [b.confidence for b in e.bins], [b.accuracy for b in e.bins])
        for e in evaluations
    ]
    return "".join(
        [
            plot(f"ROC: {name}", "false alarms", "found", roc, diagonal=True),
            plot(f"Precision: {name}", "found", "right when named", precision, diagonal=False),
            plot("Calibration", "said", "right", calibrated, diagonal=True),
        ]
    )


def _orientations(evaluations: Sequence[Evaluation]) -> str:
    turns = ["0", "90", "180", "270", "mirrored", "m. 90", "m. 180", "m. 270"]
    rows = [[escape(e.recipe), *(f"{s:.3f}" for s in e.orientation)] for e in evaluations]
    return _table(["Recipe", *turns], rows)


def _false_alarms(evaluations: Sequence[Evaluation]) -> str:
    kinds = list(evaluations[0].alarms)
    rows = [
        [
            escape(e.recipe),
            *(
                f"{a.named / a.asked:.1%}, {a.sure / a.asked:.1%}"
                for a in (e.alarms[kind] for kind in kinds)
            ),
        ]
        for e in evaluations
    ]
    return _table(["Recipe", *kinds], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make a table; cells are HTML already, heads are text."""
    top = "".join(f"<th>{escape(head)}" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    return f"<table><tr>{top}{body}</table>"


def _picture(rgb: Pixels, longest: int) -> str:
    image = Image.fromarray(rgb)
    image.thumbnail((longest, longest))
    data = base64.b64encode(jpeg_bytes(np.asarray(image), 80)).decode()
    return f'<img alt="" src="data:image/jpeg;base64,{data}">'
