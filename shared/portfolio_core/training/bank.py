"""A bank of augmented pictures, made once and drawn from in every fold and every step.

Augmenting costs as much time as a small network's step; what is left for each step is turning
and colouring of whole batches. Each picture of the bank remembers the examples that it was made
of, so that a fold never learns from one that it holds out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.media.images import Pixels
from portfolio_core.training import figures, negatives
from portfolio_core.training.augment import Augmentation, augmented, recoloured, squeezed

Ints = npt.NDArray[np.int64]
NO_SOURCE = -1
_KINDS = ("plain", "pasted", "recoloured", "drawn")
_ORDERS = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
_MARGIN = 1.25  # drawn so much larger than what is cut out of them
_PALETTE_SIDE = 64  # side in pixels of the picture that colours are taken from


@dataclass(frozen=True)
class Amounts:
    """How many pictures are made.

    Attributes:
        plain: Augmented pictures of an example, in the mean over the classes; a class with
            fewer examples gets more of each.
        pasted: Pictures of an example in front of another one: of any class, or drawn; for the
            drawn class only of its own.
        recoloured: Pictures of an example of the drawn class in another class's colours, and as
            many with their channels swapped.
        drawn: Negatives drawn with code, in all.
    """

    plain: int = 32
    pasted: int = 8
    recoloured: int = 16
    drawn: int = 2400


@dataclass(frozen=True)
class Bank:
    """Pictures to learn from.

    Attributes:
        pixels: Shape (n, size, size, 3), uint8.
        labels: Index of the class, shape (n,).
        sources: Indices of the two examples it was made of, or -1, shape (n, 2).
        kinds: ``"plain"``, ``"pasted"``, ``"recoloured"`` or ``"drawn"``, shape (n,).
    """

    pixels: Pixels
    labels: Ints
    sources: Ints
    kinds: npt.NDArray[np.str_]

    def without(self, held_out: Ints) -> Ints:
        """Return the indices of those that no held-out example has a part in."""
        return np.flatnonzero(~np.isin(self.sources, held_out).any(axis=1))


class _Maker:
    """Collects the pictures of a bank while it is made."""

    def __init__(self, size: int, random: np.random.Generator) -> None:
        self.size, self.random = size, random
        self.pixels: list[Pixels] = []
        self.rows: list[tuple[int, int, int, str]] = []

    def add(self, rgb: Pixels, label: int, kind: str, *sources: int) -> None:
        """Augment a picture and keep it."""
        first, second = (*sources, NO_SOURCE, NO_SOURCE)[:2]
        self.pixels.append(augmented(rgb, self.random, self.size, Augmentation()))
        self.rows.append((label, first, second, kind))

    def recolour(self, example: tuple[int, int], other: int, pictures: Sequence[Pixels]) -> None:
        """Keep an example (its index and class) in the colours of another one."""
        index, label = example
        rgb = squeezed(pictures[index], int(self.size * _MARGIN))
        like = squeezed(pictures[other], _PALETTE_SIDE)
        self.add(recoloured(rgb, like), label, "recoloured", index, other)

    def swap(self, example: tuple[int, int], pictures: Sequence[Pixels]) -> None:
        """Keep an example with its colour channels in another order: blue may turn red."""
        index, label = example
        order = _ORDERS[int(self.random.integers(len(_ORDERS)))]
        self.add(pictures[index][..., order], label, "recoloured", index)

    def paste(
        self,
        example: tuple[int, int],
        pictures: Sequence[Pixels],
        behind: Ints,
        drawn: Sequence[Pixels],
    ) -> None:
        """Keep an example in front of a drawn picture, or of one with an index in ``behind``."""
        index, label = example
        source = NO_SOURCE if drawn else int(self.random.choice(behind))
        ground = drawn[int(self.random.integers(len(drawn)))] if drawn else pictures[source]
        scene = _pasted(pictures[index], ground, self.size, self.random)
        self.add(scene, label, "pasted", index, source)

    def bank(self) -> Bank:
        """Return what was kept."""
        labels, first, second, kinds = zip(*self.rows, strict=True)
        return Bank(
            np.stack(self.pixels),
            np.asarray(labels, dtype=np.int64),
            np.asarray([first, second], dtype=np.int64).T,
            np.asarray(kinds),
        )


def make(
    pictures: Sequence[Pixels],
    labels: Ints,
    size: int,
    seed: int,
    *,
    drawn_label: int | None = None,
    amounts: Amounts | None = None,
    check: Callable[[], None] = lambda: None,
) -> Bank:
    """Make a bank; the same arguments make the same.

    Args:
        pictures: The examples.
        labels: Their classes, shape (n,).
        size: Side of the bank's pictures in pixels.
        seed: Of all choices.
        drawn_label: The class that negatives drawn with code belong to; none = without them.
        amounts: How many are made.
        check: Called before each example; what it raises ends the work.
    """
    amounts = amounts or Amounts()
    maker = _Maker(size, np.random.default_rng(seed))
    drawn = []
    if drawn_label is not None:
        drawn = [p for _, p in negatives.negatives(amounts.drawn, seed, int(size * _MARGIN))]
    for rgb in drawn:
        maker.add(rgb, drawn_label or 0, "drawn")
    counts = np.bincount(labels)
    for index, (rgb, label) in enumerate(zip(pictures, labels.tolist(), strict=True)):
        check()
        share = len(labels) / (len(counts) * counts[label])
        for _ in range(max(1, round(amounts.plain * share))):
            maker.add(rgb, label, "plain", index)
        others = np.flatnonzero(labels != label)
        behind = others
        if label == drawn_label:
            for other in maker.random.choice(others, amounts.recoloured):
                maker.recolour((index, label), int(other), pictures)
                maker.swap((index, label), pictures)
            behind = np.flatnonzero(labels == label)
        for number in range(amounts.pasted):
            ground = drawn if number % 2 else []
            maker.paste((index, label), pictures, behind, ground)
    return maker.bank()


def _pasted(rgb: Pixels, ground: Pixels, size: int, random: np.random.Generator) -> Pixels:
    """Put a smaller copy of a picture somewhere on another."""
    scene = squeezed(ground, size).copy()
    side = int(size * random.uniform(0.5, 0.85))
    top, left = random.integers(0, size - side + 1, 2)
    scene[top : top + side, left : left + side] = squeezed(rgb, side)
    return scene


def drawn(count: int, size: int, seed: int) -> tuple[Bank, tuple[str, ...]]:
    """Make a bank of drawn figures alone: the character, and everything that it is not.

    Returns:
        The bank, with ``count`` pictures of each kind of negative and as many of the character
        as of all those together, and the names of its two classes.
    """
    random = np.random.default_rng(seed)
    maker = _Maker(size, random)
    side = int(size * _MARGIN)
    for _ in range(count):
        for kind in negatives.KINDS:
            maker.add(negatives.negative(kind, random, side), 0, "plain")
            maker.add(figures.draw(negatives.ronald(random), random, side), 1, "plain")
    return maker.bank(), ("anything else", "the character")


def to_arrays(bank: Bank) -> dict[str, npt.NDArray[np.generic]]:
    """Return a bank as arrays of numbers, for a file."""
    numbers = np.asarray([_KINDS.index(kind) for kind in bank.kinds.tolist()], dtype=np.int64)
    return {
        "pixels": bank.pixels,
        "labels": bank.labels,
        "sources": bank.sources,
        "kinds": numbers,
    }


def from_arrays(arrays: Mapping[str, npt.NDArray[np.generic]]) -> Bank:
    """Return the bank that :func:`to_arrays` made arrays of."""
    return Bank(
        arrays["pixels"].astype(np.uint8, copy=False),
        arrays["labels"].astype(np.int64),
        arrays["sources"].astype(np.int64),
        np.asarray(_KINDS)[arrays["kinds"].astype(np.int64)],
    )
