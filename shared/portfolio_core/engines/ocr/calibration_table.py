"""Written by scripts/calibrate_ocr.py: do not edit."""

CURVES: dict[tuple[str, str], tuple[tuple[float, ...], tuple[float, ...]]] = {
    ("pp-ocr", "line"): ((0.0, 1.0), (0.0, 1.0)),
    ("pp-ocr", "word"): ((0.0, 1.0), (0.0, 1.0)),
    ("tesseract", "line"): ((0.0, 1.0), (0.0, 1.0)),
    ("tesseract", "word"): ((0.0, 1.0), (0.0, 1.0)),
}
