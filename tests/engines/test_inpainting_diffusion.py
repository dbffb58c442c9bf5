"""The engines that follow a prompt, on tiny checkpoints of the real classes."""

import inspect
from collections import Counter

import numpy as np
import pytest
from tests.media import corpus_images

from portfolio_core import errors
from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting import Filling, Step, composing
from portfolio_core.engines.inpainting.qwen_image import QwenImageInpainting
from portfolio_core.engines.inpainting.stable_diffusion import StableDiffusion, StableDiffusionXl
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Limits, Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
SIDE = 64
STEPS = 3


def wish(prompt="a red bowl", **changed):
    values = {
        "prompt": prompt, "negative_prompt": "", "method": "replace", "steps": STEPS,
        "guidance": 0, "seed": 7, **changed,
    }  # fmt: skip
    return inpainting.request(**values, limits=Limits())


def part(**changed):
    hole = np.zeros((SIDE, SIDE), bool)
    hole[16:48, 16:48] = True
    return Filling(corpus_images.photo(SIDE, SIDE), hole, wish(**changed))


def filled(engine, **changed):
    *_, last = engine.fill(part(**changed))
    return last


@pytest.fixture(scope="module")
def whole_numbers():
    """Count in float32, whatever the machine prefers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)
        patch.setattr(
            "portfolio_core.engines.diffusion.loading.product_type", lambda hardware: hardware.dtype
        )
        yield


@pytest.fixture(scope="module", params=["sd", "sdxl", "qwen"])
def engine(request, tiny, tmp_path_factory, whole_numbers):
    folder = tmp_path_factory.mktemp("painting") / request.param
    if request.param == "qwen":
        return QwenImageInpainting.load(tiny.qwen_image.build(folder), MACHINE)
    kind, build = {
        "sd": (StableDiffusion, tiny.diffusion.inpaint),
        "sdxl": (StableDiffusionXl, tiny.diffusion.sdxl_inpaint),
    }[request.param]
    return kind.load(build(folder), MACHINE)


def test_it_fills_the_part_in_as_many_steps_as_asked_for(engine):
    *steps, last = engine.fill(part())

    assert all(isinstance(step, Step) for step in steps)
    assert steps[-1].done == steps[-1].total >= STEPS
    assert last.shape == (SIDE, SIDE, 3)
    assert last.dtype == np.uint8


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(engine):
    one, same, other = (filled(engine, seed=seed).tobytes() for seed in (7, 7, 8))

    assert one == same != other


def test_the_prompt_counts(engine):
    assert filled(engine).tobytes() != filled(engine, prompt="a green tree").tobytes()


def test_without_a_prompt_it_draws_what_fits(engine):
    assert filled(engine, prompt="").shape == (SIDE, SIDE, 3)


def test_it_ends_within_two_steps_of_being_told_to(engine):
    asked = Counter()

    def check():
        asked["times"] += 1
        if asked["times"] > 2:
            raise errors.Cancelled

    seen = []
    with pytest.raises(errors.Cancelled):
        seen.extend(engine.fill(part(steps=20), check))

    assert asked["times"] == 3
    assert len(seen) <= 2
    assert filled(engine).shape == (SIDE, SIDE, 3)  # and it is ready for the next


def test_who_leaves_ends_it(engine):
    steps = engine.fill(part(steps=20))
    next(steps)
    steps.close()

    assert inspect.getgeneratorstate(steps) == inspect.GEN_CLOSED


def test_outside_the_mask_the_whole_picture_stays(engine, monkeypatch):
    small = {**vars(engine.ABILITIES), "side": SIDE}
    monkeypatch.setattr(type(engine), "ABILITIES", inpainting.Abilities(**small))
    rgb = corpus_images.photo(200, 150)
    mask = np.zeros((150, 200), bool)
    mask[60:90, 80:120] = True

    *_, whole = composing.painted(engine, rgb, mask, wish())
    result = composing.composed(rgb, whole, mask, 4)

    assert composing.changed_outside(rgb, result, mask) == 0
    assert (result != rgb).any(axis=2)[mask].mean() > 0.5


def test_the_pipeline_alone_changes_what_is_outside(engine):
    """The twin without the guard: that is why it is composed."""
    wanted = part()

    assert composing.changed_outside(wanted.rgb, filled(engine), wanted.hole) > 0


def test_a_hidden_picture_is_an_error_that_says_so(tiny, tmp_path, whole_numbers):
    checker, preparation = tiny.diffusion.safety_checker(-2.0)
    folder = tiny.diffusion.inpaint(tmp_path / "sd")
    engine = StableDiffusion.load(folder, MACHINE)
    engine._pipe.safety_checker, engine._pipe.feature_extractor = checker, preparation

    with pytest.raises(errors.PictureHidden):
        filled(engine)


@pytest.mark.parametrize("kind", [StableDiffusion, StableDiffusionXl, QwenImageInpainting])
def test_a_folder_with_something_else_is_refused(kind, tmp_path):
    (tmp_path / "model_index.json").write_text("{}")

    with pytest.raises(errors.EngineFailed):
        kind.load(tmp_path, MACHINE)
