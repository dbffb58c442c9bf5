"""Random numbers from a seed: the same on every device, alone or beside others."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SEEDS = 2**32
"""Seeds are 0 to this, without it."""


def of(seed: int, index: int) -> int:
    """Return the seed of picture ``index`` of a request: those of one request follow each other."""
    return (seed + index) % SEEDS


def generators(seed: int, count: int = 1) -> "list[torch.Generator]":
    """Return a generator for each picture, the first one with ``seed``.

    They are the CPU's: its numbers are the same on every machine, and ``diffusers`` moves them
    to where the model is. A lower precision rounds them and draws no others.
    """
    import torch

    return [torch.Generator("cpu").manual_seed(of(seed, index)) for index in range(count)]
