"""Cross-validation: groups stay together, and a leak is seen, measured and said."""

import numpy as np
import pytest

from portfolio_core.errors import Cancelled, TooFewGroups
from portfolio_core.training import crossvalidation as cv
from portfolio_core.training import evaluation, groups
from portfolio_core.training.augment import turned
from portfolio_core.training.features import FeatureCache
from portfolio_core.training.linear_probe import ProbePlan, ProbeRecipe
from portfolio_core.training.negatives import negatives

CLASSES = ("a", "b")


class Remembering:
    """A recipe that knows the pictures it learnt by heart, and guesses class 0 for others."""

    name = "by heart"

    def __init__(self, pictures, labels):
        self._pictures, self._labels = pictures, labels
        self.seen = []

    def fit(self, train, seed):
        self.seen.append(train)
        known = {
            turned(self._pictures[i], t).tobytes(): self._labels[i] for i in train for t in range(8)
        }

        def predict(pictures):
            said = [int(known.get(p.tobytes(), 0)) for p in pictures]
            return np.eye(len(CLASSES), dtype=np.float32)[said]

        return predict


@pytest.fixture(scope="module")
def noise():
    """Thirty pictures whose class is chance, and a turned copy of each."""
    drawn = [picture for _, picture in negatives(30, 9, 40)]
    pictures = [*drawn, *(turned(picture, 1 + i % 7) for i, picture in enumerate(drawn))]
    labels = np.tile(np.arange(30) // 4 % 2, 2)  # not by kind: there are eight kinds
    labels = np.tile(np.random.default_rng(1).permutation(labels[:30]), 2)
    return pictures, labels


def validate(recipe, pictures, labels, **options):
    grouping = groups.find(pictures)
    return cv.cross_validate(recipe, pictures, labels, grouping, classes=CLASSES, **options)


def test_no_group_is_on_both_sides(noise):
    pictures, labels = noise
    recipe = Remembering(pictures, labels)
    grouping = groups.find(pictures)

    result = validate(recipe, pictures, labels)

    assert result.leaked == 0
    for train in recipe.seen:
        held_out = np.setdiff1d(np.arange(len(labels)), train)
        assert not set(grouping[train]) & set(grouping[held_out])


def test_every_picture_is_held_out_once_in_each_repeat(noise):
    pictures, labels = noise
    recipe = Remembering(pictures, labels)

    validate(recipe, pictures, labels, folds=4, repeats=3)

    held_out = [np.setdiff1d(np.arange(len(labels)), train) for train in recipe.seen]
    for repeat in range(3):
        whole = np.concatenate(held_out[repeat * 4 : repeat * 4 + 4])
        assert sorted(whole) == list(range(len(labels)))


def test_with_the_group_split_off_the_score_of_a_real_head_rises_and_a_warning_is_given(
    noise, engine
):
    pictures, labels = noise
    plan = ProbePlan(variants=0, epochs=300, rate=0.05, decay=0.0)
    recipe = ProbeRecipe(FeatureCache(engine), pictures, labels, 2, engine.backbone, plan)

    honest = validate(recipe, pictures, labels)
    leaking = validate(recipe, pictures, labels, grouped=False)

    print(f"grouped {honest.score:.2f}, random {leaking.score:.2f}")
    assert honest.score < 0.75
    assert leaking.score > honest.score + 0.15
    assert not any("LEAK" in said for said in evaluation.warnings(honest, CLASSES))
    assert any("LEAK" in said for said in evaluation.warnings(leaking, CLASSES))


def test_a_lesson_that_only_one_class_lies_on_its_side_is_warned_of():
    """The shortcut: class 1 lies, class 0 stands, and the recipe looks at nothing else."""
    upright = np.zeros((16, 16, 3), np.uint8)
    upright[:8] = 200
    random = np.random.default_rng(0)
    pictures = [
        turned(upright + random.integers(0, 50, upright.shape, dtype=np.uint8), i % 2)
        for i in range(40)
    ]
    labels = np.arange(40) % 2

    class Lying:
        name = "lying"

        def fit(self, train, seed):
            def predict(asked):
                rows = [abs(float(p[:8].mean()) - float(p[8:].mean())) < 50 for p in asked]
                return np.eye(2, dtype=np.float32)[np.asarray(rows).astype(int)]

            return predict

    result = cv.cross_validate(Lying(), pictures, labels, np.arange(40), classes=CLASSES)

    assert result.score == 1.0
    assert max(result.orientation) - min(result.orientation) == 1.0
    assert any("ORIENTATION" in said for said in evaluation.warnings(result, CLASSES))


def test_the_interval_holds_the_score_and_is_wider_where_whole_groups_are_wrong():
    labels, scenes = np.arange(120) % 2, np.arange(120) // 10
    said = np.where(np.isin(scenes, (3, 7)), 1 - labels, labels)
    logits = np.eye(2, dtype=np.float32)[said][None]

    alone = cv.interval(logits, labels, np.arange(120))
    together = cv.interval(logits, labels, scenes)

    assert alone[0] < cv.balanced_accuracy(logits[0], labels) < alone[1]
    assert together[1] - together[0] > 1.5 * (alone[1] - alone[0])


def test_a_class_with_fewer_different_pictures_than_folds_is_refused(noise):
    pictures, labels = noise
    with pytest.raises(TooFewGroups) as caught:
        validate(Remembering(pictures, labels), pictures, labels, folds=29)

    assert caught.value.fields["least"] == 29


def test_it_stops_between_folds(noise):
    pictures, labels = noise
    recipe = Remembering(pictures, labels)

    def stop():
        if len(recipe.seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        validate(recipe, pictures, labels, check=stop)

    assert len(recipe.seen) == 3
