"""LaMa: a network that erases, in ONNX, on a square of 512 pixels.

Source: Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions", 2022;
the export at https://huggingface.co/Carve/LaMa-ONNX.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from portfolio_core import picture_weights
from portfolio_core.engines.inpainting import Abilities, Filling, Step
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

log = logging.getLogger(__name__)

_WEIGHTS = "lama_fp32.onnx"
_SIDE = 512  # the export takes no other
_ERRORS_ONLY = 3


class LamaEngine:
    """Erases what is masked."""

    KEY: ClassVar[str] = "lama"
    ABILITIES: ClassVar[Abilities] = Abilities(replaces=False, side=_SIDE)

    def __init__(self, session: Any, revision: str) -> None:  # noqa: ANN401 - onnxruntime has no types
        """Use a session of onnxruntime; :meth:`load` opens one."""
        self._session = session
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Open the network in ``folder``; see :class:`InpaintingEngine`."""
        try:
            import onnxruntime
        except ImportError:
            raise MissingDependency("onnxruntime", "pip install onnxruntime") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = hardware.threads
        options.log_severity_level = _ERRORS_ONLY
        wanted = {"cuda": "CUDAExecutionProvider"}.get(hardware.device)
        there = onnxruntime.get_available_providers()
        providers = [wanted] * (wanted in there) + ["CPUExecutionProvider"]
        try:
            session = onnxruntime.InferenceSession(
                str((folder or Path()) / _WEIGHTS), options, providers=providers
            )
        except Exception as error:  # it has an error of its own for each way to be broken
            log.warning("the weights of %s cannot be read: %s", cls.KEY, type(error).__name__)
            raise EngineFailed(cls.KEY) from error
        if {given.name for given in session.get_inputs()} != {"image", "mask"}:
            log.warning("the weights of %s take something else", cls.KEY)
            raise EngineFailed(cls.KEY)
        return cls(session, picture_weights.LAMA[1])

    def fill(
        self, wanted: Filling, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Pixels]:
        """Fill the hole in one step; see :class:`InpaintingEngine`."""
        check()
        height, width = wanted.hole.shape
        rgb = _square(wanted.rgb).transpose(2, 0, 1)[None].astype(np.float32) / 255
        hole = _square(wanted.hole)[None, None].astype(np.float32)
        (drawn,) = self._session.run(None, {"image": rgb, "mask": hole})
        if not np.isfinite(drawn).all():
            log.error("%s makes values that are no numbers", self.KEY)
            raise EngineFailed(self.KEY)
        yield Step(1, 1)
        filled: Pixels = np.clip(drawn[0].transpose(1, 2, 0), 0, 255).round().astype(np.uint8)
        yield filled[:height, :width]


def _square(part: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a part, its right and lower end mirrored until it has the network's size.

    What a mask has there is mirrored with it: nothing that is to go is shown a second time.
    """
    pad = [(0, _SIDE - side) for side in part.shape[:2]] + [(0, 0)] * (part.ndim - 2)
    return np.pad(part, pad, mode="symmetric")
