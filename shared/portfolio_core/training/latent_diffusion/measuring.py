"""How well a model of the drawn world follows prompts, told by the judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TypeAlias

import numpy as np

from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion.drawing import draw
from portfolio_core.training.latent_diffusion.judge import Judge
from portfolio_core.training.latent_diffusion.world import (
    Scene,
    caption,
    one_changed,
    unseen_scene,
)

Draw: TypeAlias = Callable[[str, int], Pixels]
"""Given a prompt and a seed, returns the picture, shape (128, 128, 3), uint8."""
COMBINATIONS = 200
_ALL_FOUND = 300  # so many known scenes in a row say that there are no others
_SEED = 2000


@dataclass(frozen=True)
class Measured:
    """How well a model does.

    Attributes:
        combinations: Prompts, each of a combination that the training never saw.
        agrees: Share of pictures that show what was asked, in every respect.
        agrees_with_wrong: Share that show what another prompt asks, which differs in one respect.
        seconds: Median of one picture.
        judge: Share of pictures drawn by code, of the same scenes, that the judge tells rightly.
    """

    combinations: int
    agrees: float
    agrees_with_wrong: float
    seconds: float
    judge: float


def unseen(
    count: int = COMBINATIONS, make: Callable[[np.random.Generator], Scene] = unseen_scene
) -> list[Scene]:
    """Return scenes, each of another combination that the training never saw.

    Args:
        count: The most scenes; fewer where there are not so many combinations.
        make: Returns one.
    """
    random = np.random.default_rng(_SEED)
    found: dict[str, Scene] = {}
    known = 0  # scenes in a row whose combination was there already
    while len(found) < count and known < _ALL_FOUND:
        scene = make(random)
        known = known + 1 if scene.combination in found else 0
        found.setdefault(scene.combination, scene)
    return list(found.values())


def measure(make: Draw, judge: Judge, scenes: Sequence[Scene]) -> Measured:
    """Let ``make`` draw each of ``scenes``, and ``judge`` tell what came out."""
    random = np.random.default_rng(_SEED)
    pictures, seconds = [], []
    for seed, scene in enumerate(scenes):
        began = perf_counter()
        pictures.append(make(caption(scene), seed))
        seconds.append(perf_counter() - began)
    return Measured(
        combinations=len(scenes),
        agrees=judge.agreement(pictures, scenes),
        agrees_with_wrong=judge.agreement(pictures, [one_changed(s, random) for s in scenes]),
        seconds=round(median(seconds), 3),
        judge=judge.agreement([draw(scene, random) for scene in scenes], scenes),
    )
