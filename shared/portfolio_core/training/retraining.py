"""Train a head on a visitor's pictures and say honestly how good it is, within a minute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from portfolio_core.engines.classification import Rules
from portfolio_core.engines.classification.head import Head
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.training import crossvalidation, evaluation, groups
from portfolio_core.training.baseline import ColourRecipe
from portfolio_core.training.crossvalidation import Recipe
from portfolio_core.training.evaluation import Evaluation
from portfolio_core.training.features import FeatureCache
from portfolio_core.training.imagefolder import ImageFolder
from portfolio_core.training.linear_probe import ProbePlan, ProbeRecipe

_FOLDS = 5
_REPEATS = 2


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
    check: Callable[[], None] = lambda: None,
) -> Retrained:
    """Train a head for the classes of ``found`` on the features of ``engine``.

    Args:
        found: The pictures.
        engine: Whose network is used; see :meth:`ResNetEngine.with_head` for the result.
        plan: How the head is trained.
        seed: Of all choices; the same gives the same.
        cache: Folder for features that are worth keeping.
        check: Called before each batch of pictures and each fold; what it raises ends the work.

    Raises:
        TooFewGroups: a class has too few different pictures to hold some out.
    """
    plan = plan or ProbePlan()
    features = FeatureCache(engine, cache)
    features(found.pictures, check)
    grouping = groups.find(found.pictures)
    recipe = ProbeRecipe(
        features, found.pictures, found.labels, len(found.classes), engine.backbone, plan
    )

    def validated(one: Recipe) -> Evaluation:
        result = crossvalidation.cross_validate(
            one,
            found.pictures,
            found.labels,
            grouping,
            classes=found.classes,
            folds=_FOLDS,
            repeats=_REPEATS,
            seed=seed,
            check=check,
        )
        return evaluation.evaluate(result, found.classes, turns=engine.rules.turns)

    told = validated(recipe)
    losses: list[float] = []
    everything = np.arange(len(found.examples))
    head = recipe.train(everything, seed, lambda _epoch, loss: losses.append(loss))
    baseline = validated(ColourRecipe(found.pictures, found.labels))
    return Retrained(head, told.rules, told, baseline, losses)
