"""Groups of pictures that show the same: copies, turns, mirror images, and small changes.

Held-out pictures say nothing when a turned copy of them was learnt. The hash is the signs of a
picture's lowest cosine waves (as in https://www.phash.org), here of each colour channel, and the
same for its eight turns; two pictures are one group when any turn of the one is near the other.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from portfolio_core.media.images import Pixels
from portfolio_core.training.augment import TURNS, turned

_SIDE = 32  # pixels that are transformed
_WAVES = 8  # lowest waves kept in each direction
MOST_BITS = 40
"""Bits of 189 in which two pictures of one group may differ; unrelated ones differ in about 95."""

Groups = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]


def find(pictures: Sequence[Pixels], most_bits: int = MOST_BITS) -> Groups:
    """Return the group of each picture, shape (n,), numbered from 0 as they come."""
    if not pictures:
        return np.empty(0, dtype=np.int64)
    turns = np.stack([hashes(picture) for picture in pictures])
    near = np.zeros((len(pictures), len(pictures)), dtype=bool)
    for turn in range(TURNS):
        differing = (turns[:, None, 0] ^ turns[None, :, turn]).sum(-1)
        near |= differing <= most_bits
    return _joined(near | near.T)


def joined(first: Groups, second: Groups) -> Groups:
    """Return groups in which those are together that either of two groupings puts together."""
    return _joined((first[:, None] == first) | (second[:, None] == second))


def from_manifest(path: Path, names: Sequence[str]) -> Groups:
    """Return the groups that a file names for pictures.

    Args:
        path: A line of JSON for each picture, with ``file`` and ``group``.
        names: The pictures; one that is not in the file is a group of its own.
    """
    lines = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
    known = {str(line["file"]): int(line["group"]) for line in lines}
    new = max(known.values(), default=-1) + 1
    return np.asarray([known.get(name, new + i) for i, name in enumerate(names)], dtype=np.int64)


def hashes(picture: Pixels) -> Bits:
    """Return the hash of each of the eight turns, shape (8, 189)."""
    small = Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    square = np.asarray(small)
    return np.stack([_hash(turned(square, turn)) for turn in range(TURNS)])


def _hash(square: Pixels) -> Bits:
    waves = _cosines() @ np.moveaxis(square.astype(np.float32), 2, 0) @ _cosines().T
    flat = waves.reshape(3, -1)[:, 1:]  # the first is the mean brightness
    bits: Bits = (flat > np.median(flat, axis=1, keepdims=True)).ravel()
    return bits


def _cosines() -> npt.NDArray[np.float32]:
    """Return the lowest rows of the cosine transform (DCT-II), shape (8, 32)."""
    waves, places = np.arange(_WAVES)[:, None], np.arange(_SIDE)[None]
    rows: npt.NDArray[np.float32] = np.cos(np.pi * waves * (places + 0.5) / _SIDE).astype("f4")
    return rows


def _joined(near: npt.NDArray[np.bool_]) -> Groups:
    """Return connected components of a symmetric matrix, numbered as they come."""
    groups = np.full(len(near), -1, dtype=np.int64)
    for start in range(len(near)):
        if groups[start] >= 0:
            continue
        number, waiting = int(groups.max()) + 1, [start]
        while waiting:
            at = waiting.pop()
            if groups[at] < 0:
                groups[at] = number
                waiting.extend(np.flatnonzero(near[at] & (groups < 0)).tolist())
    return groups
