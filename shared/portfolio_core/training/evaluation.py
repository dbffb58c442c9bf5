"""What a cross-validation amounts to: the figures of a report and of a model card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats, Rules, softmax
from portfolio_core.training import calibration
from portfolio_core.training.augment import TURNS
from portfolio_core.training.crossvalidation import Validation

Ints = npt.NDArray[np.int64]
_GAP_THAT_WARNS = 0.05
_FEW_GROUPS = 20


@dataclass(frozen=True)
class Curve:
    """Points of a curve, both axes from 0 to 1, and the area below it."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    area: float


@dataclass(frozen=True)
class Alarms:
    """Pictures of no class that were called one all the same.

    Attributes:
        asked: Answers in all: pictures times models.
        named: Those in which the class was the likeliest.
        sure: Those in which it was also above its threshold.
    """

    asked: int
    named: int
    sure: int


@dataclass(frozen=True)
class Mistake:
    """A picture whose held-out answers were wrong in the mean over the repeats."""

    index: int
    said: int
    probability: float


@dataclass(frozen=True)
class Evaluation:
    """Everything a report says about one recipe.

    Attributes:
        recipe: Its name.
        score: Balanced accuracy, the mean of the repeats.
        interval: Its 95 % interval.
        orientation: The same for each of the eight turns.
        rules: Classes, temperature and thresholds.
        before: Expected calibration error of the raw numbers.
        after: The same at a temperature fitted on the other half of the groups.
        bins: Of the answers after calibration.
        confusion: Answers by true class and named class, shape (classes, classes).
        mistakes: The pictures that it gets wrong, the surest first.
        means: Mean calibrated probabilities, shape (n, classes).
        roc: For each class.
        precision: Precision over recall, for each class.
        alarms: By kind of picture.
        warnings: What a reader must know before believing the rest.
    """

    recipe: str
    score: float
    interval: tuple[float, float]
    orientation: Sequence[float]
    rules: Rules
    before: float
    after: float
    bins: Sequence[calibration.Bin]
    confusion: Ints
    mistakes: Sequence[Mistake]
    means: Floats
    roc: Sequence[Curve]
    precision: Sequence[Curve]
    alarms: Mapping[str, Alarms]
    warnings: Sequence[str]

    @property
    def gap(self) -> float:
        """Difference between the best and the worst orientation."""
        return max(self.orientation) - min(self.orientation)


def evaluate(
    validation: Validation,
    classes: Sequence[str],
    *,
    other_kinds: Sequence[str] = (),
    rest: int | None = None,
    turns: int = TURNS,
) -> Evaluation:
    """Work out the figures of ``validation``.

    Args:
        validation: What the recipe said about held-out pictures.
        classes: Names of the classes.
        other_kinds: Kind of each picture of no fold, as they were asked about.
        rest: The class to which those belong; none = any class named is a false alarm.
        turns: Turns that the engine will average.
    """
    flat = validation.logits.reshape(-1, len(classes))
    labels = np.tile(validation.labels, len(validation.logits))
    groups = np.tile(validation.groups, len(validation.logits))
    temperature = calibration.fit_temperature(flat, labels)
    crossed = _crossed(flat, labels, groups)
    probabilities = softmax(flat / np.float32(temperature))
    least = calibration.thresholds(crossed, labels)
    rules = Rules(tuple(classes), temperature, least, turns)
    means = probabilities.reshape(validation.logits.shape).mean(axis=0)
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (labels, flat.argmax(axis=1)), 1)
    return Evaluation(
        recipe=validation.recipe,
        score=validation.score,
        interval=validation.interval,
        orientation=validation.orientation,
        rules=rules,
        before=calibration.error(softmax(flat), labels),
        after=calibration.error(crossed, labels),
        bins=calibration.bins(crossed, labels),
        confusion=confusion,
        mistakes=_mistakes(means, validation.labels),
        means=means,
        roc=[_roc(probabilities[:, c], labels == c) for c in range(len(classes))],
        precision=[_precision(probabilities[:, c], labels == c) for c in range(len(classes))],
        alarms=alarms(validation.others, rules, other_kinds, rest),
        warnings=warnings(validation, classes),
    )


def warnings(validation: Validation, classes: Sequence[str]) -> list[str]:
    """Return sentences on what makes the figures look better, or less certain, than they are."""
    said = []
    if validation.leaked:
        share = validation.leaked / validation.logits[..., 0].size
        said.append(
            f"LEAK: {share:.0%} of the held-out pictures have a copy, a turn or a mirror image "
            "among those that were learnt. The score is too high; split by groups."
        )
    gap = max(validation.orientation) - min(validation.orientation)
    if gap > _GAP_THAT_WARNS:
        said.append(
            f"ORIENTATION: turning the held-out pictures moves the score by {gap:.2f}. "
            "The way a picture lies has been learnt."
        )
    for label, name in enumerate(classes):
        count = len(np.unique(validation.groups[validation.labels == label]))
        if count < _FEW_GROUPS:
            said.append(f"FEW: “{name}” has {count} different pictures; expect wide intervals.")
    return said


def _crossed(logits: Floats, labels: Ints, groups: Ints) -> Floats:
    """Return probabilities, each half of the groups at the temperature of the other half."""
    result = np.empty_like(logits)
    first = groups % 2 == 0
    for here in (first, ~first):
        if here.any():
            others = ~here if (~here).any() else here
            temperature = calibration.fit_temperature(logits[others], labels[others])
            result[here] = softmax(logits[here] / np.float32(temperature))
    return result


def _mistakes(means: Floats, labels: Ints) -> list[Mistake]:
    said = means.argmax(axis=1)
    wrong = np.flatnonzero(said != labels)
    found = [Mistake(int(i), int(said[i]), float(means[i, said[i]])) for i in wrong]
    return sorted(found, key=lambda mistake: -mistake.probability)


def alarms(
    others: Floats, rules: Rules, kinds: Sequence[str], rest: int | None
) -> dict[str, Alarms]:
    """Count false alarms.

    Args:
        others: Answers to pictures of no class, shape (models, k, classes), before calibration.
        rules: How they become answers.
        kinds: Kind of each of the k pictures.
        rest: The class that would be right for them; none = every named class is an alarm.
    """
    found = {}
    for kind in dict.fromkeys(kinds):
        here = np.asarray([k == kind for k in kinds])
        probabilities = rules.probabilities(others[:, here].reshape(-1, len(rules.classes)))
        named = probabilities.argmax(axis=1) != (-1 if rest is None else rest)
        sure = [rules.verdict(row) not in (None, rest) for row in probabilities]
        found[kind] = Alarms(len(named), int(named.sum()), int(np.sum(sure)))
    return found


def _roc(scores: Floats, positive: npt.NDArray[np.bool_]) -> Curve:
    from sklearn.metrics import auc, roc_curve

    x, y, _ = roc_curve(positive, scores)
    return Curve(x, y, float(auc(x, y)))


def _precision(scores: Floats, positive: npt.NDArray[np.bool_]) -> Curve:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(positive, scores)
    return Curve(recall[::-1], precision[::-1], float(average_precision_score(positive, scores)))
