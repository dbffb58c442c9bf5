"""Calibration: a temperature that is found again, an error that is measured, a band."""

import numpy as np
import pytest

from portfolio_core.engines.classification import Rules, softmax
from portfolio_core.training import calibration


@pytest.fixture(scope="module")
def honest():
    """Logits whose softmax is exactly how likely each class is, and labels drawn from it."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (20_000, 3)).astype(np.float32)
    chances = softmax(logits)
    labels = (random.random((20_000, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    return logits, labels


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_or_too_little_confidence(honest, factor):
    logits, labels = honest

    found = calibration.fit(logits * np.float32(factor), labels)

    assert found.temperature == pytest.approx(factor, rel=0.1)
    assert np.abs(np.asarray(found.shift) / factor).max() < 0.15


def test_the_shift_undoes_a_class_that_is_named_too_readily(honest):
    logits, labels = honest
    ready = logits + np.asarray([0, 0, 2], "f4")

    found = calibration.fit(ready, labels)

    assert np.asarray(found.shift) - found.shift[0] == pytest.approx([0, 0, -2], abs=0.25)
    assert calibration.error(found(ready), labels) < calibration.error(softmax(ready), labels)


def test_pictures_of_no_class_count_as_the_rest(honest):
    logits, labels = honest
    beyond = np.tile(np.asarray([[0, 0, 1.5]], "f4"), (50, 1))

    plain = calibration.fit(logits, labels)(beyond)
    warned = calibration.fit(logits, labels, beyond, rest=0)(beyond)

    assert plain.argmax(axis=1)[0] == 2
    assert warned[0, 0] > plain[0, 0] + 0.1


def test_honest_probabilities_have_no_calibration_error_and_proud_ones_do(honest):
    logits, labels = honest

    assert calibration.error(softmax(logits), labels) < 0.02
    assert calibration.error(softmax(logits * 4), labels) > 0.1


def test_above_the_thresholds_nearly_all_answers_are_right(honest):
    logits, labels = honest
    probabilities = softmax(logits * 2)  # too sure on purpose
    rules = Rules(("a", "b", "c"), 1.0, calibration.thresholds(probabilities, labels))

    verdicts = [rules.verdict(row) for row in probabilities]
    given = [(v, label) for v, label in zip(verdicts, labels, strict=True) if v is not None]

    assert len(given) < len(labels)
    right = np.mean([v == label for v, label in given])
    assert right > (probabilities.argmax(1) == labels).mean() + 0.05


def test_a_class_that_is_never_named_gets_the_strictest_threshold():
    probabilities = np.asarray([[0.9, 0.1], [0.8, 0.2]], dtype=np.float32)

    assert calibration.thresholds(probabilities, np.asarray([0, 0])) == (0.6, 0.95)
