"""The plain sides of reading pages: Tesseract and RapidOCR as they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

DATA = "/usr/share/tesseract-ocr/5/tessdata"


def tesseract() -> Callable[[np.ndarray], str]:
    """Return Tesseract with both languages, as its manual uses it."""
    from PIL import Image
    from tesserocr import PyTessBaseAPI

    reader = PyTessBaseAPI(path=DATA, lang="kor+eng")

    def read(rgb: np.ndarray) -> str:
        reader.SetImage(Image.fromarray(rgb))
        text: str = reader.GetUTF8Text()
        return text

    return read


def rapidocr() -> Callable[[np.ndarray], str]:
    """Return RapidOCR with its own settings."""
    from rapidocr import RapidOCR

    reader: Any = RapidOCR(params={"Global.log_level": "error"})

    def read(rgb: np.ndarray) -> str:
        return "\n".join(reader(rgb[:, :, ::-1]).txts or ())

    return read
