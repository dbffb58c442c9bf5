"""What a cross-validation amounts to: the figures of a report and of a model card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats, Rules, softmax
from portfolio_core.training import calibration
from portfolio_core.training.augment import TURNS
from portfolio_core.training.crossvalidation import Validation, balanced_accuracy, interval

Ints = npt.NDArray[np.int64]
FOR_CALIBRATION = "for calibration"
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
        score: Balanced accuracy, the mean of the repeats, of answers scaled by what fits the
            other half of the groups; so are all figures but ``before``.
        interval: Its 95 % interval.
        orientation: The same for each of the eight turns.
        rules: Classes, temperature and thresholds.
        shift: What has to be added to the last layer's bias before the rules hold.
        before: Expected calibration error of the raw numbers.
        after: The same of the scaled answers.
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
    shift: tuple[float, ...]
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
    knows_rest: bool = True,
    turns: int = TURNS,
) -> Evaluation:
    """Work out the figures of ``validation``.

    Args:
        validation: What the recipe said about held-out pictures.
        classes: Names of the classes.
        other_kinds: Kind of each picture of no fold, as they were asked about; those of the
            kind ``FOR_CALIBRATION`` help to find the scaling and are counted nowhere.
        rest: The class to which those belong; none = any class named is a false alarm.
        knows_rest: Whether the recipe has learnt from such pictures; only then can a scaling
            be found that is right about them.
        turns: Turns that the engine will average.
    """
    kinds = np.asarray(other_kinds)
    beyond = None
    if knows_rest and len(kinds):
        beyond = validation.others[:, kinds == FOR_CALIBRATION]
    fitted = _Fitted(validation, beyond, rest)
    shape = validation.logits.shape
    labels = np.tile(validation.labels, shape[0])
    crossed = fitted.crossed(validation.logits)
    flat = crossed.reshape(-1, shape[2])
    rules = Rules(
        tuple(classes), fitted.all.temperature, calibration.thresholds(flat, labels), turns
    )
    turned = [fitted.crossed(validation.turns[:, turn]) for turn in range(TURNS)]
    means = crossed.mean(axis=0)
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (labels, flat.argmax(axis=1)), 1)
    shifted = fitted.all.shifted(validation.others)
    return Evaluation(
        recipe=validation.recipe,
        score=_score(crossed, validation.labels),
        interval=interval(crossed, validation.labels, validation.groups),
        orientation=[_score(answers, validation.labels) for answers in turned],
        rules=rules,
        shift=fitted.all.shift,
        before=calibration.error(softmax(validation.logits).reshape(flat.shape), labels),
        after=calibration.error(flat, labels),
        bins=calibration.bins(flat, labels),
        confusion=confusion,
        mistakes=_mistakes(means, validation.labels),
        means=means,
        roc=[_roc(flat[:, c], labels == c) for c in range(len(classes))],
        precision=[_precision(flat[:, c], labels == c) for c in range(len(classes))],
        alarms=alarms(shifted, rules, other_kinds, rest),
        warnings=warnings(validation, classes),
    )


class _Fitted:
    """The scaling of a validation, and of either half of its groups."""

    def __init__(self, validation: Validation, beyond: Floats | None, rest: int | None) -> None:
        logits = validation.logits
        if beyond is not None:
            beyond = beyond.reshape(-1, logits.shape[2])
        halves = validation.groups % 2 == 0
        self._halves = [halves, ~halves] if halves.any() and not halves.all() else []

        def fit(here: npt.NDArray[np.bool_]) -> calibration.Scaling:
            some = logits[:, here].reshape(-1, logits.shape[2])
            return calibration.fit(
                some, np.tile(validation.labels[here], len(logits)), beyond, rest
            )

        self.all = fit(np.ones(len(halves), dtype=bool))
        self._fits = [fit(~here) for here in self._halves]

    def crossed(self, logits: Floats) -> Floats:
        """Return probabilities, each half of the groups scaled by what fits the other half.

        Args:
            logits: Shape (repeats, n, classes).
        """
        result = self.all(logits)
        for here, fit in zip(self._halves, self._fits, strict=True):
            result[:, here] = fit(logits[:, here])
        return result


def _score(answers: Floats, labels: Ints) -> float:
    return float(np.mean([balanced_accuracy(repeat, labels) for repeat in answers]))


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
        others: Answers to pictures of no class, shape (models, k, classes), shifted already.
        rules: How they become answers.
        kinds: Kind of each of the k pictures; those for calibration are passed over.
        rest: The class that would be right for them; none = every named class is an alarm.
    """
    found = {}
    for kind in dict.fromkeys(kind for kind in kinds if kind != FOR_CALIBRATION):
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
