"""Augmentation: repeatable, of the promised shape, and alike for all."""

import numpy as np
import pytest

from portfolio_core.training.augment import (
    TURNS,
    Augmentation,
    augmented,
    recoloured,
    sheet,
    squeezed,
    turned,
)
from portfolio_core.training.negatives import KINDS, negative, negatives

PICTURE = negatives(1, 3, 80)[0][1][:60]


def test_the_eight_turns_are_all_different_and_keep_every_pixel():
    turns = {turned(PICTURE, turn).tobytes() for turn in range(TURNS)}

    assert len(turns) == TURNS
    assert all(sorted(turned(PICTURE, t).ravel()) == sorted(PICTURE.ravel()) for t in range(TURNS))


def test_squeezing_commutes_with_turning():
    """What makes a turned picture look the same to a network that averages over turns."""
    for turn in range(TURNS):
        one, two = squeezed(turned(PICTURE, turn), 32), turned(squeezed(PICTURE, 32), turn)

        assert np.abs(one.astype(int) - two).max() <= 1


def test_the_same_seed_changes_a_picture_the_same_way():
    one, two, other = (
        augmented(PICTURE, np.random.default_rng(seed), 48, Augmentation()) for seed in (1, 1, 2)
    )

    assert one.shape == (48, 48, 3)
    assert one.dtype == np.uint8
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_without_turns_a_picture_stays_upright():
    marked = np.zeros((64, 64, 3), np.uint8)
    marked[:16] = 255
    still = Augmentation(turns=False, least_area=1.0, degrees=0, jitter=0, hue=0, hole=0, blur=0)

    for seed in range(20):
        result = augmented(marked, np.random.default_rng(seed), 32, still)

        assert result[:4].mean() > result[16:].mean()


def test_recolouring_takes_the_other_pictures_colours_and_keeps_the_shapes():
    random = np.random.default_rng(0)
    like = random.integers(150, 250, (40, 40, 3), dtype=np.uint8)
    grey = np.tile(np.arange(0, 200, 5, dtype=np.uint8)[None, :, None], (40, 1, 3))

    result = recoloured(grey, like)

    assert abs(float(result.mean()) - float(like.mean())) < 5
    assert (np.diff(result[0, :, 0].astype(int)) >= 0).all()


def test_the_sheet_shows_each_picture_and_what_becomes_of_it():
    made = sheet([PICTURE, PICTURE], 0, 32, Augmentation(), columns=5)

    assert made.shape == (64, 160, 3)
    assert np.array_equal(made[:32, :32], squeezed(PICTURE, 32))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_negative_is_drawn_again_from_its_seed(kind):
    one, two = (negative(kind, np.random.default_rng(7), 40) for _ in range(2))

    assert one.shape == (40, 40, 3)
    assert np.array_equal(one, two)
    assert len(np.unique(one.reshape(-1, 3), axis=0)) > 1


def test_negatives_come_in_equal_numbers():
    kinds = [kind for kind, _ in negatives(2 * len(KINDS), 0, 24)]

    assert sorted(kinds) == sorted([*KINDS, *KINDS])
