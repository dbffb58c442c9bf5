"""Masks and composing: what a mask is, what is done to it, and that nothing else ever changes."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from tests.media import corpus_images

from portfolio_core import errors
from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting import Abilities, Tools, composing, editing, masks
from portfolio_core.engines.inpainting.composing import Margins
from portfolio_core.media import images
from portfolio_core.settings import Limits

LIMITS = Limits()
WISH = inpainting.request(
    prompt="", negative_prompt="", method="auto", steps=0, guidance=0, seed=0, limits=LIMITS
)
SIDES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def read(content):
    return images.read(content, LIMITS)


def square(size=(40, 60), rows=slice(10, 20), columns=slice(20, 40)):
    mask = np.zeros(size, bool)
    mask[rows, columns] = True
    return mask


class Wild:
    """An engine that changes every pixel of its part, and not only the hole."""

    KEY = "wild"

    def __init__(self, abilities):
        self.ABILITIES = abilities

    def fill(self, wanted, check=lambda: None):
        yield inpainting.Step(1, 1)
        yield 255 - wanted.rgb


@st.composite
def edits(draw):
    """Return any picture, any mask of it, any feather, and abilities of an engine."""
    size = draw(SIDES)
    rgb = draw(arrays(np.uint8, (*size, 3)))
    mask = draw(arrays(bool, size))
    feather = draw(st.integers(0, 12))
    side = draw(st.sampled_from((8, 16, 64)))
    abilities = Abilities(
        replaces=False,
        side=side,
        enlarges=draw(st.booleans()),
        multiple=draw(st.sampled_from((1, 8))),
    )
    return rgb, mask, feather, abilities


class TestNothingElseChanges:
    @settings(max_examples=60)
    @given(edits())
    def test_outside_the_mask_every_pixel_stays_what_it_was(self, edit):
        rgb, mask, feather, abilities = edit
        before = rgb.copy()
        filled = rgb
        if mask.any() and not mask.all():
            *_, filled = composing.painted(Wild(abilities), rgb, mask, WISH)

        result = composing.composed(rgb, filled, mask, feather)

        assert np.array_equal(rgb, before)
        assert np.array_equal(result[~mask], rgb[~mask])
        assert composing.changed_outside(rgb, result, mask) == 0

    @given(edits())
    def test_a_changed_pixel_outside_is_counted(self, edit):
        rgb, mask, _, _ = edit
        changed = rgb ^ 1

        assert composing.changed_outside(rgb, changed, mask) == np.count_nonzero(~mask)

    def test_without_composing_an_engine_would_change_what_is_around(self):
        """The twin without the guard."""
        rgb, mask = corpus_images.photo(60, 40), square()
        (_, drawn) = Wild(Abilities(replaces=False, side=64)).fill(
            inpainting.Filling(rgb, mask, WISH)
        )

        assert composing.changed_outside(rgb, drawn, mask) > 0

    def test_a_file_with_alpha_and_profile_keeps_both(self):
        rgb = corpus_images.photo(60, 40)
        alpha = np.full((40, 60), 255, np.uint8)
        alpha[:, :30] = np.arange(30) * 8
        profile = corpus_images.profile()
        content = images.png_bytes(rgb, alpha=alpha, icc_profile=profile)
        edit = editing.masked(read(content), [square()], Tools())

        result = editing.edited(edit, 255 - edit.seen, feather=2)
        back = Image.open(io.BytesIO(result.png({"recipe": "{}"})))

        assert back.mode == "RGBA"
        assert back.info["icc_profile"] == profile
        pixels = np.asarray(back)
        assert np.array_equal(pixels[..., 3], alpha)
        outside = ~square()
        assert np.array_equal(pixels[..., :3][outside], rgb[outside])
        assert result.changed_outside == 0


class TestFeather:
    def test_it_leads_inwards_and_reaches_the_whole_change(self):
        black, white = np.zeros((21, 21, 3), np.uint8), np.full((21, 21, 3), 255, np.uint8)
        mask = square((21, 21), slice(3, 18), slice(3, 18))

        row = composing.composed(black, white, mask, feather=4)[10, :, 0]

        assert row[2] == 0
        assert list(row[3:8]) == [51, 102, 153, 204, 255]
        assert row[10] == 255

    def test_what_is_masked_up_to_the_border_of_the_picture_has_no_edge_there(self):
        black, white = np.zeros((9, 9, 3), np.uint8), np.full((9, 9, 3), 255, np.uint8)
        mask = square((9, 9), slice(0, 9), slice(0, 6))

        row = composing.composed(black, white, mask, feather=2)[4, :, 0]

        assert list(row) == [255, 255, 255, 255, 170, 85, 0, 0, 0]


class TestReading:
    def test_white_marks_and_black_does_not(self):
        mask = square()
        content = images.png_bytes(np.repeat(mask[..., None], 3, 2).astype(np.uint8) * 255)

        assert np.array_equal(masks.read(read(content)), mask)

    def test_an_alpha_channel_marks_whatever_its_colour(self):
        mask = square()
        black = np.zeros((*mask.shape, 3), np.uint8)
        content = images.png_bytes(black, alpha=mask.astype(np.uint8) * 255)

        assert np.array_equal(masks.read(read(content)), mask)

    def test_see_through_paint_marks(self):
        assert masks.painted(np.array([[0, 20, 120, 255]], np.uint8)).tolist() == [
            [False, False, True, True]
        ]

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
    def test_any_kind_of_picture_can_be_a_mask(self, mode):
        grey = Image.fromarray(square().astype(np.uint8) * 255)
        if mode == "I;16":
            image = Image.fromarray(square().astype(np.uint16) * 65535)
        else:
            image = grey.convert(mode)
        content = corpus_images.saved(image, "JPEG" if mode == "CMYK" else "PNG")

        assert (masks.read(read(content)) == square()).mean() > 0.99


class TestFitting:
    @given(SIDES, st.integers(1, 5))
    def test_the_same_shape_in_another_size_is_taken(self, size, times):
        mask = np.zeros((size[0] * times, size[1] * times), bool)

        fitted, resized = masks.fitted(mask, size)

        assert fitted.shape == size
        assert resized == (times > 1)

    def test_a_size_that_was_rounded_is_the_same_shape(self):
        assert masks.fitted(np.zeros((675, 1200), bool), (853, 1517))[1]

    @pytest.mark.parametrize("size", [(40, 62), (60, 40), (40, 40), (1, 60)])
    def test_another_shape_is_refused_with_both_sizes(self, size):
        with pytest.raises(errors.MaskSize) as raised:
            masks.fitted(np.zeros(size, bool), (400, 600))

        assert f"{size[1]} x {size[0]}" in raised.value.message
        assert "600 x 400" in raised.value.message

    def test_a_resized_mask_is_said_so(self):
        edit = editing.masked(read(corpus_images.photo_png(120, 80)), [square()], Tools())

        assert edit.notes == (editing.Note("mask_resized", {"width": 60, "height": 40}),)
        assert edit.mask.sum() == 4 * square().sum()


class TestTools:
    def test_masks_are_joined(self):
        other = square(rows=slice(30, 35))

        assert np.array_equal(masks.joined([square(), other]), square() | other)

    def test_an_outline_is_filled(self):
        ring = square() & ~square(rows=slice(12, 18), columns=slice(22, 38))

        assert np.array_equal(masks.tooled(ring, Tools(fill_holes=True)), square())

    def test_inverting_twice_gives_it_back(self):
        once = masks.tooled(square(), Tools(invert=True))

        assert np.array_equal(masks.tooled(once, Tools(invert=True)), square())

    @given(arrays(bool, (12, 17)), st.integers(1, 6))
    def test_growing_reaches_so_far_and_no_farther(self, mask, pixels):
        grown = masks.grown(mask, pixels)

        y, x = np.mgrid[:12, :17]
        points = np.argwhere(mask)
        near = np.zeros_like(mask)
        for row, column in points:
            near |= (y - row) ** 2 + (x - column) ** 2 <= pixels**2
        assert np.array_equal(grown, near)

    def test_shrinking_takes_the_edge_away(self):
        inner = square(rows=slice(12, 18), columns=slice(22, 38))

        assert np.array_equal(masks.grown(square(), -2), inner)

    def test_shrinking_to_nothing_is_an_empty_mask(self):
        with pytest.raises(errors.EmptyMask):
            masks.checked(masks.grown(square(), -20))

    def test_everything_marked_is_refused(self):
        with pytest.raises(errors.FullMask):
            masks.checked(np.ones((3, 3), bool))

    @pytest.mark.parametrize("grow", [257, -257, 1.5, float("nan"), "3", True, None])
    def test_a_growth_out_of_range_is_refused(self, grow):
        with pytest.raises(errors.NumberOutOfRange):
            inpainting.tools(invert=False, fill_holes=False, grow=grow)

    def test_a_switch_must_be_on_or_off(self):
        with pytest.raises(errors.InvalidInput):
            inpainting.tools(invert="yes", fill_holes=False, grow=0)


class TestParts:
    @given(arrays(bool, (60, 80)).filter(np.any))
    def test_all_that_is_marked_lies_in_one_of_them_and_they_are_apart(self, mask):
        seen = np.zeros(mask.shape, int)
        for box in composing.boxes(mask):
            seen[box] += 1

        assert seen[mask].min() == 1
        assert seen.max() == 1

    def test_two_far_holes_are_filled_apart_with_their_surroundings(self):
        mask = np.zeros((400, 2000), bool)
        mask[190:210, 100:120] = mask[190:210, 1900:1920] = True

        parts = composing.boxes(mask)

        assert len(parts) == 2
        assert {(p[0].stop - p[0].start, p[1].stop - p[1].start) for p in parts} == {(148, 148)}

    def test_a_model_gets_its_own_size_and_multiples(self):
        sizes = []

        class Noting(Wild):
            def fill(self, wanted, check=lambda: None):
                sizes.append(wanted.hole.shape)
                return super().fill(wanted, check)

        rgb, mask = (
            corpus_images.photo(300, 200),
            square((200, 300), slice(90, 110), slice(90, 110)),
        )
        abilities = Abilities(replaces=True, side=512, enlarges=True, multiple=8)
        *_, filled = composing.painted(Noting(abilities), rgb, mask, WISH)

        assert sizes == [(512, 512)]
        assert filled.shape == rgb.shape

    def test_what_is_to_go_is_masked_whole_where_a_picture_is_made_smaller(self):
        holes = []

        class Noting(Wild):
            def fill(self, wanted, check=lambda: None):
                holes.append(wanted.hole)
                return super().fill(wanted, check)

        rgb, mask = (
            corpus_images.photo(200, 200),
            square((200, 200), slice(0, 200), slice(100, 101)),
        )
        *_, _ = composing.painted(Noting(Abilities(replaces=False, side=50)), rgb, mask, WISH)

        assert holes[0].shape == (50, 50)
        assert holes[0][:, 25].all()


class TestOutpainting:
    def test_the_canvas_grows_and_the_picture_stays(self):
        picture = read(corpus_images.photo_png(60, 40))

        edit = editing.outpainted(picture, Margins(left=8, right=4, top=2, bottom=0), LIMITS)
        result = editing.edited(edit, 255 - edit.seen, feather=3)

        assert result.rgb.shape == (42, 72, 3)
        assert np.array_equal(result.rgb[2:, 8:68], picture.rgb)
        assert result.changed_outside == 0
        assert edit.mask.sum() == 42 * 72 - 40 * 60

    def test_what_is_transparent_stays_so_and_the_new_part_is_opaque(self):
        rgb = corpus_images.photo(60, 40)
        alpha = np.zeros((40, 60), np.uint8)
        picture = read(images.png_bytes(rgb, alpha=alpha))

        edit = editing.outpainted(picture, Margins(right=10), LIMITS)

        assert edit.alpha[:, :60].max() == 0
        assert edit.alpha[:, 60:].min() == 255
        assert np.array_equal(edit.original[:, :60], rgb)

    def test_growing_by_nothing_is_refused(self):
        with pytest.raises(errors.NoMargin):
            editing.outpainted(read(corpus_images.photo_png()), Margins(), LIMITS)

    def test_growing_beyond_the_limit_is_refused_before_any_memory_is_taken(self):
        with pytest.raises(errors.ImageTooLarge):
            editing.outpainted(read(corpus_images.photo_png()), Margins(left=10**9), LIMITS)


GOOD = {
    "prompt": "a cat", "negative_prompt": "", "method": "auto", "steps": 0, "guidance": 0,
    "seed": 0, "limits": LIMITS,
}  # fmt: skip


class TestRequest:
    def test_zero_means_the_engine_s_own(self):
        wish = inpainting.request(**GOOD)

        assert (wish.steps, wish.guidance) == (None, None)

    @pytest.mark.parametrize(
        ("name", "value", "error"),
        [
            ("steps", 10**6, errors.NumberOutOfRange),
            ("steps", float("nan"), errors.NumberOutOfRange),
            ("steps", "20", errors.NumberOutOfRange),
            ("seed", 2**70, errors.NumberOutOfRange),
            ("seed", -1, errors.NumberOutOfRange),
            ("guidance", float("nan"), errors.NumberOutOfRange),
            ("guidance", float("inf"), errors.NumberOutOfRange),
            ("guidance", 0.5, errors.NumberOutOfRange),
            ("method", "magic", errors.UnknownChoice),
            ("method", [], errors.UnknownChoice),
            ("prompt", "x" * 100_000, errors.TextTooLong),
            ("prompt", ["a"], errors.InvalidInput),
        ],
    )
    def test_a_wrong_value_is_refused(self, name, value, error):
        with pytest.raises(error):
            inpainting.request(**{**GOOD, name: value})
