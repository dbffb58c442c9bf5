"""The Space text-to-image as it comes: with the starter, which needs no download."""

from functools import partial

import numpy as np
import pytest
from PIL import Image
from tests.spaces import callers

from portfolio_core import catalog
from portfolio_core.ui.picture_examples import examples

SECONDS = 280  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
OFFERED = examples(catalog.embedded("text-to-image"))


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("text-to-image", request.param)


def notes(space, prompt, **how):
    """Return the notes on a picture of ``prompt``, by code."""
    event = call(space, "generate", prompt=prompt, seed=1, **{"steps": 2, **how})
    assert event.kind == "complete", event.data
    return {note["code"]: note["text"] for note in event.data[2]}


@pytest.mark.parametrize("prompt", [*OFFERED["en"], *OFFERED["ko"]])
def test_every_example_is_in_its_world(space, prompt):
    assert notes(space, prompt) == {}


def test_what_is_not_in_its_world_is_said_beside_the_picture(space):
    told = notes(space, "two red apples and a zeppelin on a blue background")

    assert "zeppelin" in told["outside_world"]
    assert "apples" not in told["outside_world"]


def test_a_korean_caller_is_told_in_korean(space):
    headers = {"accept-language": "ko-KR"}
    event = call(space, "generate", headers, prompt="비행선", seed=1, steps=2)

    (note,) = event.data[2]
    assert note["text"].startswith("이 작은 모델이 배우지 않은 것입니다: 비행선")


def test_the_picture_is_of_the_models_size_and_follows_the_background(client):
    files, recipes, *_ = client.predict(
        prompt="two red apples on a blue background", seed=1, api_name="/generate"
    )

    rgb = np.asarray(Image.open(files[0]).convert("RGB")).astype(int)
    corner = rgb[:12, :12].mean(axis=(0, 1))
    assert rgb.shape == (128, 128, 3)
    assert corner[2] > corner[0] + 30
    assert recipes[0]["model"] == "text-to-image-starter"


def test_a_size_that_it_cannot_draw_is_refused(space):
    told = callers.refused(space, "generate", prompt="a cat", width=512, seconds=SECONDS)

    assert "[number_out_of_range]" in told


def test_the_most_steps_that_it_tells_of_are_the_most_that_it_takes(space):
    (able,) = call(space, "abilities").data
    told = callers.refused(
        space, "generate", prompt="a cat", steps=able["most_steps"] + 1, seconds=SECONDS
    )

    assert f"from 1 to {able['most_steps']}." in told


def test_a_guidance_that_it_cannot_use_is_refused_in_plain_numbers(space):
    told = callers.refused(space, "generate", prompt="a cat", guidance=31, seconds=SECONDS)

    assert "from 0 to 30." in told
