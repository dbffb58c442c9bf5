"""SigLIP 2's view of pictures, as the backbone of heads that are trained on it.

Of the model only the half that looks is loaded. It names nothing by itself: its classes are
those of the head that it is given by :meth:`ResNetEngine.with_head`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from portfolio_core.engines.classification import Rules, preparation
from portfolio_core.engines.classification.head import Head
from portfolio_core.engines.classification.resnet import ResNetEngine, pretrained
from portfolio_core.hardware import Hardware


class SiglipEngine(ResNetEngine):
    """The picture side of a SigLIP or SigLIP 2 of one size; features of shape (n, width)."""

    KEY: ClassVar[str] = "siglip2-base"

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Read the network in ``folder``; see :class:`ClassificationEngine`."""
        network, revision = pretrained("SiglipVisionModel", folder, hardware, cls.KEY)
        prepare = preparation.read(folder or Path(), cls.KEY)
        width = network.config.hidden_size
        nothing = Head(
            np.empty((0, width), np.float32), np.empty(0, np.float32), f"{cls.KEY}@{revision}"
        )
        model = network.eval().to(hardware.device)
        return cls(model, prepare, nothing, Rules((), 1.0, ()), revision)
