"""PP-OCR's Korean reader of single lines, as ONNX; Hangul and English letters.

Source: https://huggingface.co/PaddlePaddle/korean_PP-OCRv5_mobile_rec_onnx
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.agreement import Reading
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

WEIGHTS, LETTERS = "inference.onnx", "inference.yml"
_HEIGHT = 48  # pixels; what the model was trained on
_NARROWEST, _WIDEST = 48, 3200
_BLANK = 0  # the class between letters


class KoreanLines:
    """The Korean reader."""

    def __init__(self, key: str, session: Any, letters: Sequence[str]) -> None:  # noqa: ANN401
        """Use a session of onnxruntime; ``letters`` are its classes after the blank."""
        self.key = key
        self._session = session
        self._input = session.get_inputs()[0].name
        self._letters = letters
        self._lock = threading.Lock()

    @classmethod
    def load(cls, key: str, folder: Path, hardware: Hardware) -> Self:
        """Build the reader from the two files in ``folder``.

        Raises:
            MissingDependency: onnxruntime or PyYAML is not installed.
            EngineFailed: the files are not what they should be.
        """
        try:
            import onnxruntime
            import yaml
        except ImportError as error:
            raise MissingDependency(
                error.name or "onnxruntime", "pip install onnxruntime"
            ) from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = hardware.threads
        options.log_severity_level = 4  # fatal only
        try:
            settings = yaml.safe_load((folder / LETTERS).read_text(encoding="utf-8"))
            letters = [str(letter) for letter in settings["PostProcess"]["character_dict"]]
            session = onnxruntime.InferenceSession(
                folder / WEIGHTS, options, providers=["CPUExecutionProvider"]
            )
            classes = session.get_outputs()[0].shape[-1]
        except Exception as error:  # what onnxruntime raises is nothing narrower
            log.warning("the weights of %s cannot be read: %s", key, type(error).__name__)
            raise EngineFailed(key) from error
        if isinstance(classes, int) and classes != len(letters) + 2:
            log.error("%s knows %d classes, and %d letters are named", key, classes, len(letters))
            raise EngineFailed(key)
        return cls(key, session, [*letters, " "])

    def read(
        self, lines: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Reading]]:
        """Read lines one by one; yield each with its number.

        Args:
            lines: Pictures of single lines, each of shape (height, width, 3), RGB, uint8.
            check: Called before every line; what it raises ends the reading.
        """
        for index, line in enumerate(lines):
            check()
            with self._lock:
                (classes,) = self._session.run(None, {self._input: prepared(line)})
            yield index, self._decoded(classes[0])

    def _decoded(self, likely: npt.NDArray[np.float32]) -> Reading:
        """Turn probabilities of shape (steps, classes) into text: best class, doubles joined."""
        best = likely.argmax(axis=1)
        new = np.r_[True, best[1:] != best[:-1]] & (best != _BLANK)
        text = "".join(self._letters[index - 1] for index in best[new])
        chosen = likely.max(axis=1)[new]
        score = float(np.exp(np.log(chosen.clip(1e-6, 1)).mean())) if len(chosen) else 0.0
        return Reading(" ".join(text.split()), score, self.key)


def prepared(line: Pixels) -> npt.NDArray[np.float32]:
    """Return a line as the model wants it.

    Returns:
        Shape (1, 3, 48, width), float32, BGR, -1 to 1.
    """
    from PIL import Image

    height, width = line.shape[:2]
    width = min(max(round(width * _HEIGHT / height), _NARROWEST), _WIDEST)
    small = Image.fromarray(line).resize((width, _HEIGHT), Image.Resampling.BILINEAR)
    colours = np.asarray(small, dtype=np.float32)[:, :, ::-1] / 127.5 - 1
    return np.ascontiguousarray(colours.transpose(2, 0, 1)[None])
