"""The starter as it is in the repository: it draws what its card says, and says what it cannot."""

import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

from portfolio_core import catalog, starters
from portfolio_core.engines import text_to_image as drawing
from portfolio_core.engines.text_to_image.starter import FOLDER, StarterEngine
from portfolio_core.engines.text_to_image.vocabulary import World
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware
from portfolio_core.settings import MEBIBYTE, Limits, Preset
from portfolio_core.training.latent_diffusion import judge, making, measuring, world

ROOT = Path(__file__).resolve().parents[2]
MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
HERE = starters.folder(FOLDER)
WANTED = 0.8
PROMPT = "a cat to the left of a red heart on a blue background"


@pytest.fixture(scope="module")
def engine():
    model = catalog.embedded("text-to-image")
    return catalog.engine_class(model).load(None, MACHINE)


@pytest.fixture(scope="module")
def words():
    return World.load(HERE)


def drawn(engine, prompt=PROMPT, **form):
    form = {"prompt": prompt, "seed": 5, "steps": 4} | form
    wanted = drawing.request(form, abilities=engine.abilities, limits=Limits())
    items = list(engine.draw(wanted))
    steps = [item for item in items if isinstance(item, drawing.Step)]
    return steps, [item for item in items if isinstance(item, drawing.Drawn)]


def test_it_is_the_embedded_engine_of_its_task_and_small(engine):
    assert isinstance(engine, StarterEngine)
    assert sum(file.stat().st_size for file in HERE.rglob("*") if file.is_file()) < 22 * MEBIBYTE
    assert len(engine.revision) == 64


def test_every_file_of_it_travels_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["portfolio_core.starters"]
    packed = {file for pattern in patterns for file in HERE.parent.glob(pattern)}
    assert {file for file in HERE.rglob("*") if file.is_file()} <= packed


def test_its_calls_are_the_engines_defaults(engine, words):
    able, call = engine.abilities, words.call
    assert (able.side, able.steps, able.guidance) == (
        words.side,
        call["num_inference_steps"],
        call["guidance_scale"],
    )
    assert able.languages == tuple(words.examples)


def test_it_draws_step_by_step_with_previews(engine):
    steps, (made,) = drawn(engine)
    assert [(step.done, step.total) for step in steps] == [(n, 4) for n in (1, 2, 3, 4)]
    assert all(step.preview.shape == (16, 16, 3) for step in steps)
    assert (made.rgb.shape, made.rgb.dtype) == ((128, 128, 3), np.uint8)
    assert (made.seed, made.notes) == (5, ())


def test_a_seed_gives_the_same_picture_alone_and_beside_others(engine):
    _, both = drawn(engine, count=2)
    _, (alone,) = drawn(engine, seed=6)
    assert np.array_equal(both[1].rgb, alone.rgb)
    assert not np.array_equal(both[0].rgb, both[1].rgb)


@pytest.mark.parametrize("scheduler", StarterEngine.abilities.schedulers)
def test_every_scheduler_draws(engine, scheduler):
    _, (made,) = drawn(engine, scheduler=scheduler, steps=8)
    assert made.rgb.std() > 20


@pytest.mark.parametrize("scheduler", StarterEngine.abilities.schedulers)
def test_every_scheduler_draws_in_a_single_step(engine, scheduler):
    steps, (made,) = drawn(engine, scheduler=scheduler, steps=1)
    assert [(step.done, step.total) for step in steps] == [(1, 1)]
    assert made.rgb.shape == (128, 128, 3)


@pytest.fixture(scope="module")
def agreement(engine):
    """Share of twelve unseen combinations that are drawn as asked, in every respect."""
    scenes = measuring.unseen(12)
    made = [
        drawn(engine, world.caption(scene), seed=seed, steps=12)[1][0].rgb
        for seed, scene in enumerate(scenes)
    ]
    return judge.load(HERE / making.JUDGE).agreement(made, scenes)


def test_it_follows_prompts_that_it_never_saw(agreement):
    assert agreement >= WANTED


def test_what_lies_outside_of_its_world_is_told_beside_the_picture(engine):
    _, (made,) = drawn(engine, "a zebra to the left of a cat on a blue background")
    assert [(note.code, dict(note.fields)) for note in made.notes] == [
        ("outside_world", {"words": "zebra"})
    ]
    _, (made,) = drawn(engine, "the Eiffel tower")
    assert [note.code for note in made.notes] == ["outside_world"]
    _, (made,) = drawn(engine, "cat " * 40)
    assert [note.code for note in made.notes] == ["prompt_cut"]


def test_a_korean_prompt_draws_what_the_english_one_does(engine):
    _, (korean,) = drawn(engine, "파란 배경에 빨간 하트 두 개")
    _, (english,) = drawn(engine, "two red hearts on a blue background")
    assert np.array_equal(korean.rgb, english.rgb)
    assert korean.notes == ()


@pytest.mark.parametrize(
    ("prompt", "caption", "outside"),
    [
        ("A RED apple, 2 stars", "an apple two stars", ()),
        ("draw a grey circle under the sun", "a gray circle below the sun", ()),
        ("a kitty and a green dog", "a cat to the left of a dog", ("green dog",)),
        ("노을 배경에 고양이 왼쪽에 별", "a star to the left of a cat on a sunset background", ()),
        ("고양이는 강아지 왼쪽에 있는 그림", "a cat to the left of a dog", ()),
        ("보라색 배경에 로켓 아래에 노란 별",
         "a yellow star below a rocket on a purple background", ()),
        ("파란 고양이 세 마리와 성", "three cats", ("파란 고양이", "성")),
        ("사과 두 개와 하트", "an apple to the left of a heart", ("두",)),
        ("개와 집", "a dog to the left of a house", ()),
        ("흰 배경 왼쪽에 노란 별", "a yellow star on the left on a white background", ()),
        ("♥", "", ()),
    ],
)  # fmt: skip
def test_prompts_are_said_in_the_words_of_the_world(words, prompt, caption, outside):
    understood = words.understand(prompt)
    assert (understood.caption, understood.outside) == (caption, outside)


def test_reading_a_prompt_takes_no_longer_than_the_prompt(words):
    def seconds(prompt):
        began = time.perf_counter()
        words.understand(prompt)
        return time.perf_counter() - began

    for word in ("to the left ", "고양이들이 ", "a"):
        short = min(seconds(word * 500) for _ in range(3))
        assert seconds(word * 5_000) < 100 * short


def test_a_folder_without_its_world_is_refused(tmp_path):
    for file in HERE.rglob("*"):
        if file.is_file() and file.name != "world.json":
            (tmp_path / file.relative_to(HERE)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file.relative_to(HERE)).symlink_to(file)
    with pytest.raises(EngineFailed):
        StarterEngine.load(tmp_path, MACHINE)


def test_it_opens_with_plain_diffusers_too(words):
    from diffusers import DiffusionPipeline

    pipe = DiffusionPipeline.from_pretrained(HERE, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    call = words.call | {"num_inference_steps": 2}
    assert pipe(PROMPT, **call).images[0].size == (128, 128)
