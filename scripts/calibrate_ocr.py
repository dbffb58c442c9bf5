"""Fit the curves that make the confidences of the OCR readers honest, on rendered pages.

    python3 scripts/calibrate_ocr.py            writes engines/ocr/calibration_table.py
    python3 scripts/calibrate_ocr.py --pages 9  from more pages of each kind

The pages vary in font, size, noise, blur, contrast and skew (scripts/evaluate/rendered.py).
The curves never fall; see the engine's calibration.py for what they are drawn over.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

import environment
from environment import ROOT, Problem

sys.path.insert(0, str(ROOT / "scripts" / "evaluate"))

TABLE = ROOT / "shared" / "portfolio_core" / "engines" / "ocr" / "calibration_table.py"
SEED = 20240
KNOTS = 9
FLOOR, CEILING = 0.02, 0.995
"""No reading is certainly wrong, nor certainly right."""
PRIOR = 4
"""Readings, half of them right, that are thought to lie at each knot: few readings prove little."""

Readings = dict[tuple[str, str], list[tuple[float, bool]]]


def main() -> None:
    """Render, read, fit, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=int, default=8, help="pages of each kind (8)")
    options = parser.parse_args()
    environment.require_inside()
    readings = _read(options.pages)
    rows = [f"    {key!r}: {_curve(points)!r}," for key, points in sorted(readings.items())]
    counts = ", ".join(
        f"{len(points)} {key[1]}s of {key[0]}" for key, points in sorted(readings.items())
    )
    TABLE.write_text(
        f'"""Written by scripts/calibrate_ocr.py: do not edit.\n\nFrom {counts}.\n"""\n\n'
        "CURVES: dict[tuple[str, str], tuple[tuple[float, ...], tuple[float, ...]]] = {\n"
        + "\n".join(rows)
        + "\n}\n"
    )
    print(f"{TABLE.relative_to(ROOT)}: {counts}")


def _read(count: int) -> Readings:
    import rendered  # type: ignore[import-not-found]  # stands in scripts/evaluate

    from portfolio_core import hardware
    from portfolio_core.engines.ocr import combined
    from portfolio_core.settings import Settings

    engine = combined.PpOcrTesseract.load(None, hardware.detect(Settings()))
    readings: Readings = defaultdict(list)
    for page in rendered.pages(count, SEED):
        print(page.name, flush=True)
        left = Counter(" ".join(page.lines).split())
        whole = f" {' '.join(' '.join(page.lines).split())} "
        for found in engine.found(page.rgb):
            for unit, known, right in _judged(found, left, whole):
                readings[found.reader, unit].append((known, right))
    return readings


def _judged(found: object, left: Counter[str], whole: str) -> Iterator[tuple[str, float, bool]]:
    """Yield what is known of a line and its words, and whether they are right."""
    from portfolio_core.engines.ocr.calibration import evidence
    from portfolio_core.engines.ocr.letters import text_of, words_of

    letters = found.letters  # type: ignore[attr-defined]
    yield "line", evidence(letters), f" {text_of(letters)} " in whole
    for word in words_of(letters):
        text = "".join(letter.text for letter in word)
        right = left[text] > 0
        left[text] -= right
        yield "word", evidence(word), right


def _curve(points: list[tuple[float, bool]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return knots: scores and the share that is right there; never falling."""
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    points = sorted(points)
    groups = np.array_split(np.array(points, float), min(KNOTS, max(1, len(points) // 10)))
    scores = [float(group[:, 0].mean()) for group in groups]
    shares = [float((group[:, 1].sum() + PRIOR / 2) / (len(group) + PRIOR)) for group in groups]
    weights = [len(group) for group in groups]
    fitted = IsotonicRegression().fit(scores, shares, weights).predict(scores)
    ends = [(0.0, min(FLOOR, fitted[0])), *zip(scores, fitted, strict=True), (1.0, fitted[-1])]
    held = [(round(s, 3), round(float(min(CEILING, max(FLOOR, y))), 3)) for s, y in ends]
    return tuple(s for s, _ in held), tuple(y for _, y in held)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
