"""What all diffusion engines share, on tiny pipelines of the real classes."""

import gc
import json
import shutil
import threading
import weakref

import numpy as np
import pytest
import torch

from portfolio_core import errors
from portfolio_core.engines.diffusion import checks, loading, previews, running, schedulers, seeds
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

SIDE = 64
STEPS = 4
KINDS = {
    "text_to_image": "StableDiffusionPipeline",
    "inpaint": "StableDiffusionInpaintPipeline",
    "sdxl": "StableDiffusionXLPipeline",
    "sdxl_refiner": "StableDiffusionXLImg2ImgPipeline",
    "sdxl_inpaint": "StableDiffusionXLInpaintPipeline",
}


def machine(dtype="float32"):
    return Hardware("cpu", dtype, 1, 2**33, Preset.TINY, "")


@pytest.fixture(autouse=True)
def _as_told(monkeypatch):
    """Count as the hardware says, whatever the machine of the tests prefers."""
    monkeypatch.setattr(loading, "product_type", lambda hardware: hardware.dtype)


def load(folder, dtype="float32", **how):
    return loading.pipeline(folder, machine(dtype), name="tiny", **how)


def arguments(seed=1, **changed):
    plain = {
        "prompt": "a cat",
        "width": SIDE,
        "height": SIDE,
        "num_inference_steps": STEPS,
        "output_type": "np",
        "generator": seeds.generators(seed),
    }
    return plain | changed


def drawing(pipe, seed=1, **how):
    return checks.retry_in_float32(
        [pipe], lambda: running.run(pipe, arguments(seed), name="tiny", **how), name="tiny"
    )


def finished(steps):
    """Return what was yielded, and what was returned."""
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


@pytest.fixture(scope="module")
def folder(diffusion_folders):
    return diffusion_folders["text_to_image"]


@pytest.fixture(scope="module")
def pipe(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "product_type", lambda hardware: hardware.dtype)
        return load(folder)


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


class TestLoading:
    """Folders in, pipelines out; nothing of a folder is run."""

    @pytest.mark.parametrize("name", KINDS)
    def test_every_kind_of_pipeline_is_opened(self, diffusion_folders, name):
        assert type(load(diffusion_folders[name])).__name__ == KINDS[name]

    def test_another_class_takes_the_same_parts(self, folder):
        opened = load(folder, kind="StableDiffusionImg2ImgPipeline")

        assert type(opened).__name__ == "StableDiffusionImg2ImgPipeline"

    def test_a_part_takes_the_place_of_the_folders_own(self, folder):
        vae = loading.part("AutoencoderKL", folder / "vae", machine(), name="tiny")

        assert load(folder, vae=vae).vae is vae

    def test_the_number_type_is_the_hardwares(self, folder):
        assert load(folder, "bfloat16").unet.dtype is torch.bfloat16

    def test_weights_that_are_a_pickle_are_refused(self, copy):
        (weights,) = (copy / "unet").glob("*.safetensors")
        weights.unlink()
        torch.save({}, copy / "unet" / "diffusion_pytorch_model.bin")

        with pytest.raises(errors.EngineFailed):
            load(copy)

    def test_a_class_of_the_folders_own_is_refused_and_not_run(self, copy):
        mark = copy / "it_ran"
        (copy / "unet" / "own.py").write_text(f"open({str(mark)!r}, 'w')")
        index = json.loads((copy / "model_index.json").read_text())
        (copy / "model_index.json").write_text(json.dumps(index | {"unet": ["own", "Own"]}))

        with pytest.raises(errors.EngineFailed):
            load(copy)
        assert not mark.exists()

    @pytest.mark.parametrize("named", ["UNet2DConditionModel", "NoSuchPipeline", ["own", "P"], 7])
    def test_a_folder_that_names_no_pipeline_is_refused(self, copy, named):
        index = json.loads((copy / "model_index.json").read_text())
        (copy / "model_index.json").write_text(json.dumps(index | {"_class_name": named}))

        with pytest.raises(errors.EngineFailed):
            load(copy)

    @pytest.mark.parametrize("missing", ["model_index.json", "vae/config.json", "unet"])
    def test_what_is_missing_is_a_typed_error(self, copy, missing):
        path = copy / missing
        shutil.rmtree(path) if path.is_dir() else path.unlink()

        with pytest.raises(errors.EngineFailed):
            load(copy)

    def test_weights_that_are_cut_off_are_a_typed_error(self, copy):
        (weights,) = (copy / "unet").glob("*.safetensors")
        weights.write_bytes(weights.read_bytes()[:1000])

        with pytest.raises(errors.EngineFailed):
            load(copy)


class TestRunning:
    """Steps come while the pipeline works, and it ends when it should."""

    def test_steps_and_previews_come_in_order(self, pipe):
        steps, result = finished(drawing(pipe, preview=True))

        assert [step.done for step in steps] == [1, 2, 3, 4]
        assert {step.total for step in steps} == {STEPS}
        assert {step.preview.shape for step in steps} == {(SIDE // 2, SIDE // 2, 3)}
        (picture,) = result.pictures
        assert (picture.shape, picture.dtype) == ((SIDE, SIDE, 3), np.uint8)
        assert picture.std() > 5

    def test_without_a_wish_for_previews_there_are_none(self, pipe):
        assert {step.preview for step in finished(drawing(pipe))[0]} == {None}

    @pytest.mark.parametrize("steps", [1, 3])
    def test_a_scheduler_with_steps_of_its_own_is_counted_right(self, folder, steps):
        opened = load(folder)
        schedulers.use(opened, "pndm", opened.scheduler.config)

        seen, _ = finished(running.run(opened, arguments(num_inference_steps=steps), name="tiny"))

        assert seen[-1].done == seen[-1].total == len(seen)

    @pytest.mark.parametrize("stop_after", [0, 1, 2])
    def test_a_check_that_raises_ends_the_work_within_two_steps(self, pipe, stop_after):
        checked = []

        def check():
            checked.append(1)
            if len(checked) > stop_after:
                raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            finished(drawing(pipe, check=check))
        assert len(checked) == stop_after + 1
        assert not [t for t in threading.enumerate() if t.name == "diffusion"]

    def test_who_leaves_stops_it_within_two_steps_and_it_holds_nothing(self, pipe, monkeypatch):
        held = []
        step = type(pipe.scheduler).step

        def watched(*args, **kwargs):
            made = step(*args, **kwargs)
            held.append(weakref.ref(made[0]))
            return made

        monkeypatch.setattr(type(pipe.scheduler), "step", watched)
        steps = running.run(pipe, arguments(num_inference_steps=40), name="tiny")
        done = next(steps).done
        steps.close()

        assert not [t for t in threading.enumerate() if t.name == "diffusion"]
        # It works on while the first step is handed over; on a busy machine that may take a few.
        assert done <= len(held) < 20
        gc.collect()
        assert not [latents for latents in held if latents() is not None]

    def test_it_works_again_after_it_was_stopped(self, pipe):
        before = finished(drawing(pipe))[1]
        steps = drawing(pipe)
        next(steps)
        steps.close()

        assert np.array_equal(finished(drawing(pipe))[1].pictures[0], before.pictures[0])

    def test_what_breaks_off_is_a_typed_error(self, pipe):
        with pytest.raises(errors.EngineFailed):
            finished(running.run(pipe, arguments(prompt=7), name="tiny"))

    def test_too_little_memory_is_a_typed_error(self, pipe, monkeypatch):
        def refuse(*_args, **_kwargs):
            return torch.empty(2**50)

        monkeypatch.setattr(pipe.unet, "forward", refuse)

        with pytest.raises(errors.MemoryBudgetExceeded):
            finished(drawing(pipe))


class TestSeeds:
    """The same seed, the same picture."""

    def test_the_same_seed_gives_the_same_bytes_and_another_another(self, pipe):
        one, again, other = (finished(drawing(pipe, seed))[1].pictures[0] for seed in (7, 7, 8))

        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)

    def test_numbers_are_the_same_alone_and_beside_others(self):
        beside = [g.initial_seed() for g in seeds.generators(5, 4)]

        assert beside == [5, 6, 7, 8]
        assert [seeds.of(seeds.SEEDS - 1, index) for index in (0, 1)] == [seeds.SEEDS - 1, 0]

    def test_a_lower_precision_rounds_the_same_noise(self):
        noise = [
            torch.randn(64, generator=seeds.generators(3)[0], dtype=dtype).float()
            for dtype in (torch.float32, torch.bfloat16)
        ]

        assert torch.allclose(*noise, rtol=2**-8)


def _outgrow(weights):
    """Make sums of a VAE that float16 has no numbers for; it has the weights themselves."""
    weights["decoder.conv_in.weight"] *= 2e5


def _break(weights):
    weights["decoder.conv_in.weight"].fill_(float("nan"))


def _blacken(weights):
    weights["decoder.conv_out.weight"].zero_()
    weights["decoder.conv_out.bias"].fill_(-1)


# The safety checker looks at what is no number, too.
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
class TestChecks:
    """What is no picture is made once more, in float32."""

    def test_a_picture_of_no_numbers_is_made_again_in_float32(self, copy, tiny):
        tiny.diffusion.change(copy, "vae", _outgrow)
        rounded, plain = load(copy, "float16"), load(copy)

        seen, result = finished(drawing(rounded))

        assert result.made_again
        assert [step.done for step in seen] == [1, 2, 3, 4] * 2
        assert rounded.unet.dtype is rounded.vae.dtype is torch.float16
        expected = finished(drawing(plain))[1]
        assert not expected.made_again
        far = np.abs(result.pictures[0].astype(int) - expected.pictures[0].astype(int))
        assert far.mean() < 3  # the weights were rounded once

    def test_what_is_good_is_made_once(self, folder):
        seen, result = finished(drawing(load(folder, "bfloat16")))

        assert (len(seen), result.made_again) == (STEPS, False)

    @pytest.mark.parametrize(("dtype", "times"), [("float32", 1), ("bfloat16", 2)])
    def test_no_numbers_in_float32_either_is_a_typed_error(self, copy, tiny, dtype, times):
        tiny.diffusion.change(copy, "vae", _break)
        checked = []

        with pytest.raises(errors.EngineFailed):
            finished(drawing(load(copy, dtype), check=lambda: checked.append(1)))
        assert len(checked) == times * (1 + STEPS)

    @pytest.mark.parametrize(("dtype", "again"), [("float32", False), ("bfloat16", True)])
    def test_black_is_made_again_and_then_believed(self, copy, tiny, dtype, again):
        tiny.diffusion.change(copy, "vae", _blacken)

        result = finished(drawing(load(copy, dtype)))[1]

        assert result.made_again is again
        assert result.pictures[0].max() == 0

    def test_what_the_safety_checker_hides_is_not_made_again(self, folder, tiny):
        checker, preparation = tiny.diffusion.safety_checker(threshold=-2.0)
        opened = load(
            folder, safety_checker=checker.to(torch.bfloat16), feature_extractor=preparation
        )
        opened.to(torch.bfloat16)

        seen, result = finished(drawing(opened))

        assert (len(seen), result.hidden, result.made_again) == (STEPS, (True,), False)
        assert result.pictures[0].max() == 0


class TestPreviews:
    """A linear map from latents to colours."""

    def test_the_preview_of_latents_has_the_colours_of_the_picture(self, pipe):
        rows = torch.linspace(-1, 1, SIDE)
        picture = torch.stack([rows.expand(SIDE, SIDE), -rows.expand(SIDE, SIDE),
                               rows[:, None].expand(SIDE, SIDE)])[None]  # fmt: skip
        with torch.no_grad():
            latents = pipe.vae.encode(picture).latent_dist.mode() * pipe.vae.config.scaling_factor
            look = previews.colours(pipe, latents)

        small = ((picture[0].permute(1, 2, 0)[::2, ::2].numpy() + 1) / 2 * 255).ravel()
        assert (
            np.corrcoef(look.ravel(), small)[0, 1] > 0.5
        )  # a real VAE is nearer; another map's is 0

    def test_latents_of_another_form_have_none(self, pipe):
        assert previews.colours(pipe, torch.zeros(1, 1024, 64)) is None
        assert previews.colours(pipe, torch.zeros(1, 16, 8, 8)) is None

    def test_values_that_are_no_numbers_have_none(self, pipe):
        assert previews.colours(pipe, torch.full((1, 4, 8, 8), float("nan"))) is None

    def test_the_map_goes_with_its_pipeline(self, folder):
        opened = load(folder)
        with torch.no_grad():
            previews.colours(opened, torch.zeros(1, 4, 8, 8))
        held = weakref.ref(opened.vae)
        del opened
        gc.collect()

        assert held() is None


class TestSchedulers:
    """One key each, set up as the model wants."""

    @pytest.mark.parametrize("key", [k for k in schedulers.SCHEDULERS if k != "flow-euler"])
    def test_each_draws_and_reproduces(self, folder, key):
        opened = load(folder)
        schedulers.use(opened, key, opened.scheduler.config)

        one, again = (finished(drawing(opened))[1].pictures[0] for _ in range(2))

        assert np.array_equal(one, again)

    def test_one_after_another_leaves_no_trace(self, folder):
        opened = load(folder)
        config = opened.scheduler.config
        schedulers.use(opened, "dpmpp-2m", config)
        before = finished(drawing(opened))[1].pictures[0]
        for key in ("dpmpp-2m-karras", "euler-a", "dpmpp-2m"):
            schedulers.use(opened, key, config)

        assert np.array_equal(finished(drawing(opened))[1].pictures[0], before)
