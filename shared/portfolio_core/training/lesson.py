"""A visitor's lesson: piles of pictures in, plain values and files out.

The trained head is kept in a folder whose name nobody can guess; it is the key to it, and it goes
with the folder.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core.engines.classification import RULES_FILE, head, read_rules, write_rules
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.errors import (
    ClassifierGone,
    EmptyText,
    FilesTooLarge,
    LabelsMissing,
    NoFile,
    TextTooLong,
    TooManyFiles,
)
from portfolio_core.settings import Limits
from portfolio_core.training.evaluation import Curve
from portfolio_core.training.imagefolder import File, ImageFolder
from portfolio_core.training.retraining import Retrained

LONGEST_NAME = 40
"""Characters of a class's name."""
ZIP_FILE = "classifier.zip"
_KEY = re.compile(r"[\w-]{22}", re.ASCII)
_CURVE_POINTS = 60
_MISTAKES = 12
_README = """A head for a frozen network, trained on your pictures.

head.safetensors   weight (classes, width) and bias (classes) in float32, for the features that
                   its metadata name
classifier.json    the classes, the temperature of their probabilities, and the least probability
                   at which each is named
report.json        what cross-validation says of it
"""


def piles(files: Sequence[File], labels: object, limits: Limits) -> dict[str, list[File]]:
    """Return the files of each class.

    Args:
        files: The pictures.
        labels: The name of a class for each of them, a list in the same order.
        limits: How many files, and how large together.

    Raises:
        NoFile: there is none.
        LabelsMissing: there are not as many labels as files.
        TooManyFiles: there are more than ``limits.train_files``.
        FilesTooLarge: they have more than ``limits.train_bytes`` together.
        EmptyText: a label is empty.
        TextTooLong: a label has more than :data:`LONGEST_NAME` characters.
    """
    names = [str(label).strip() for label in labels] if isinstance(labels, list) else []
    if not files:
        raise NoFile
    if len(files) > limits.train_files:
        raise TooManyFiles(len(files), limits.train_files)
    if len(names) != len(files):
        raise LabelsMissing(len(files), len(names))
    if sum(file.path.stat().st_size for file in files) > limits.train_bytes:
        raise FilesTooLarge(limits.train_bytes)
    found: dict[str, list[File]] = {}
    for name, file in zip(names, files, strict=True):
        if not name:
            raise EmptyText
        if len(name) > LONGEST_NAME:
            raise TextTooLong(len(name), LONGEST_NAME)
        found.setdefault(name, []).append(file)
    return found


def numbers(found: ImageFolder, learnt: Retrained) -> dict[str, Any]:
    """Return what cross-validation says, as plain values for JSON.

    Shares and probabilities are from 0 to 1; curves are lists of points.
    """
    told, classes = learnt.evaluation, found.classes
    return {
        "classes": list(classes),
        "pictures": dict(zip(classes, _counts(found), strict=True)),
        "balanced_accuracy": _rounded(told.score),
        "interval": [_rounded(end) for end in told.interval],
        "colours_alone": _rounded(learnt.baseline.score),
        "calibration_error": _rounded(told.after),
        "orientation_gap": _rounded(told.gap),
        "temperature": _rounded(told.rules.temperature),
        "thresholds": dict(zip(classes, map(_rounded, told.rules.thresholds), strict=True)),
        "confusion": told.confusion.tolist(),
        "roc": {name: _points(curve) for name, curve in zip(classes, told.roc, strict=True)},
        "roc_area": {
            name: _rounded(curve.area) for name, curve in zip(classes, told.roc, strict=True)
        },
        "losses": [_rounded(loss) for loss in learnt.losses],
        "mistakes": [
            {
                "name": found.examples[mistake.index].name,
                "said": classes[mistake.said],
                "probability": _rounded(mistake.probability),
            }
            for mistake in told.mistakes[:_MISTAKES]
        ],
        "left_out": [vars(rejected) for rejected in found.rejected],
        "warnings": list(told.warnings),
    }


def keep(folder: Path, learnt: Retrained) -> None:
    """Write what :func:`recall` reads into ``folder``."""
    head.write(folder, learnt.head)
    write_rules(folder, learnt.rules)


def recall(folders: Path, key: str, engine: ResNetEngine) -> ResNetEngine:
    """Return ``engine`` with the head that is kept under ``key``.

    Args:
        folders: Where the folders with unguessable names are.
        key: The name of one of them.
        engine: The one that it was trained on.

    Raises:
        ClassifierGone: there is none under this key, or not any more.
    """
    folder = folders / key
    if not _KEY.fullmatch(key) or not (folder / head.FILE).is_file():
        raise ClassifierGone
    return engine.with_head(head.read(folder), read_rules(folder, key))


def pack(folder: Path, report: Mapping[str, Any]) -> bytes:
    """Return a zip of what was kept in ``folder``, with the report, to download."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in (head.FILE, RULES_FILE):
            packed.writestr(name, (folder / name).read_bytes())
        text = json.dumps(report, indent=2, ensure_ascii=False)
        packed.writestr("report.json", text)
        packed.writestr("README.txt", _README)
    return file.getvalue()


def _counts(found: ImageFolder) -> list[int]:
    counts: list[int] = np.bincount(found.labels, minlength=len(found.classes)).tolist()
    return counts


def _points(curve: Curve) -> list[list[float]]:
    """Return at most so many points of a curve as a drawing shows."""
    chosen = np.unique(np.linspace(0, len(curve.x) - 1, _CURVE_POINTS).astype(int))
    return [[_rounded(curve.x[i]), _rounded(curve.y[i])] for i in chosen]


def _rounded(value: float) -> float:
    return round(float(value), 4)
