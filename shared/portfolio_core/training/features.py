"""Features of a frozen network, computed once for each picture and kept.

They are kept by what they depend on - the network's checksum and the pixels - so a file that is
found again is right, and a broken-off run goes on where it stopped.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from portfolio_core.engines.classification import Floats
from portfolio_core.files import write_atomically
from portfolio_core.media.images import Pixels

_AT_ONCE = 64  # pictures between two writes


class Backbone(Protocol):
    """A network whose features a head is trained on."""

    @property
    def backbone(self) -> str:
        """Name and revision of the network."""
        ...

    def features(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return shape (n, width), float32."""
        ...


class FeatureCache:
    """Features in memory, and in one file when there is a folder."""

    def __init__(self, backbone: Backbone, folder: Path | None = None) -> None:
        """Keep features of ``backbone``, in ``folder`` if given; it must be there."""
        self._backbone = backbone
        name = hashlib.sha256(backbone.backbone.encode()).hexdigest()[:16]
        self._file = folder / f"features-{name}.safetensors" if folder else None
        self._known = _read(self._file) if self._file else {}

    def __call__(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return the features of ``pictures``, shape (n, width), float32."""
        keys = [hashlib.sha256(str(p.shape).encode() + p.tobytes()).hexdigest() for p in pictures]
        missing = {k: p for k, p in zip(keys, pictures, strict=True) if k not in self._known}
        names = list(missing)
        for at in range(0, len(names), _AT_ONCE):
            some = names[at : at + _AT_ONCE]
            found = self._backbone.features([missing[name] for name in some], check)
            self._known.update(zip(some, found, strict=True))
            self._write()
        if not keys:
            return self._backbone.features([])
        return np.stack([self._known[key] for key in keys])

    def _write(self) -> None:
        if self._file is not None:
            from safetensors.numpy import save

            names = list(self._known)
            table = np.stack([self._known[name] for name in names])
            write_atomically(self._file, save({"features": table}, {"names": " ".join(names)}))


def _read(file: Path) -> dict[str, Floats]:
    """Return what an earlier run kept; a file that cannot be read is made anew."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as found:
            names = (found.metadata() or {})["names"].split()
            return dict(zip(names, found.get_tensor("features"), strict=True))
    except (OSError, SafetensorError, LookupError, ValueError):
        return {}
