"""Where clips are cut: known cuts are found, and what is none is left whole."""

import itertools

import numpy as np
import pytest

from portfolio_core.media._scenes import STEP_SECONDS, THUMBNAIL, Look, scenes

WIDTH, HEIGHT = THUMBNAIL


def picture(seed):
    """Patches of few colours, as wide as a clip's picture and a margin to move in."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 4, (4, 6, 3)) * 60 + 30
    return np.kron(patches, np.ones((10, 10, 1))).astype(np.uint8)


def look(pictures, sharpness=None):
    times = np.arange(len(pictures)) * STEP_SECONDS
    sharp = np.ones(len(pictures)) if sharpness is None else np.array(sharpness, float)
    return Look(times, np.stack([p[:HEIGHT, :WIDTH] for p in pictures]), sharp)


def held(seed, seconds):
    return [picture(seed)] * round(seconds / STEP_SECONDS)


def cuts(pictures, most=40):
    seen = look(pictures)
    end = len(pictures) * STEP_SECONDS
    found = scenes(seen, end, most)
    assert found[0].start_seconds == 0
    assert found[-1].end_seconds == end
    for before, after in itertools.pairwise(found):
        assert before.end_seconds == after.start_seconds
    return [scene.start_seconds for scene in found[1:]]


def test_cuts_are_found_where_they_are():
    assert cuts(held(1, 4) + held(2, 2) + held(3, 4)) == pytest.approx([4, 6], abs=STEP_SECONDS)


def test_a_picture_that_stays_is_one_scene_however_long():
    assert cuts(held(1, 120)) == []


def test_a_flash_is_no_cut():
    white = [np.full_like(picture(1), 255)] * 2

    assert cuts(held(1, 4) + white + held(1, 4)) == []


def test_a_new_title_on_a_still_picture_is_a_cut():
    titled = picture(1).copy()
    titled[10:16, 8:40] = 255

    found = cuts(held(1, 5) + [titled] * 60)

    assert found == pytest.approx([5], abs=STEP_SECONDS)


def test_a_moving_camera_is_no_cut():
    wide = np.tile(picture(1), (1, 2, 1))
    shaken = [np.roll(wide, step % 3, 1) for step in range(100)]

    assert cuts(shaken) == []


def test_a_dissolve_is_one_cut():
    first, last = picture(1).astype(float), picture(2).astype(float)
    mixed = [(first + (last - first) * n / 25).astype(np.uint8) for n in range(25)]

    found = cuts(held(1, 6) + mixed + held(2, 6))

    assert len(found) == 1
    assert 6 < found[0] < 8.5


def test_no_scene_is_shorter_than_a_second():
    found = cuts([p for n in range(12) for p in held(n, 0.5)])

    assert found
    assert min(np.diff([0, *found])) >= 1


def test_over_the_limit_the_weakest_cuts_are_left_out():
    faint = picture(3).copy()
    faint[:12] //= 2
    shown = held(1, 3) + held(2, 3) + held(3, 3) + [faint] * 40

    assert len(cuts(shown)) == 3
    assert cuts(shown, most=3) == pytest.approx([3, 6], abs=2 * STEP_SECONDS)
    assert cuts(shown, most=1) == []


def test_the_sharpest_picture_of_the_middle_is_shown():
    sharpness = [9] * 20 + [1] * 20 + [5] + [1] * 39
    seen = look(held(1, 80 * STEP_SECONDS), sharpness)

    (scene,) = scenes(seen, 6.4, 40)

    assert scene.shown == 40
