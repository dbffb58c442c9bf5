"""The head: learnt on features that are computed once, the same from the same seed."""

import numpy as np
import pytest

from portfolio_core.engines.classification import Rules
from portfolio_core.errors import Cancelled
from portfolio_core.settings import Limits
from portfolio_core.training import imagefolder, linear_probe
from portfolio_core.training.features import FeatureCache
from portfolio_core.training.linear_probe import ProbePlan
from portfolio_core.training.retraining import retrain

PLAN = ProbePlan(variants=1, size=32, epochs=40)
LONG = ProbePlan(epochs=300, rate=0.05)


class Counting:
    """A backbone that counts what it is asked."""

    backbone = "counting@1"

    def __init__(self):
        self.asked = 0

    def features(self, pictures, check=lambda: None):
        check()
        self.asked += len(pictures)
        return np.asarray([[p.mean(), p.std()] for p in pictures], "f4").reshape(-1, 2)


@pytest.fixture
def found(picture_folder):
    return imagefolder.read(picture_folder, Limits())


def test_each_picture_goes_through_the_network_once(found, tmp_path):
    backbone = Counting()
    first = FeatureCache(backbone, tmp_path)(found.pictures)
    cache = FeatureCache(backbone, tmp_path)
    again = [cache(found.pictures) for _ in range(5)][-1]

    assert backbone.asked == len(found.examples)
    assert np.array_equal(first, again)


def test_a_damaged_cache_is_made_anew(found, tmp_path):
    backbone = Counting()
    first = FeatureCache(backbone, tmp_path)(found.pictures)
    (file,) = tmp_path.glob("features-*")
    file.write_bytes(file.read_bytes()[:100])

    assert np.array_equal(FeatureCache(backbone, tmp_path)(found.pictures), first)
    assert backbone.asked == 2 * len(found.examples)


def test_another_network_gets_another_cache(found, tmp_path):
    FeatureCache(Counting(), tmp_path)(found.pictures)
    other = Counting()
    other.backbone = "counting@2"

    FeatureCache(other, tmp_path)(found.pictures)

    assert other.asked == len(found.examples)


def test_a_broken_off_run_keeps_what_it_had(tmp_path):
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 255, (150, 8, 8, 3), dtype=np.uint8))
    backbone = Counting()

    def stop():
        if backbone.asked >= 64:
            raise Cancelled

    with pytest.raises(Cancelled):
        FeatureCache(backbone, tmp_path)(pictures, stop)
    FeatureCache(backbone, tmp_path)(pictures)

    assert backbone.asked == 150


def test_the_same_seed_gives_the_same_head_to_the_last_bit():
    random = np.random.default_rng(0)
    features = random.normal(0, 1, (60, 5)).astype(np.float32)
    labels = (features[:, 0] > 0).astype(np.int64)

    one, two, other = (
        linear_probe.fit(features, labels, 2, "x", plan=LONG, seed=seed) for seed in (3, 3, 4)
    )

    assert np.array_equal(one.weight, two.weight)
    assert not np.array_equal(one.weight, other.weight)
    assert (one(features).argmax(1) == labels).mean() > 0.95


def test_a_rare_class_is_not_given_up():
    random = np.random.default_rng(0)
    features = random.normal(0, 1, (400, 2)).astype(np.float32)
    labels = (np.arange(400) < 20).astype(np.int64)
    features[labels == 1, 0] += 1.5

    head = linear_probe.fit(features, labels, 2, "x", plan=LONG, seed=0)

    assert (head(features).argmax(1) == labels)[labels == 1].mean() > 0.6


def test_retraining_gives_a_head_that_the_engine_takes_and_figures_that_hold(found, engine):
    done = retrain(found, engine, plan=PLAN)
    taught = engine.with_head(done.head, done.rules)

    said = taught.classify(found.pictures).argmax(axis=1)

    assert taught.rules.classes == ("blue", "red")
    assert (said == found.labels).mean() > 0.9
    assert done.evaluation.score > 0.8
    assert done.evaluation.gap == 0.0
    assert done.baseline.recipe == "colours alone"
    assert done.losses[-1] < done.losses[0]
    assert len(done.losses) == PLAN.epochs


def test_three_classes_are_learnt_as_well():
    random = np.random.default_rng(0)
    labels = np.arange(90) % 3
    features = (np.eye(3)[labels] * 3 + random.normal(0, 1, (90, 3))).astype(np.float32)

    head = linear_probe.fit(features, labels, 3, "x", plan=PLAN, seed=0)

    assert head.weight.shape == (3, 3)
    assert (head(features).argmax(1) == labels).mean() > 0.9
    assert Rules(("a", "b", "c"), 1.0, (0.5,) * 3).probabilities(head(features)).shape == (90, 3)
