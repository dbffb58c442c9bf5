"""Where text stands: the detector of PP-OCR from the RapidOCR wheel.

Source: PP-OCRv6 (Apache-2.0), differentiable binarization, https://arxiv.org/abs/1911.08947.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.geometry import Corners, border_colour, ordered, size

_STRIDE = 32
"""The network takes sides that are a multiple of it."""
_LONGEST = 1280
"""Longest side that it is shown, in pixels: lines of a full page are some 15 pixels high."""
_CLOSER = 2048
"""The same where lines turn out too small to be told apart."""
_SMALL = 11
"""Lines of fewer pixels, as shown, call for a closer look."""
_SHORTEST = 480
"""A smaller picture is shown larger, up to ``_ENLARGED`` times."""
_ENLARGED = 2.0
_MARGIN = 0.5
"""Paper put around a picture, as a share of its shorter side and at most ``_WIDEST_MARGIN``."""
_WIDEST_MARGIN = 48


@dataclass(frozen=True)
class Detector:
    """Finds lines of text.

    Attributes:
        session: An onnxruntime session.
        post: Makes boxes from its map.
    """

    session: Any
    post: Any

    @classmethod
    def load(cls, session: Any) -> "Detector":  # noqa: ANN401 - onnxruntime is imported late
        """Use ``session``, opened on the wheel's detector."""
        from rapidocr.ch_ppocr_det.utils import DBPostProcess

        post = DBPostProcess(thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True)
        return cls(session, post)  # as RapidOCR itself sets them

    def find(self, image: Pixels) -> list[Corners]:
        """Return the boxes of an image, in no order.

        A line that touches the edge of the picture is found as well: paper is put around.
        """
        boxes = self._find(image, _LONGEST)
        longest = max(image.shape[:2])
        if longest > _LONGEST and boxes:
            heights = [min(size(box)) for box in boxes]
            if float(np.median(heights)) * _LONGEST / longest < _SMALL:
                return self._find(image, _CLOSER)
        return boxes

    def _find(self, image: Pixels, longest: int) -> list[Corners]:
        height, width = image.shape[:2]
        margin = int(min(_WIDEST_MARGIN, _MARGIN * min(height, width)))
        padded = _pad(image, margin)
        shown = _resize(padded, longest)
        batch = (shown.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        heat = self.session.run(None, {self.session.get_inputs()[0].name: batch})[0]
        boxes, _ = self.post(heat, padded.shape[:2])
        edge = np.array((width - 1, height - 1), np.float32)
        return [np.clip(ordered(np.asarray(box, np.float32) - margin), 0, edge) for box in boxes]


def _pad(image: Pixels, margin: int) -> Pixels:
    import cv2

    sides = (margin, margin, margin, margin)
    paper = tuple(float(value) for value in border_colour(image))
    return np.asarray(cv2.copyMakeBorder(image, *sides, cv2.BORDER_CONSTANT, value=paper))


def _resize(image: Pixels, longest: int) -> Pixels:
    import cv2

    height, width = image.shape[:2]
    enlarged = max(1.0, min(_ENLARGED, _SHORTEST / min(height, width)))
    scale = min(enlarged, longest / max(height, width))
    new = [max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (width, height)]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, new, interpolation=way), np.uint8)
