"""Checkpoints that are whole or absent: written aside, then renamed; checked before they are used.

A checkpoint is a folder of files with a manifest of their checksums, which is written last. A
kill at any moment leaves the ones before as they were, and at worst a folder that has no name
of a checkpoint, which the next start clears away. Tensors are in safetensors; there is no pickle.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio_core.errors import NoRoomToSave

_MANIFEST = "manifest.json"
_STATE, _TENSORS = "state.json", "tensors.safetensors"
_STAGING = ".staging"
_ROOM = 2**20  # bytes that a save leaves free beyond its own
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Checkpoint:
    """A training between two steps.

    Attributes:
        step: Steps that are done.
        tensors: The adapter's and the optimizer's, by name, on the CPU.
        state: Whatever else there is, as values of JSON.
    """

    step: int
    tensors: Mapping[str, Any]
    state: Mapping[str, Any]


class Checkpoints:
    """The checkpoints of one training, in a folder of their own."""

    def __init__(self, folder: Path, keep: int) -> None:
        """Keep the newest ``keep`` in ``folder``, made when it is missing; clear leftovers."""
        self._folder, self._keep = folder, keep
        folder.mkdir(parents=True, exist_ok=True)
        self._clear()

    def save(self, checkpoint: Checkpoint) -> None:
        """Write one more, then delete the oldest.

        Raises:
            NoRoomToSave: the disk is full; what was there is untouched.
        """
        from safetensors.torch import save

        content = {
            _TENSORS: save({name: t.contiguous() for name, t in checkpoint.tensors.items()}),
            _STATE: json.dumps(dict(checkpoint.state)).encode(),
        }
        needed = sum(map(len, content.values())) + _ROOM
        if shutil.disk_usage(self._folder).free < needed:
            raise NoRoomToSave(needed)
        try:
            self._write(checkpoint.step, content)
        except OSError as error:
            self._clear()
            if error.errno in _FULL:
                raise NoRoomToSave(needed) from error
            raise
        for old in self._newest_first()[self._keep :]:
            shutil.rmtree(old)

    def newest(self) -> Checkpoint | None:
        """Return the newest one whose files are what its manifest says, if there is any."""
        from safetensors.torch import load

        for place in self._newest_first():
            if is_whole(place):
                return Checkpoint(
                    step=_step(place),
                    tensors=load((place / _TENSORS).read_bytes()),
                    state=json.loads((place / _STATE).read_bytes()),
                )
        return None

    def _write(self, step: int, content: Mapping[str, bytes]) -> None:
        staging = self._folder / _STAGING
        staging.mkdir()
        for name, data in content.items():
            _write(staging / name, data)
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
        _write(staging / _MANIFEST, json.dumps(sums).encode())
        _sync(staging)
        place = self._folder / f"step-{step:08}"
        if place.exists():  # a damaged one, or this training would be beyond it
            shutil.rmtree(place)
        staging.rename(place)
        _sync(self._folder)

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob("step-*"), key=_step, reverse=True)

    def _clear(self) -> None:
        shutil.rmtree(self._folder / _STAGING, ignore_errors=True)


def is_whole(place: Path) -> bool:
    """Return whether every file of the checkpoint in ``place`` is what its manifest says."""
    try:
        sums = json.loads((place / _MANIFEST).read_bytes())
        return set(sums) == {_STATE, _TENSORS} and all(
            hashlib.sha256((place / name).read_bytes()).hexdigest() == expected
            for name, expected in sums.items()
        )
    except (OSError, TypeError, ValueError):
        return False


def _step(place: Path) -> int:
    return int(place.name.removeprefix("step-"))


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
