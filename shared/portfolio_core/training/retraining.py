"""Train a head on a visitor's pictures and say honestly how good it is, within a minute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from portfolio_core.engines.classification import Rules
from portfolio_core.engines.classification.head import Head
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.media import images
from portfolio_core.training import crossvalidation, evaluation, groups
from portfolio_core.training.augment import TURNS
from portfolio_core.training.baseline import ColourRecipe
from portfolio_core.training.crossvalidation import Fold, Recipe
from portfolio_core.training.evaluation import Evaluation
from portfolio_core.training.features import FeatureCache
from portfolio_core.training.imagefolder import ImageFolder
from portfolio_core.training.linear_probe import ProbePlan, ProbeRecipe

_FOLDS = 5
_REPEATS = 2
_AT_ONCE = 8  # examples between two pieces of news
_BATCH = 256  # pictures of a step: on so small a layer a step costs the same with any number
_ENLARGED = 2  # times the network's size: cutting and turning larger pictures takes long


@dataclass(frozen=True)
class Retrained:
    """A head, and what cross-validation says of it.

    Attributes:
        head: For ``ResNetEngine.with_head``.
        rules: Its classes, temperature and thresholds.
        evaluation: Of the head's recipe.
        baseline: Of colours alone, on the same folds.
        losses: Mean loss of each epoch of the head that is kept.
    """

    head: Head
    rules: Rules
    evaluation: Evaluation
    baseline: Evaluation
    losses: Sequence[float]


def retrain(
    found: ImageFolder,
    engine: ResNetEngine,
    *,
    plan: ProbePlan | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    check: Callable[[], None] = lambda: None,
) -> Retrained:
    """Train a head for the classes of ``found`` on the features of ``engine``.

    Args:
        found: The pictures.
        engine: Whose network is used; see :meth:`ResNetEngine.with_head` for the result.
        plan: How the head is trained; by default on pictures as large as the network takes.
        seed: Of all choices; the same gives the same.
        cache: Folder for features that are worth keeping.
        progress: Called with what is done and how much there is in all.
        check: Called before each batch of pictures and each fold; what it raises ends the work.

    Raises:
        TooFewGroups: a class has too few different pictures to hold some out.
    """
    grouping = groups.find(found.pictures)
    crossvalidation.check_groups(found.labels, grouping, found.classes, _FOLDS)
    pictures = [images.shrunk(picture, _ENLARGED * engine.size) for picture in found.pictures]
    recipe = ProbeRecipe(
        FeatureCache(engine, cache),
        pictures,
        found.labels,
        len(found.classes),
        engine.backbone,
        plan or ProbePlan(size=engine.size, batch=_BATCH),
    )
    everything = np.arange(len(pictures))
    whole = len(pictures) + 2 * _FOLDS * _REPEATS
    steps = iter(range(len(pictures) + 1, whole + 1))
    for at in range(0, len(pictures), _AT_ONCE):
        recipe.learn_features(everything[at : at + _AT_ONCE], check)
        progress(min(at + _AT_ONCE, len(pictures)), whole)

    def fold(_name: str, make: Callable[[], Fold]) -> Fold:
        done = make()
        progress(next(steps), whole)
        return done

    def validated(one: Recipe, *, invariant: bool) -> Evaluation:
        result = crossvalidation.cross_validate(
            one,
            pictures,
            found.labels,
            grouping,
            classes=found.classes,
            folds=_FOLDS,
            repeats=_REPEATS,
            seed=seed,
            invariant=invariant,
            once=fold,
            check=check,
        )
        return evaluation.evaluate(result, found.classes, turns=engine.rules.turns)

    told = validated(recipe, invariant=engine.rules.turns == TURNS)
    losses: list[float] = []
    head = recipe.train(everything, seed, lambda _epoch, loss: losses.append(loss))
    baseline = validated(ColourRecipe(pictures, found.labels), invariant=True)
    return Retrained(head.shifted(told.shift), told.rules, told, baseline, losses)
