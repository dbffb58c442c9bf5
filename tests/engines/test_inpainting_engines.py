"""The engines that need no prompt: PatchMatch with biharmonic strokes, and LaMa."""

import numpy as np
import pytest
from tests.media import corpus_images

from portfolio_core import errors
from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting import Filling, Step, composing, embedded
from portfolio_core.engines.inpainting.embedded import EmbeddedEngine
from portfolio_core.engines.inpainting.lama import LamaEngine
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Limits, Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")


def wish(seed=0):
    return inpainting.request(
        prompt="", negative_prompt="", method="erase", steps=0, guidance=0, seed=seed,
        limits=Limits(),
    )  # fmt: skip


def bricks(width=160, height=120):
    """Return a wall, shape (height, width, 3): dark joints every 8 rows, and every 16 columns."""
    y, x = np.mgrid[:height, :width]
    joint = (y % 8 == 0) | ((x + 8 * (y // 8 % 2)) % 16 == 0)
    wall = np.where(joint[..., None], (90, 80, 70), (180, 90, 60))
    return wall.astype(np.uint8)


def hole(size, rows, columns):
    mask = np.zeros(size, bool)
    mask[rows, columns] = True
    return mask


def difference(one, other, mask):
    return np.abs(one.astype(int) - other)[mask].mean()


def last(steps):
    *before, filled = steps
    assert all(isinstance(step, Step) for step in before)
    return filled


@pytest.fixture(scope="module")
def engine():
    return EmbeddedEngine.load(None, MACHINE)


@pytest.fixture(scope="module")
def lama(tiny, tmp_path_factory):
    return LamaEngine.load(tiny.lama.build(tmp_path_factory.mktemp("lama")), MACHINE)


class TestEmbedded:
    def test_a_pattern_goes_on_through_a_hole(self, engine):
        wall = bricks()
        mask = hole(wall.shape[:2], slice(40, 70), slice(60, 100))
        covered = wall.copy()
        covered[mask] = (0, 255, 0)

        filled = last(engine.fill(Filling(covered, mask, wish())))

        plain = np.broadcast_to(wall[~mask].mean(0), wall.shape)
        assert difference(filled, wall, mask) < 0.5 * difference(plain, wall, mask)

    def test_a_scratch_is_closed_almost_without_a_trace(self, engine):
        photo = corpus_images.photo(96, 64)
        mask = hole((64, 96), slice(30, 33), slice(8, 88))

        filled = last(engine.fill(Filling(photo, mask, wish())))

        assert difference(filled[..., :2], photo[..., :2], mask) < 2

    def test_each_hole_gets_what_suits_its_width(self):
        mask = hole((64, 96), slice(5, 8), slice(5, 60)) | hole(
            (64, 96), slice(20, 60), slice(30, 70)
        )

        strokes = embedded.thin(mask)

        assert strokes[6, 30]
        assert not strokes[40, 50]
        assert np.array_equal(strokes | hole((64, 96), slice(20, 60), slice(30, 70)), mask)

    def test_what_is_to_go_is_no_source_for_what_comes(self, engine):
        """A stroke beside a hole, both green: no green may come back."""
        wall = bricks()
        size = wall.shape[:2]
        mask = hole(size, slice(40, 70), slice(60, 100)) | hole(size, slice(74, 77), slice(60, 100))
        covered = wall.copy()
        covered[mask] = (0, 255, 0)

        filled = last(engine.fill(Filling(covered, mask, wish())))

        assert filled[mask][:, 1].max() < 150

    def test_it_counts_its_steps(self, engine):
        photo = corpus_images.photo(96, 64)
        both = hole((64, 96), slice(5, 8), slice(5, 60)) | hole(
            (64, 96), slice(20, 60), slice(30, 70)
        )

        steps = [s for s in engine.fill(Filling(photo, both, wish())) if isinstance(s, Step)]

        assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]

    def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(self, engine):
        random = np.random.default_rng(0)
        noise = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        mask = hole((64, 64), slice(16, 48), slice(16, 48))

        one, same, other = (
            last(engine.fill(Filling(noise, mask, wish(seed)))).tobytes() for seed in (1, 1, 2)
        )

        assert one == same != other

    @pytest.mark.parametrize("size", [(8, 1), (1, 8), (8, 8), (1, 4000), (2, 9)])
    def test_tiny_and_narrow_pictures_are_filled(self, engine, size):
        rgb = np.full((*size, 3), 200, np.uint8)
        mask = np.ones(size, bool)
        mask.flat[0] = False
        rgb[mask] = 0

        *_, filled = composing.painted(engine, rgb, mask, wish())

        assert filled.shape == rgb.shape

    def test_it_ends_when_it_is_told_to(self, engine):
        def check():
            raise errors.Cancelled

        photo, mask = corpus_images.photo(), hole((48, 64), slice(10, 30), slice(10, 30))
        with pytest.raises(errors.Cancelled):
            list(engine.fill(Filling(photo, mask, wish()), check))

    def test_its_revision_names_both_libraries(self, engine):
        assert "PyPatchMatch 2" in engine.revision
        assert "scikit-image" in engine.revision


class TestLama:
    def test_what_the_network_makes_of_the_hole_comes_back_in_place(self, lama, tiny):
        photo = corpus_images.photo(300, 200)
        mask = hole((200, 300), slice(50, 150), slice(100, 250))

        filled = last(lama.fill(Filling(photo, mask, wish())))

        assert filled.shape == photo.shape
        assert (filled[mask] == tiny.lama.GREY).all()
        assert np.array_equal(filled[~mask], photo[~mask])

    def test_a_picture_over_its_size_is_filled_through_a_smaller_one(self, lama, tiny):
        photo = corpus_images.photo(1500, 900)
        mask = hole((900, 1500), slice(200, 700), slice(300, 1200))

        *_, filled = composing.painted(lama, photo, mask, wish())

        assert filled.shape == photo.shape
        assert np.abs(filled[mask].astype(int) - tiny.lama.GREY).mean() < 5
        assert np.array_equal(filled[~mask], photo[~mask])

    def test_its_revision_is_the_pinned_one(self, lama):
        assert lama.revision == "c3c0c9e468934d62e79c329e35d82dd09ff8c444"

    def test_numbers_that_are_none_are_an_error(self, tiny, tmp_path):
        broken = LamaEngine.load(tiny.lama.build(tmp_path, grey=float("nan")), MACHINE)
        photo, mask = corpus_images.photo(), hole((48, 64), slice(10, 30), slice(10, 30))

        with pytest.raises(errors.EngineFailed):
            list(broken.fill(Filling(photo, mask, wish())))

    def test_a_damaged_file_is_an_error_of_ours(self, tmp_path):
        (tmp_path / "lama_fp32.onnx").write_bytes(b"no network")

        with pytest.raises(errors.EngineFailed):
            LamaEngine.load(tmp_path, MACHINE)

    def test_a_network_for_something_else_is_refused(self, tiny, tmp_path):
        with pytest.raises(errors.EngineFailed):
            LamaEngine.load(tiny.lama.build(tmp_path, inputs=("left", "right")), MACHINE)
