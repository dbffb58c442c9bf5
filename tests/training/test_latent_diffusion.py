"""The small latent diffusion model: its world, how it learns, and that a kill changes nothing."""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from portfolio_core.engines.text_to_image.vocabulary import World
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training.latent_diffusion import (
    about_world,
    autoencoder,
    denoiser,
    judge,
    language,
    latents,
    making,
    measuring,
    pipeline,
    tokens,
    world,
)
from portfolio_core.training.latent_diffusion.drawing import FONT, SIDE, draw
from portfolio_core.training.latent_diffusion.making import Order
from portfolio_core.training.latent_diffusion.world import ONLY_SHAPES, Scene, Thing, scene_with

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
CODER = autoencoder.Sizes(channels=8, latent=4, blocks=(1,) * 4, decoder_blocks=(1,) * 4)
SIZES = denoiser.Sizes(heads=1, layers=1, words=32, word_layers=1)
CODER_PLAN = autoencoder.Plan(steps=5, batch=2, half=False)
PLAN = denoiser.Plan(steps=6, batch=4, half=False)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks this small wait for a second thread longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def order(folder, **changed):
    settings = {
        "out": folder / "out",
        "work": folder / "work",
        "coder": CODER_PLAN,
        "decoder": autoencoder.Plan(steps=3, batch=2, half=False),
        "plan": PLAN,
        "pool": 12,
        "judge_steps": 2,
        "coder_sizes": CODER,
        "sizes": SIZES,
        "kinds": ONLY_SHAPES,
    }
    return Order(**settings | changed)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    making.make(order(folder), MACHINE, lambda _: None)
    return folder / "out"


def test_captions_say_what_is_drawn_in_each_way():
    cat, star = Thing("cat"), Thing("star", "red")
    beside = Scene("beside", cat, star, "orange")
    said = {world.any_caption(beside, np.random.default_rng(seed)) for seed in range(900)}
    assert said == {
        f"{what}{ending}"
        for what in ("a cat to the left of a red star", "a red star to the right of a cat")
        for ending in ("", ", orange background", " on an orange background")
    }
    assert world.caption(Scene("three", star, None, "blue")) == (
        "three red stars on a blue background"
    )


def test_about_one_combination_in_ten_is_held_out_whatever_its_background():
    random = np.random.default_rng(0)
    scenes = [world.any_scene(random) for _ in range(3000)]
    assert 0.06 < np.mean([scene.held_out for scene in scenes]) < 0.14
    by_combination = {}
    for scene in scenes:
        by_combination.setdefault(scene.combination, set()).add(scene.held_out)
    assert all(len(answers) == 1 for answers in by_combination.values())
    assert not any(world.seen_scene(random).held_out for _ in range(300))
    assert all(world.unseen_scene(random).held_out for _ in range(30))


def test_of_more_unseen_combinations_than_there_are_all_are_taken():
    with_robot = partial(scene_with, thing=Thing("robot"), held_out=True)

    scenes = measuring.unseen(1000, with_robot)

    # 287 arrangements have a robot, one in ten is held out.
    assert 20 <= len({scene.combination for scene in scenes}) == len(scenes) <= 40
    assert all(scene.held_out for scene in scenes)


def test_every_word_of_every_caption_has_a_number_of_its_own():
    tokenizer = tokens.tokenizer(world.words())
    random = np.random.default_rng(0)
    for _ in range(200):
        ids = tokenizer(world.any_caption(world.any_scene(random), random)).input_ids
        assert tokenizer.unk_token_id not in ids
        assert len(ids) <= tokens.MOST_TOKENS
    assert tokenizer.unk_token_id in tokenizer("a zebra").input_ids


def test_one_thing_changed_is_another_scene_of_the_same_kind():
    random = np.random.default_rng(1)
    for _ in range(300):
        scene = world.any_scene(random)
        other = world.one_changed(scene, random)
        fields = ("layout", "first", "second", "background")
        assert sum(getattr(scene, f) != getattr(other, f) for f in fields) == 1


def test_shapes_are_drawn_where_the_scene_says():
    random = np.random.default_rng(0)
    scene = Scene("beside", Thing("circle", "red"), Thing("square", "blue"), "white")
    picture = draw(scene, random).astype(int)
    assert picture.shape == (SIDE, SIDE, 3)
    left, right = picture[64, 34], picture[64, 94]
    assert left[0] - left[2] > 90
    assert right[2] - right[0] > 90


@pytest.mark.skipif(not FONT.exists(), reason="fonts-noto-color-emoji is not installed")
def test_emoji_are_drawn_in_their_colours():
    picture = draw(Scene("middle", Thing("car"), None, "blue"), np.random.default_rng(0))
    red, green, blue = picture[62:74, 50:78].reshape(-1, 3).mean(0)
    assert red > max(green, blue) + 10


def test_the_autoencoder_and_the_denoiser_learn(tmp_path):
    losses = []
    plan = autoencoder.Plan(steps=40, batch=2, rate=3e-3, half=False)
    coder = autoencoder.fit(
        CODER, plan, tmp_path / "a", kinds=ONLY_SHAPES, note=lambda _, loss: losses.append(loss)
    )
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])
    scenes = latents.scenes(8, 0, ONLY_SHAPES)
    pictures = latents.scaled(coder, latents.pool(coder, scenes, 0, tmp_path / "pool"))
    assert pictures.std().item() == pytest.approx(1, abs=0.01)
    learner = a_learner(tmp_path / "d", denoiser.Plan(steps=40, batch=8, rate=5e-3, half=False))
    losses.clear()
    learner.fit(pictures, scenes, note=lambda _, loss: losses.append(loss))
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])


def a_learner(folder, plan):
    torch.manual_seed(0)
    tokenizer = tokens.tokenizer(world.words())
    return denoiser.Learner(
        denoiser.build(SIZES, 4, 16, len(tokenizer)), plan, SIZES, tokenizer, folder
    )


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_latent_diffusion import *
torch.set_num_threads(1)
folder = Path(sys.argv[1])
scenes = latents.scenes(8, 0, ONLY_SHAPES)
pictures = torch.randn(8, 4, 16, 16, generator=torch.Generator().manual_seed(0))
def note(step, _):
    if step == 4:
        os.kill(os.getpid(), signal.SIGKILL)
a_learner(folder, PLAN).fit(pictures, scenes, every=3, note=note)
"""


def test_a_killed_training_ends_as_one_that_was_not(tmp_path):
    scenes = latents.scenes(8, 0, ONLY_SHAPES)
    pictures = torch.randn(8, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    whole = a_learner(tmp_path / "whole", PLAN)
    whole.fit(pictures, scenes)
    here = str(Path(__file__).parent)
    command = [sys.executable, "-P", "-c", KILLED, str(tmp_path / "killed"), here]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    again = a_learner(tmp_path / "killed", PLAN)
    assert again.step == 3
    again.fit(pictures, scenes)
    for part in ("transformer", "text_encoder"):
        one, other = (getattr(run.averaged(), part).state_dict() for run in (whole, again))
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_training_of_other_settings_is_not_taken_up(tmp_path):
    scenes = latents.scenes(8, 0, ONLY_SHAPES)
    a_learner(tmp_path, PLAN).fit(torch.zeros(8, 4, 16, 16), scenes)
    assert a_learner(tmp_path, PLAN).step == PLAN.steps
    assert a_learner(tmp_path, denoiser.Plan(steps=6, batch=2, half=False)).step == 0


def test_the_folder_opens_with_diffusers_and_draws(made):
    from diffusers import DiffusionPipeline

    pipe = DiffusionPipeline.from_pretrained(made, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    call = World.load(made).call | {"num_inference_steps": 2}
    picture = pipe("a red star", output_type="np", **call).images
    assert picture.shape == (1, SIDE, SIDE, 3)
    assert np.isfinite(picture).all()


def test_started_again_nothing_is_made_twice(made):
    before = (made / "transformer" / "diffusion_pytorch_model.safetensors").read_bytes()
    said = []
    making.make(order(made.parent), MACHINE, said.append)
    after = (made / "transformer" / "diffusion_pytorch_model.safetensors").read_bytes()
    assert (after, said) == (before, [])


def test_the_judge_tells_the_scenes_that_it_was_asked_about(tmp_path):
    judged = judge.train(2, kinds=ONLY_SHAPES, batch=4)
    judged.save(tmp_path / "judge.safetensors")
    again = judge.load(tmp_path / "judge.safetensors")
    random = np.random.default_rng(0)
    pictures = [draw(world.any_scene(random, ONLY_SHAPES), random) for _ in range(6)]
    shown = again.scenes(pictures)
    assert again.agreement(pictures, shown) == 1
    assert again.agreement(pictures, [world.one_changed(s, random) for s in shown]) == 0


def test_the_world_beside_the_weights_understands_its_own_captions(tmp_path):
    about_world.write(tmp_path)
    told = World.load(tmp_path)
    assert dict(told.call) == pipeline.CALL
    random = np.random.default_rng(0)
    for _ in range(300):
        caption = world.any_caption(world.any_scene(random), random)
        understood = told.understand(caption)
        assert understood.outside == ()
        assert understood.caption == caption.replace(",", "")
    for prompts in language.EXAMPLES.values():
        assert all(told.understand(prompt).outside == () for prompt in prompts)
    known = {*world.words(), "background", "left", "right", "top", "bottom", "middle", "beside", ""}
    assert set(told.korean.values()) <= known | set(json.loads('["a"]'))
