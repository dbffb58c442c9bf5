"""PP-OCR's Korean reader of single lines, as ONNX; Hangul and English letters.

Source: https://huggingface.co/PaddlePaddle/korean_PP-OCRv5_mobile_rec_onnx
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.agreement import Reading
from portfolio_core.engines.ocr.letters import text_of
from portfolio_core.engines.ocr.recognition import Recogniser
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

WEIGHTS, LETTERS = "inference.onnx", "inference.yml"


class KoreanLines:
    """The Korean reader."""

    def __init__(self, key: str, recogniser: Recogniser) -> None:
        """Use ``recogniser``; :meth:`load` makes one."""
        self.key = key
        self._recogniser = recogniser

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
                error.name or "onnxruntime", "pip install onnxruntime pyyaml"
            ) from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = hardware.threads
        options.log_severity_level = 4  # fatal only
        try:
            settings = yaml.safe_load((folder / LETTERS).read_text(encoding="utf-8"))
            letters = [str(letter) for letter in settings["PostProcess"]["character_dict"]]
            session = onnxruntime.InferenceSession(
                str(folder / WEIGHTS), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # what onnxruntime raises is nothing narrower
            log.warning("the weights of %s cannot be read: %s", key, type(error).__name__)
            raise EngineFailed(key) from error
        alphabet = ("", *letters, " ")
        classes = session.get_outputs()[0].shape[-1]
        if isinstance(classes, int) and classes != len(alphabet):
            log.error("%s knows %d classes, and %d are named", key, classes, len(alphabet))
            raise EngineFailed(key)
        return cls(key, Recogniser(session, alphabet))

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
            letters = self._recogniser.read(line)
            logs = [np.log(max(letter.score, 1e-6)) for letter in letters]
            score = float(np.exp(np.mean(logs))) if logs else 0.0
            yield index, Reading(text_of(letters), score, self.key)
