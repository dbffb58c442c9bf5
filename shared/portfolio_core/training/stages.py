"""Stages of a training that are kept as they are done, so that it can be killed and go on.

Each is a file of tensors under a name, in a folder named after everything the result depends
on: another seed or another picture is another folder, and nothing stale is ever taken.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from portfolio_core.files import write_atomically
from portfolio_core.training.crossvalidation import Fold

Arrays = dict[str, npt.NDArray[np.generic]]


class Stages:
    """The finished stages of one training."""

    def __init__(self, folder: Path, *depends_on: object) -> None:
        """Keep them in a folder inside ``folder``, which is made when it is missing."""
        digest = hashlib.sha256(repr(depends_on).encode()).hexdigest()
        self.folder = folder / f"stages-{digest[:16]}"
        self.folder.mkdir(parents=True, exist_ok=True)

    def arrays(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return the stage ``name``, made now unless it was made before."""
        from safetensors.numpy import load, save

        file = self.folder / f"{name}.safetensors"
        if not file.is_file():
            made = {key: np.ascontiguousarray(value) for key, value in make().items()}
            write_atomically(file, save(made))
        found: Arrays = load(file.read_bytes())
        return found

    def fold(self, name: str, make: Callable[[], Fold]) -> Fold:
        """Return the fold ``name``, computed now unless it was before."""
        found = self.arrays(name, lambda: dict(vars(make())))
        return Fold(
            held_out=found["held_out"].astype(np.int64),
            logits=found["logits"].astype(np.float32),
            turns=found["turns"].astype(np.float32),
            others=found["others"].astype(np.float32),
        )
