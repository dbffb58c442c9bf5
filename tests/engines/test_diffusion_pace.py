"""Diffusion: how long a picture will take, learnt from those before."""

import pytest

from portfolio_core.engines.diffusion.estimate import Pace


class TestPace:
    """Seconds, learnt."""

    def test_it_guesses_until_it_has_seen_one(self):
        pace = Pace("cpu")
        assert not pace.seconds("m", 4, 512 * 512).learnt

        pace.note("m", 4, 512 * 512, 1, 10.0)

        told = pace.seconds("m", 4, 512 * 512)
        assert (told.seconds, told.learnt) == (pytest.approx(10.0), True)
        assert not pace.seconds("other", 4, 512 * 512).learnt

    def test_more_steps_pixels_and_pictures_take_longer(self):
        pace = Pace("cpu")
        pace.note("m", 4, 512 * 512, 1, 10.0)
        base = pace.seconds("m", 4, 512 * 512).seconds

        assert pace.seconds("m", 8, 512 * 512).seconds > 1.5 * base
        assert pace.seconds("m", 4, 1024 * 512).seconds == pytest.approx(2 * base)
        assert pace.seconds("m", 4, 512 * 512, 3).seconds == pytest.approx(3 * base)

    def test_one_slow_run_does_not_count(self):
        pace = Pace("cpu")
        for seconds in (10.0, 10.0, 500.0):
            pace.note("m", 4, 512 * 512, 1, seconds)

        assert pace.seconds("m", 4, 512 * 512).seconds == pytest.approx(10.0)

    def test_it_follows_a_machine_that_became_slower(self):
        pace = Pace("cpu")
        for seconds in [10.0] * 100 + [20.0] * 10:
            pace.note("m", 4, 512 * 512, 1, seconds)

        assert pace.seconds("m", 4, 512 * 512).seconds == pytest.approx(20.0)
