"""Styles of pictures, and sizes by ratio."""

from dataclasses import replace

import pytest
from tests.conftest import ROOT

from portfolio_core.engines.text_to_image import Abilities
from portfolio_core.errors import UnknownChoice
from portfolio_core.ui.ratios import ratios
from portfolio_core.ui.styles import Style, Styles

SDXL = Abilities(
    side=1024, multiple=8, smallest=512, largest=1536, steps=30, most_steps=50, guidance=5.0,
    schedulers=("euler",),
)  # fmt: skip


@pytest.fixture(scope="module")
def styles():
    return Styles.read(ROOT / "spaces" / "text-to-image" / "styles.toml")


class TestStyles:
    def test_every_style_has_a_name_in_both_languages(self, styles):
        for locale in ("en", "ko"):
            names = [name for name, _ in styles.choices(locale)]

            assert len(set(names)) == len(names) >= 8
            assert all(names)

    def test_a_style_stands_around_the_prompt(self, styles):
        prompt, negative = styles.applied("ink", "a crane", "clouds")

        assert prompt.startswith("ink wash painting of a crane, ")
        assert negative.startswith("clouds, ")

    def test_no_style_leaves_the_prompt_as_it_is(self, styles):
        assert styles.applied("", "a crane", "") == ("a crane", "")

    def test_a_visitors_braces_stay_braces(self, styles):
        prompt, _ = styles.applied("ink", "{prompt.__class__} {0}", "")

        assert "{prompt.__class__} {0}" in prompt

    @pytest.mark.parametrize("key", ["nothing", ["ink"], 3, {"ink": 1}])
    def test_an_unknown_style_names_the_known_ones(self, styles, key):
        with pytest.raises(UnknownChoice, match="watercolour"):
            styles.applied(key, "a crane", "")

    def test_a_style_without_a_place_for_the_prompt_is_a_mistake_in_the_file(self):
        with pytest.raises(ValueError, match="no place"):
            Styles({"x": Style({"en": "X", "ko": "X"}, "a picture", "")})


class TestRatios:
    def test_each_has_about_the_pixels_of_the_models_own_size(self):
        for one in ratios(SDXL):
            assert one.width * one.height == pytest.approx(1024**2, rel=0.03)

    def test_each_side_is_a_multiple_that_the_model_can_draw(self):
        found = ratios(replace(SDXL, multiple=64))

        assert {one.width % 64 + one.height % 64 for one in found} == {0}
        assert [one.name for one in found] == ["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"]

    def test_a_model_of_one_size_has_the_square_only(self):
        found = ratios(replace(SDXL, side=128, smallest=128, largest=128))

        assert [(one.name, one.width, one.height) for one in found] == [("1:1", 128, 128)]

    def test_what_the_model_cannot_come_near_is_left_out(self):
        found = ratios(replace(SDXL, side=512, smallest=448, largest=576))

        assert "16:9" not in [one.name for one in found]
        assert "4:3" in [one.name for one in found]
