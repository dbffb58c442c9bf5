"""A folder of pictures with one folder for each class, read once and checked.

What cannot be read is reported and left out; what would spoil the training is an error.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from portfolio_core.errors import EmptyClass, PortfolioError, SharedPicture, TooFewClasses
from portfolio_core.media import images
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits

_LONGEST_SIDE = 512
"""Pixels kept: more than any network here looks at, and little enough to hold thousands."""


@dataclass(frozen=True)
class Example:
    """One picture to learn from.

    Attributes:
        name: Class and file name, with ``/`` between them.
        label: Index of its class.
        rgb: Shape (height, width, 3), uint8; at most 512 pixels on a side.
        sha256: Checksum of its pixels as they were read.
    """

    name: str
    label: int
    rgb: Pixels
    sha256: str


@dataclass(frozen=True)
class Rejected:
    """A file that was left out.

    Attributes:
        name: Class and file name.
        code: Why: the code of the error, or ``"copy"`` for a second copy in the same class.
        message: The same as an English sentence.
    """

    name: str
    code: str
    message: str


@dataclass(frozen=True)
class ImageFolder:
    """What was found.

    Attributes:
        classes: Names of the classes, sorted.
        examples: The pictures, by class, then by name.
        rejected: What was left out.
    """

    classes: tuple[str, ...]
    examples: tuple[Example, ...]
    rejected: tuple[Rejected, ...]

    @property
    def pictures(self) -> list[Pixels]:
        """The pictures alone."""
        return [example.rgb for example in self.examples]

    @property
    def labels(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The indices of their classes, shape (n,)."""
        return np.asarray([example.label for example in self.examples], dtype=np.int64)


@dataclass(frozen=True)
class File:
    """A file to read: where it lies, and what its owner calls it."""

    path: Path
    name: str


def read(folder: Path, limits: Limits, check: Callable[[], None] = lambda: None) -> ImageFolder:
    """Read the classes in ``folder``: each sub-folder is one, with its pictures.

    Hidden files and folders in it are passed over.

    Raises:
        as :func:`read_piles`.
    """
    folders = [path for path in folder.iterdir() if path.is_dir() and not _hidden(path)]
    piles = {
        path.name: [
            File(file, file.name)
            for file in sorted(path.iterdir())
            if file.is_file() and not _hidden(file)
        ]
        for path in folders
    }
    return read_piles(piles, limits, check)


def read_piles(
    piles: Mapping[str, Sequence[File]], limits: Limits, check: Callable[[], None] = lambda: None
) -> ImageFolder:
    """Read the pictures of each class.

    Args:
        piles: Names of the classes to their files.
        limits: What a picture may be.
        check: Called before each file; what it raises ends the work.

    Raises:
        TooFewClasses: there are fewer than two.
        EmptyClass: a class has no picture that can be read.
        SharedPicture: two classes have the same picture, to the pixel.
    """
    classes = sorted(piles)
    if len(classes) < 2:  # noqa: PLR2004
        raise TooFewClasses(len(classes))
    examples: dict[str, Example] = {}
    rejected: list[Rejected] = []
    for label, name in enumerate(classes):
        for file in piles[name]:
            check()
            found = _read_one(file, name, label, limits)
            if isinstance(found, Rejected):
                rejected.append(found)
            elif found.sha256 not in examples:
                examples[found.sha256] = found
            elif examples[found.sha256].label == label:
                rejected.append(Rejected(found.name, "copy", "It is a copy of another one."))
            else:
                raise SharedPicture(classes[examples[found.sha256].label], name, file.name)
        if not any(example.label == label for example in examples.values()):
            raise EmptyClass(name)
    return ImageFolder(tuple(classes), tuple(examples.values()), tuple(rejected))


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _read_one(file: File, class_name: str, label: int, limits: Limits) -> Example | Rejected:
    name = f"{class_name}/{file.name}"
    try:
        rgb = images.read(file.path, limits).rgb
    except PortfolioError as error:
        return Rejected(name, error.code, error.message)
    digest = hashlib.sha256(str(rgb.shape).encode() + rgb.tobytes()).hexdigest()
    return Example(name, label, images.shrunk(rgb, _LONGEST_SIDE), digest)
