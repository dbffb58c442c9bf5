"""The Space text-to-image with a model that has a refiner: without it and with it, side by side."""

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image
from tests.spaces.callers import refused

SECONDS = 280  # of one call, on a busy machine
ASKED = {"prompt": "two red apples", "seed": 7, "steps": 4, "api_name": "/generate"}


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a tiny SDXL."""
    folder = tmp_path_factory.mktemp("models")
    command = [python, "tests/spaces/tiny_text_to_image.py", str(folder), "refined"]
    return start_server(command, ready="/config")


@pytest.fixture(scope="module")
def both(client):
    """What /generate gives without and with the refiner."""
    return client.predict(**ASKED, compare="refine_from", values="none, 0.5")


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def test_base_and_refined_come_from_one_seed_and_differ(both):
    files, recipes, _, sheet = both

    assert [one["parameters"]["refine_from"] for one in recipes] == [None, 0.5]
    assert {one["seed"] for one in recipes} == {7}
    assert (pixels(files[0]) != pixels(files[1])).any()
    assert pixels(sheet).shape[1] > 2 * pixels(files[0]).shape[1]


def test_each_of_them_comes_again_from_its_own_recipe(client, both):
    for file, recipe in zip(*both[:2], strict=True):
        (again,), *_ = client.predict(**recipe["parameters"], api_name="/generate")

        assert (pixels(again) == pixels(file)).all()


def test_the_files_say_where_the_refiner_took_over(both):
    texts = [Image.open(file).text for file in both[0]]

    assert "Refiner switch at: 0.5" in texts[1]["parameters"]
    assert "Refiner" not in texts[0]["parameters"]
    assert json.loads(texts[1]["recipe"])["parameters"]["refine_from"] == 0.5


@pytest.mark.parametrize("share", [-0.1, 7, float("nan")])
def test_a_share_that_is_none_is_refused(space, share):
    wrong = partial(refused, space, "generate", seconds=SECONDS)

    assert "[number_out_of_range]" in wrong(prompt="two red apples", refine_from=share)
