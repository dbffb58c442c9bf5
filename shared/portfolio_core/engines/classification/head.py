"""A head: the one layer that turns a network's features into classes, as a small file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from portfolio_core.engines.classification import Floats
from portfolio_core.errors import EngineFailed
from portfolio_core.files import write_atomically

FILE = "head.safetensors"


@dataclass(frozen=True)
class Head:
    """A linear layer.

    Attributes:
        weight: Shape (classes, width), float32.
        bias: Shape (classes,), float32.
        backbone: Whose features it was made for, a key of the catalog with its revision.
    """

    weight: Floats
    bias: Floats
    backbone: str

    def shifted(self, by: Sequence[float]) -> "Head":
        """Return a head that adds a number to what it says of each class."""
        return replace(self, bias=self.bias + np.asarray(by, dtype=np.float32))

    def __call__(self, features: Floats) -> Floats:
        """Return logits, shape (n, classes), for features of shape (n, width)."""
        result: Floats = features @ self.weight.T + self.bias
        return result


def write(folder: Path, head: Head) -> None:
    """Write ``head`` into ``folder``."""
    from safetensors.numpy import save

    tensors = {"weight": np.ascontiguousarray(head.weight), "bias": head.bias}
    write_atomically(folder / FILE, save(tensors, metadata={"backbone": head.backbone}))


def read(folder: Path) -> Head:
    """Read the head in ``folder``.

    Raises:
        EngineFailed: the file is missing, damaged, or holds something else.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / FILE, framework="numpy") as file:
            weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
            backbone = str((file.metadata() or {})["backbone"])
    except (OSError, SafetensorError, LookupError) as error:
        raise EngineFailed(FILE) from error
    if weight.ndim != 2 or bias.shape != weight.shape[:1]:  # noqa: PLR2004 - a matrix
        raise EngineFailed(FILE)
    return Head(weight.astype(np.float32), bias.astype(np.float32), backbone)
