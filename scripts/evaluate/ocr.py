"""How well pages are read: errors by kind, honest confidence, what a turned page costs.

DATA is a folder with a manifest.jsonl: a JSON object a line with ``file``, ``kind``, ``unit``
("page" or "line") and ``text``, the truth. Where the truth has no small letters, they do not
count. The plain sides are those that one would write first: plain_ocr.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import plain_ocr  # type: ignore[import-not-found]  # stands beside this file
from PIL import Image
from rapidfuzz.distance import Levenshtein

from portfolio_core import catalog, hardware, hub
from portfolio_core.engines import ocr
from portfolio_core.settings import Settings

RESAMPLED = 2000
"""Resamplings of the bootstrap."""
BINS = 10
MOST_ECE, MOST_TURN = 0.10, 0.01
OURS = "ppocr-tesseract"
_RAPID, _TESSERACT = "plain RapidOCR", "plain Tesseract"


@dataclass(frozen=True)
class Page:
    """One page of the data and its truth."""

    kind: str
    unit: str
    rgb: np.ndarray
    truth: str


@dataclass
class Score:
    """What one engine made of the pages: errors, letters and words of each, and confidences."""

    name: str
    errors: list[int] = field(default_factory=list)
    word_errors: list[int] = field(default_factory=list)
    sure: dict[str, list[tuple[float, bool]]] = field(
        default_factory=lambda: {"line": [], "word": []}
    )


def evaluate(data: Path) -> bool:
    """Print the tables; return whether all bars are met."""
    pages = list(read(data))
    scores = [_score(name, engine, pages) for name, engine in _engines()]
    ours = next(score for score in scores if score.name == OURS)
    print(_table(pages, scores))
    cost = _turned(pages, ours)
    print(f"\nA turn by 90 degrees costs {100 * cost:+.2f} points of CER.")
    for unit, sure in ours.sure.items():
        print(f"Expected calibration error, {unit}s: {ece(sure):.3f} ({len(sure)} {unit}s).")
    return _judge(pages, {score.name: score for score in scores}, cost)


def read(data: Path) -> Iterator[Page]:
    """Yield the pages of a folder."""
    for row in (data / "manifest.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(row)
        with Image.open(data / entry["file"]) as picture:
            rgb = np.asarray(picture.convert("RGB"))
        yield Page(entry["kind"], entry["unit"], rgb, entry["text"])


def _engines() -> Iterator[tuple[str, Callable[[np.ndarray], Any]]]:
    """Yield the plain ones, and all of ours that can be had here without the network."""
    yield _TESSERACT, plain_ocr.tesseract()
    yield _RAPID, plain_ocr.rapidocr()
    settings = Settings(offline=True)
    machine = hardware.detect(settings)
    for model in catalog.MODELS:
        if ocr.TASK not in model.tasks or (model.hub and not hub.is_here(model, settings)):
            continue
        folder = hub.folder(model, settings) if model.hub else None
        yield model.key, catalog.engine_class(model).load(folder, machine).read


def _score(name: str, engine: Callable[[np.ndarray], Any], pages: list[Page]) -> Score:
    score = Score(name)
    for page in pages:
        reading = engine(page.rgb)
        said = reading if isinstance(reading, str) else reading.text
        truth, said = alike(page.truth, said)
        score.errors.append(Levenshtein.distance(truth, said))
        score.word_errors.append(Levenshtein.distance(truth.split(), said.split()))
        if not isinstance(reading, str):
            _note_confidences(score, page.truth, reading.lines)
    return score


def alike(truth: str, said: str) -> tuple[str, str]:
    """Return both with single spaces, and in capitals where the truth has only those."""
    truth, said = (" ".join(text.split()) for text in (truth, said))
    return (
        (truth, said) if truth != truth.upper() or truth == truth.lower() else (truth, said.upper())
    )


def _note_confidences(score: Score, truth: str, lines: Iterable[ocr.Line]) -> None:
    """Note for each line and word how sure the engine was and whether it was right.

    A word is right when it stands on the page, as often as it does; a line when its words
    stand there in a row.
    """
    left = alike(truth, "")[0].split()
    whole = f" {' '.join(left)} "
    for line in lines:
        said = alike(truth, line.text)[1]
        score.sure["line"].append((line.confidence, f" {said} " in whole))
        for word in line.words:
            text = alike(truth, word.text)[1]
            right = text in left
            if right:
                left.remove(text)
            score.sure["word"].append((word.confidence, right))


def ece(sure: list[tuple[float, bool]]) -> float:
    """Return the expected calibration error, in ten bins of equal width."""
    if not sure:
        return 0.0
    said, right = np.array(sure, float).T
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    gaps = [abs(float((said - right)[bins == b].sum())) for b in range(BINS)]
    return sum(gaps) / len(sure)


def _table(pages: list[Page], scores: list[Score]) -> str:
    head = "| Kind (number) | " + " | ".join(f"{s.name}, CER | WER" for s in scores) + " |"
    rows = [head, "|---|" + "---|---|" * len(scores)]
    for kind, places in _groups(pages):
        cells = [f"{kind} ({len(places)})"]
        for score in scores:
            cells.append(_figure(pages, score.errors, places, len))
            cells.append(_figure(pages, score.word_errors, places, lambda text: len(text.split())))
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _groups(pages: list[Page]) -> Iterator[tuple[str, list[int]]]:
    kinds = sorted({page.kind for page in pages})
    for kind in kinds:
        yield kind.replace("_", " "), [i for i, page in enumerate(pages) if page.kind == kind]
    yield "**all pages**", [i for i, page in enumerate(pages) if page.unit == "page"]
    yield "**all**", list(range(len(pages)))


def rate(
    pages: list[Page], errors: list[int], places: list[int], count: Callable[[str], int] = len
) -> float:
    """Return the errors of some pages over the letters, or words, of their truth."""
    whole = sum(count(alike(pages[i].truth, "")[0]) for i in places)
    return sum(errors[i] for i in places) / max(1, whole)


def _figure(
    pages: list[Page], errors: list[int], places: list[int], count: Callable[[str], int]
) -> str:
    """Return a rate in percent with its 95 % interval, pages drawn anew with replacement."""
    figure = f"{100 * rate(pages, errors, places, count):.1f}"
    if len(places) < 3:  # noqa: PLR2004 - nothing to draw from
        return figure
    sizes = np.array([count(alike(pages[i].truth, "")[0]) for i in places])
    wrong = np.array([errors[i] for i in places])
    draws = np.random.default_rng(0).integers(0, len(places), (RESAMPLED, len(places)))
    low, high = np.percentile(100 * wrong[draws].sum(1) / sizes[draws].sum(1), (2.5, 97.5))
    return f"{figure} ({low:.1f}-{high:.1f})"


def _turned(pages: list[Page], ours: Score) -> float:
    """Return what a turn by 90 degrees adds to our rate of errors."""
    engine = next(engine for name, engine in _engines() if name == OURS)
    turned = [Page(p.kind, p.unit, np.ascontiguousarray(np.rot90(p.rgb)), p.truth) for p in pages]
    everywhere = list(range(len(pages)))
    after = _score(OURS, engine, turned)
    return rate(pages, after.errors, everywhere) - rate(pages, ours.errors, everywhere)


def _judge(pages: list[Page], scores: dict[str, Score], cost: float) -> bool:
    def cer(name: str, places: list[int]) -> float:
        return rate(pages, scores[name].errors, places)

    groups = dict(_groups(pages))
    bars = {
        f"turn costs at most {100 * MOST_TURN:.0f} point": cost <= MOST_TURN,
        f"calibration error under {MOST_ECE}": ece(scores[OURS].sure["line"]) < MOST_ECE,
    }
    for group in ("**all**", "**all pages**"):
        better = cer(OURS, groups[group]) < cer(_TESSERACT, groups[group])
        bars[f"better than plain Tesseract, {group.strip('*')}"] = better
    for group, places in groups.items():
        fine = cer(OURS, places) <= cer(_RAPID, places)
        bars[f"no worse than plain RapidOCR, {group.strip('*')}"] = fine
    print()
    for bar, met in bars.items():
        print(f"- {bar}: {'met' if met else 'MISSED'}")
    return all(bars.values())
