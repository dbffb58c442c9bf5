"""Reading the weights of a model in CTranslate2's form, for other code than CTranslate2.

The file is a list of named arrays, and of names that stand for one of them.

Source: the converter, https://github.com/OpenNMT/CTranslate2, ``specs/model_spec.py``
"""

import math
import struct
from collections.abc import Iterator, Mapping
from itertools import count, takewhile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

_VERSION = 6
"""Of the form; it has been the same since 2022."""
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""By their numbers in the file."""

Array = npt.NDArray[Any]


class _Place(NamedTuple):
    dtype: type
    shape: tuple[int, ...]
    start: int


class Converted(Mapping[str, Array]):
    """The arrays of a ``model.bin`` by their names; each is read when it is asked for."""

    def __init__(self, path: Path) -> None:
        """Read what there is.

        Raises:
            ValueError: it is of another form or version, or shorter than it says.
        """
        self._path = path
        try:
            with path.open("rb") as file:
                self._places = _places(file)
        except (struct.error, UnicodeDecodeError, LookupError) as error:
            raise ValueError("no model in CTranslate2's form") from error

    def __getitem__(self, name: str) -> Array:
        """Return a copy."""
        dtype, shape, start = self._places[name]
        return np.fromfile(self._path, dtype, math.prod(shape), offset=start).reshape(shape)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._places)

    def layers(self, side: str) -> Iterator[str]:
        """Yield what the names of each layer of ``"encoder"`` or ``"decoder"`` begin with."""
        places = (f"{side}/layer_{number}" for number in count())
        return takewhile(lambda at: f"{at}/self_attention/linear_0/weight" in self, places)


def _places(file: BinaryIO) -> dict[str, _Place]:
    version = _whole(file, "I")
    if version != _VERSION:
        raise ValueError(f"version {version} of the form, not {_VERSION}")
    _name(file)
    _whole(file, "I")  # the revision of what the name stands for
    found = {}
    for _ in range(_whole(file, "I")):
        name = _name(file)
        shape = tuple(_whole(file, "I") for _ in range(_whole(file, "B")))
        dtype = _TYPES[_whole(file, "B")]
        size = _whole(file, "I")
        found[name] = _Place(dtype, shape, file.tell())
        file.seek(size, 1)
    for _ in range(_whole(file, "I")):
        alias = _name(file)
        found[alias] = found[_name(file)]
    return found


def _name(file: BinaryIO) -> str:
    return file.read(_whole(file, "H"))[:-1].decode()  # its last byte is 0


def _whole(file: BinaryIO, kind: str) -> int:
    """Return the next whole number of a kind that ``struct`` names."""
    (number,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))
    return int(number)
