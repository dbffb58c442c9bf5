"""Repeated cross-validation in which no group is on both sides, and what it says.

Every picture is held out once in each repeat. The interval comes from drawing the groups anew:
pictures of one group rise and fall together, and counting them one by one would promise too much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats
from portfolio_core.errors import TooFewGroups
from portfolio_core.media.images import Pixels
from portfolio_core.training.augment import TURNS, turned

Ints = npt.NDArray[np.int64]
Predictor = Callable[[Sequence[Pixels]], Floats]
"""Pictures to logits, shape (n, classes)."""
_DRAWS = 2000
_COVERED = (2.5, 97.5)  # percentiles: an interval of 95 %


class Recipe(Protocol):
    """A way to learn from some of the pictures."""

    @property
    def name(self) -> str:
        """Its name, for reports."""
        ...

    def fit(self, train: Ints, seed: int) -> Predictor:
        """Learn from the pictures with these indices."""
        ...


@dataclass(frozen=True)
class Fold:
    """What one trained model said about what it had not seen.

    Attributes:
        held_out: Indices of the pictures, shape (m,).
        logits: Its answers, shape (m, classes).
        turns: Its answers to their eight turns, shape (8, m, classes).
        others: Its answers to pictures that belong to no fold, shape (k, classes).
    """

    held_out: Ints
    logits: Floats
    turns: Floats
    others: Floats


@dataclass(frozen=True)
class Validation:
    """Several repeats together.

    Attributes:
        recipe: Name of the recipe.
        labels: True classes, shape (n,).
        groups: Groups, shape (n,).
        grouped: Whether the split kept groups together.
        logits: Answers to held-out pictures, shape (repeats, n, classes).
        turns: The same for their eight turns, shape (repeats, 8, n, classes).
        others: Answers to pictures of no fold, shape (models, k, classes).
        leaked: Held-out pictures, counted over all repeats, of which a model had seen a copy.
    """

    recipe: str
    labels: Ints
    groups: Ints
    grouped: bool
    logits: Floats
    turns: Floats
    others: Floats
    leaked: int

    @property
    def score(self) -> float:
        """Balanced accuracy, the mean over the repeats."""
        return float(np.mean([balanced_accuracy(r, self.labels) for r in self.logits]))

    @property
    def interval(self) -> tuple[float, float]:
        """What 95 of 100 draws of as many groups give for the score."""
        return interval(self.logits, self.labels, self.groups)

    @property
    def orientation(self) -> list[float]:
        """Balanced accuracy for each of the eight turns, the mean over the repeats."""
        return [
            float(np.mean([balanced_accuracy(r, self.labels) for r in self.turns[:, turn]]))
            for turn in range(TURNS)
        ]


def cross_validate(
    recipe: Recipe,
    pictures: Sequence[Pixels],
    labels: Ints,
    groups: Ints,
    *,
    classes: Sequence[str],
    folds: int = 5,
    repeats: int = 2,
    seed: int = 0,
    grouped: bool = True,
    invariant: bool = False,
    others: Sequence[Pixels] = (),
    once: Callable[[str, Callable[[], Fold]], Fold] = lambda _name, make: make(),
    check: Callable[[], None] = lambda: None,
) -> Validation:
    """Train on all folds but one, in turn, and ask about that one.

    Args:
        recipe: What is tested.
        pictures: All of them.
        labels: Their classes, shape (n,).
        groups: Their groups, shape (n,).
        classes: Names of the classes.
        folds: Parts of the split.
        repeats: How often all of it is done, each time with another split.
        seed: Of the splits and of the training.
        grouped: Whether groups are kept together; without it copies leak.
        invariant: Whether the answer is the same for every turn of a picture, by the way it is
            made; it is asked once then.
        others: Pictures that every model is asked about, too.
        once: Keeps a fold's result under a name, so that a broken-off run can go on.
        check: Called before each fold; what it raises ends the work.

    Raises:
        TooFewGroups: a class has fewer groups than there are folds.
    """
    check_groups(labels, groups, classes, folds)
    results, splits = [], []
    for repeat in range(repeats):
        split = _split(labels, groups, folds, seed + repeat, grouped=grouped)
        splits.append(split)
        for fold in range(folds):
            check()
            held_out = np.flatnonzero(split == fold)
            train = np.flatnonzero(split != fold)
            key = (seed + repeat) * folds + fold

            def answer(train: Ints = train, held_out: Ints = held_out, key: int = key) -> Fold:
                return _ask(recipe.fit(train, key), pictures, held_out, others, invariant=invariant)

            results.append(once(f"{recipe.name}-{repeat}-{fold}", answer))
    return _together(recipe.name, labels, groups, results, splits, grouped=grouped)


def check_groups(labels: Ints, groups: Ints, classes: Sequence[str], least: int) -> None:
    """Look whether every class has enough different pictures.

    Raises:
        TooFewGroups: one has fewer than ``least``.
    """
    for label, name in enumerate(classes):
        given = len(np.unique(groups[labels == label]))
        if given < least:
            raise TooFewGroups(name, given, least)


def balanced_accuracy(logits: Floats, labels: Ints) -> float:
    """Return the mean over the classes of the share that is right."""
    right = logits.argmax(axis=1) == labels
    return float(np.mean([right[labels == label].mean() for label in np.unique(labels)]))


def interval(logits: Floats, labels: Ints, groups: Ints) -> tuple[float, float]:
    """Return the 95 % interval of the balanced accuracy under a bootstrap of the groups.

    Args:
        logits: Shape (repeats, n, classes).
        labels: Shape (n,).
        groups: Shape (n,).
    """
    random = np.random.default_rng(0)
    right = (logits.argmax(axis=2) == labels).mean(axis=0)
    totals = []
    for label in np.unique(labels):
        here = labels == label
        names, member = np.unique(groups[here], return_inverse=True)
        weights = random.multinomial(len(names), np.full(len(names), 1 / len(names)), _DRAWS)
        sums = np.bincount(member, right[here], len(names))
        counts = np.bincount(member, minlength=len(names))
        totals.append((weights @ sums) / (weights @ counts))
    low, high = np.percentile(np.mean(totals, axis=0), _COVERED)
    return float(low), float(high)


def _split(labels: Ints, groups: Ints, folds: int, seed: int, *, grouped: bool) -> Ints:
    """Return the fold of each picture, shape (n,)."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedGroupKFold if grouped else StratifiedKFold
    splitter = kind(folds, shuffle=True, random_state=seed)
    split = np.empty(len(labels), dtype=np.int64)
    parts = splitter.split(labels, labels, groups if grouped else None)
    for fold, (_, held_out) in enumerate(parts):
        split[held_out] = fold
    return split


def _ask(
    predict: Predictor,
    pictures: Sequence[Pixels],
    held_out: Ints,
    others: Sequence[Pixels],
    *,
    invariant: bool,
) -> Fold:
    asked = [pictures[index] for index in held_out]
    if invariant:
        turns = np.repeat(predict(asked)[None], TURNS, axis=0)
    else:
        turns = np.stack([predict([turned(p, turn) for p in asked]) for turn in range(TURNS)])
    nothing = np.empty((0, turns.shape[2]), dtype=np.float32)
    return Fold(held_out, turns[0], turns, predict(others) if others else nothing)


def _together(
    name: str,
    labels: Ints,
    groups: Ints,
    results: Sequence[Fold],
    splits: Sequence[Ints],
    *,
    grouped: bool,
) -> Validation:
    folds = len(results) // len(splits)
    classes = results[0].logits.shape[1]
    logits = np.empty((len(splits), len(labels), classes), dtype=np.float32)
    turns = np.empty((len(splits), TURNS, len(labels), classes), dtype=np.float32)
    for number, result in enumerate(results):
        logits[number // folds, result.held_out] = result.logits
        turns[number // folds][:, result.held_out] = result.turns
    others = np.stack([result.others for result in results])
    leaked = sum(_leaked(split, groups) for split in splits)
    return Validation(name, labels, groups, grouped, logits, turns, others, leaked)


def _leaked(split: Ints, groups: Ints) -> int:
    """Count pictures that have another of their group in another fold."""
    together = groups[:, None] == groups[None]
    return int((together & (split[:, None] != split[None])).any(axis=1).sum())
