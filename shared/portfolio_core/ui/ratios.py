"""Sizes of pictures by the ratio of their sides, each with about the pixels of a model's own."""

import math
from dataclasses import dataclass

from portfolio_core.engines.text_to_image import Abilities

_RATIOS = ((1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16))
_FARTHEST = 0.15  # from the ratio that its name promises, as a share; a coarse grid misses more


@dataclass(frozen=True)
class Ratio:
    """A size.

    Attributes:
        name: As ``"4:3"``, width first.
        width: In pixels.
        height: The same.
    """

    name: str
    width: int
    height: int


def ratios(abilities: Abilities) -> list[Ratio]:
    """Return the sizes that a model can draw well, the square first."""
    found = [_ratio(across, down, abilities) for across, down in _RATIOS]
    sizes = [(one.width, one.height) for one in found]
    return [
        one
        for number, one in enumerate(found)
        if (one.width, one.height) not in sizes[:number] and _is_near(one)
    ]


def _ratio(across: int, down: int, abilities: Abilities) -> Ratio:
    factor = math.sqrt(across / down)
    width, height = (
        _fitting(side, abilities) for side in (abilities.side * factor, abilities.side / factor)
    )
    return Ratio(f"{across}:{down}", width, height)


def _fitting(side: float, abilities: Abilities) -> int:
    multiple = abilities.multiple
    return min(max(round(side / multiple) * multiple, abilities.smallest), abilities.largest)


def _is_near(one: Ratio) -> bool:
    across, down = map(int, one.name.split(":"))
    return abs(one.width / one.height * down / across - 1) <= _FARTHEST
