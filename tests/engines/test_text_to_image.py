"""Text to image: requests, and the engines on tiny pipelines of their real classes."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from portfolio_core import errors
from portfolio_core.engines import text_to_image as drawing
from portfolio_core.engines.diffusion import loading, prompts, weighting
from portfolio_core.engines.text_to_image import sdxl as sdxl_engine
from portfolio_core.engines.text_to_image.lcm import LcmEngine
from portfolio_core.engines.text_to_image.pipeline import WeighingEngine
from portfolio_core.engines.text_to_image.sdxl import SdxlEngine
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Limits, Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
LIMITS = Limits()
ABLE = SdxlEngine.abilities
STEPS = 4
REAL_REFINER = dict(sdxl_engine.REFINER_UNET)
PLAIN = {"prompt": "a red fox", "seed": 7, "width": 64, "height": 64, "steps": STEPS}


def _small(abilities):
    """What the tiny pipelines draw: the same, smaller."""
    return replace(abilities, side=64, smallest=32, largest=128)


class PlainEngine(WeighingEngine):
    """Stable Diffusion 1 as it comes."""

    KEY = "plain"
    abilities = replace(
        ABLE, refines=False, guidance=7.0, schedulers=("ddim", "euler-a", "dpmpp-2m", "lcm")
    )


def _as_told(patch, tiny):
    """Count as the hardware says, and expect the refiner that is there."""
    for module in (loading, sdxl_engine):
        patch.setattr(module, "product_type", lambda hardware: hardware.dtype)
    patch.setattr(sdxl_engine, "REFINER_UNET", tiny.diffusion.refiner_unet())


def lcm(tiny, folder):
    return LcmEngine.load(tiny.diffusion.lcm(folder), MACHINE)


def sdxl(tiny, folder):
    return SdxlEngine.load(tiny.diffusion.sdxl_with_refiner(folder), MACHINE)


def plain(tiny, folder):
    return PlainEngine.load(tiny.diffusion.text_to_image(folder), MACHINE)


@pytest.fixture(scope="module", params=[plain, sdxl, lcm], ids=lambda make: make.__name__)
def engine(request, tiny, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        _as_told(patch, tiny)
        yield request.param(tiny, tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def refining(tiny, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        _as_told(patch, tiny)
        yield sdxl(tiny, tmp_path_factory.mktemp("sdxl"))


def drawn(engine, **form):
    """Return the steps and the pictures of a request."""
    wanted = drawing.request({**PLAIN, **form}, abilities=_small(engine.abilities), limits=LIMITS)
    items = list(engine.draw(wanted))
    steps = [item for item in items if isinstance(item, drawing.Step)]
    return steps, [item for item in items if isinstance(item, drawing.Drawn)]


def picture(engine, **form):
    return drawn(engine, **form)[1][0].rgb


class TestEveryEngine:
    """The contract of the task."""

    def test_it_draws_step_by_step(self, engine):
        steps, (made,) = drawn(engine)

        assert [(step.done, step.total) for step in steps] == [(n, 4) for n in (1, 2, 3, 4)]
        assert all(step.preview.ndim == 3 for step in steps)
        assert (made.rgb.shape, made.rgb.dtype) == ((64, 64, 3), np.uint8)
        assert (made.index, made.seed, made.notes) == (0, 7, ())

    def test_the_size_is_the_one_that_is_wanted(self, engine):
        assert picture(engine, width=96, height=40).shape == (40, 96, 3)

    def test_a_picture_is_the_same_alone_and_beside_others(self, engine):
        steps, together = drawn(engine, count=3)

        assert [made.seed for made in together] == [7, 8, 9]
        assert [(step.done, step.total) for step in steps] == [(n, 12) for n in range(1, 13)]
        for made in together:
            assert np.array_equal(made.rgb, picture(engine, seed=made.seed))
        assert not np.array_equal(together[0].rgb, together[1].rgb)

    def test_seeds_go_on_from_the_last_at_the_first(self, engine):
        _, made = drawn(engine, seed=drawing.SEEDS - 1, count=2)

        assert [one.seed for one in made] == [drawing.SEEDS - 1, 0]

    def test_prompt_and_steps_change_the_picture(self, engine):
        first = picture(engine)

        assert not np.array_equal(first, picture(engine, prompt="a blue house"))
        assert not np.array_equal(first, picture(engine, steps=2))

    def test_a_negative_prompt_changes_it_where_the_engine_says_so(self, engine):
        same = np.array_equal(picture(engine), picture(engine, negative_prompt="a dog"))

        assert same is not engine.abilities.negative

    def test_every_scheduler_draws_and_repeats(self, engine):
        for scheduler in engine.abilities.schedulers:
            one, again = (picture(engine, scheduler=scheduler) for _ in range(2))
            assert np.array_equal(one, again), scheduler

    def test_a_weight_changes_the_picture_and_its_opposite_another_way(self, engine):
        pictures = [picture(engine, prompt=f"a (red:{w}) fox") for w in (1, 1.5, 0.5)]

        assert np.array_equal(pictures[0], picture(engine))
        assert not np.array_equal(pictures[0], pictures[1])
        assert not np.array_equal(pictures[1], pictures[2])

    def test_what_stands_behind_77_tokens_counts(self, engine):
        long = "red fox, " * 12
        _, (made,) = drawn(engine, prompt=long + "at night")

        assert not np.array_equal(made.rgb, picture(engine, prompt=long + "by day"))
        assert made.notes == ()

    def test_the_end_of_a_very_long_prompt_is_cut_and_said_so(self, engine):
        _, (made,) = drawn(engine, prompt="red fox, " * 100)

        assert [note.code for note in made.notes] == ["prompt_cut"]

    def test_a_check_that_raises_ends_it_within_two_steps(self, engine):
        checked = []

        def check():
            checked.append(1)
            if len(checked) > 3:
                raise errors.Cancelled

        wanted = drawing.request({**PLAIN}, abilities=_small(engine.abilities), limits=LIMITS)
        with pytest.raises(errors.Cancelled):
            list(engine.draw(wanted, check))
        assert len(checked) == 4

    def test_without_a_folder_it_says_that_the_hub_is_needed(self, engine):
        with pytest.raises(errors.HubUnreachable):
            type(engine).load(None, MACHINE)


class TestLcm:
    """Stable Diffusion with a LoRA that is part of it."""

    def test_the_lora_changes_the_picture_and_is_part_of_the_weights(self, tiny, tmp_path):
        folder = tiny.diffusion.lcm(tmp_path / "lcm")
        engine = LcmEngine.load(folder, MACHINE)
        (pipe,) = engine.pipes
        without = loading.pipeline(folder, MACHINE, name="plain", vae=pipe.vae)

        assert not hasattr(pipe.unet, "peft_config")
        changed = [
            name
            for (name, one), other in zip(
                pipe.unet.state_dict().items(), without.unet.state_dict().values(), strict=True
            )
            if not torch.equal(one, other)
        ]
        assert changed
        assert all("attn" in name for name in changed)

    def test_with_guidance_a_negative_prompt_counts(self, tiny, tmp_path):
        engine = lcm(tiny, tmp_path / "lcm")
        pictures = [picture(engine, guidance=2, negative_prompt=text) for text in ("", "a dog")]

        assert not np.array_equal(*pictures)

    def test_a_lora_that_is_a_pickle_is_refused(self, tiny, tmp_path):
        folder = tiny.diffusion.lcm(tmp_path / "lcm")
        (file,) = (folder / "lcm").glob("*.safetensors")
        torch.save({}, file)

        with pytest.raises(errors.EngineFailed):
            LcmEngine.load(folder, MACHINE)


class TestSdxl:
    """Base and refiner, one after another."""

    def test_the_refiner_takes_over_and_the_steps_are_those_of_one_picture(self, refining):
        steps, (made,) = drawn(refining, refine_from=0.5)

        assert [(step.done, step.total) for step in steps] == [(n, 4) for n in (1, 2, 3, 4)]
        assert not np.array_equal(made.rgb, picture(refining))

    def test_the_hand_over_repeats_and_depends_on_where_it_is(self, refining):
        one, again, other = (picture(refining, refine_from=at) for at in (0.5, 0.5, 0.8))

        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)

    @pytest.mark.parametrize("share", [0, 0.001, 1])
    def test_a_share_that_leaves_nothing_to_one_of_them_is_left_to_the_base(self, refining, share):
        assert np.array_equal(picture(refining, refine_from=share), picture(refining))

    def test_both_begin_with_the_same_noise(self, refining):
        """The more the base does, the nearer the result is to what it makes alone."""
        alone = picture(refining, steps=10).astype(float)
        far = [
            np.abs(picture(refining, steps=10, refine_from=at) - alone).mean() for at in (0.1, 0.9)
        ]

        assert far[1] < far[0]

    def test_the_refiner_shares_what_is_the_same(self, refining):
        base, refiner = refining.pipes

        assert base.vae is refiner.vae
        assert base.text_encoder_2 is refiner.text_encoder_2

    def test_the_refiners_weights_are_those_of_its_file(self, refining, tiny):
        (_, refiner) = refining.pipes
        expected = tiny.diffusion._refiner_unet().state_dict()

        for name, weight in refiner.unet.state_dict().items():
            assert torch.equal(weight, expected[name]), name


class TestPrompts:
    """Prompts as numbers."""

    @pytest.mark.parametrize("negative", ["", "a dog"])
    def test_a_plain_prompt_is_read_as_the_pipeline_reads_it(self, refining, negative):
        (pipe, _) = refining.pipes
        names = ("prompt", "negative_prompt", "pooled_prompt", "negative_pooled_prompt")
        told = pipe.encode_prompt("a red fox", device="cpu", negative_prompt=negative or None)

        read = prompts.read(pipe, "a red fox", negative)

        for name, expected in zip(names, told, strict=True):
            assert torch.equal(read[f"{name}_embeds"], expected), name

    @pytest.mark.parametrize(
        ("prompt", "expected"),
        [
            ("a fox", [("a fox", 1)]),
            ("a (red:1.3) fox", [("a ", 1), ("red", 1.3), (" fox", 1)]),
            ("(a)[b]((c))", [("a", 1.1), ("b", 1 / 1.1), ("c", 1.21)]),
            ("(a [b:1] c:1.5)", [("a ", 1.5), ("b:1", 1.5 / 1.1), (" c", 1.5)]),
            (r"\(a\) \[b\] \\", [(r"(a) [b] " + "\\", 1)]),
            ("(a", [("(a", 1)]),
            ("a) b:2) c]", [("a) b:2) c]", 1)]),
            ("(a:99) (b:0)", [("a", 2), (" ", 1), ("b", 0)]),
            ("time: 10:30", [("time: 10:30", 1)]),
            ("", []),
        ],
    )
    def test_weights_are_read_as_the_web_ui_reads_them(self, prompt, expected):
        pieces = weighting.pieces(prompt)

        assert [piece.text for piece in pieces] == [text for text, _ in expected]
        assert [piece.weight for piece in pieces] == pytest.approx([w for _, w in expected])

    @pytest.mark.parametrize("sign", ["(", "[", "((", "()", ":1)", "(a:1", "\\", ":    "])
    def test_many_signs_are_read_quickly_and_lose_nothing_but_what_they_mean(self, sign):
        pieces = weighting.pieces(sign * (2000 // len(sign)))

        assert all(weighting.LIGHTEST <= piece.weight <= weighting.HEAVIEST for piece in pieces)


def _resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_many_pictures_leave_the_memory_where_it_was(tiny, tmp_path, trials, monkeypatch):
    """Growth over the second half, with a wide margin: a leak of a picture's parts is megabytes."""
    _as_told(monkeypatch, tiny)
    engine = plain(tiny, tmp_path)
    count = trials(100)
    for index in range(count):
        drawn(engine, seed=index, steps=1)
    before = _resident_bytes()
    for index in range(count):
        drawn(engine, seed=index, steps=1)

    assert _resident_bytes() - before < 40 * 2**20


@pytest.mark.parametrize("part", ["refiner", "vae_fp16"])
def test_weights_that_are_missing_are_a_typed_error(tiny, tmp_path, part):
    folder = tiny.diffusion.sdxl_with_refiner(tmp_path)
    shutil.rmtree(folder / part)

    with pytest.raises(errors.EngineFailed):
        SdxlEngine.load(folder, MACHINE)


def test_weights_of_another_model_are_a_typed_error(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(sdxl_engine, "REFINER_UNET", REAL_REFINER)

    with pytest.raises(errors.EngineFailed):  # the tiny refiner is not what SDXL's is
        SdxlEngine.load(tiny.diffusion.sdxl_with_refiner(tmp_path), MACHINE)


def test_the_refiner_is_as_large_as_the_file_it_comes_in():
    """6,075,981,930 bytes, less its text encoder, its VAE and the file's head."""
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(REAL_REFINER)

    text_encoder, vae = 694_659_841, 83_653_863
    published = 2 * (sum(p.numel() for p in unet.parameters()) + text_encoder + vae)
    assert published == pytest.approx(6_075_981_930, rel=1e-3)
