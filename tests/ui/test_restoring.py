"""How a picture was made, read from its file: what is right comes back, the rest is told apart."""

import json

import numpy as np
import pytest

from portfolio_core.catalog import Model
from portfolio_core.errors import NoRecipe, NumberOutOfRange, WrongFileType
from portfolio_core.media import images
from portfolio_core.settings import Limits, Preset
from portfolio_core.ui.restoring import restored

HERE = Model(
    key="here", name="Here 1.0", tasks=("text-to-image",), preset=Preset.EMBEDDED, engine="a:B",
    licence="Apache-2.0", source="https://example.org", languages=("en",), memory_bytes=1,
)  # fmt: skip
KNOWN = {"prompt": "-", "steps": 4, "seed": 0, "width": 64, "height": 64}


def check(arguments):
    """Refuse what a model of at most 64 x 128 pixels and 50 steps would."""
    if not isinstance(arguments["steps"], int) or not 0 < arguments["steps"] <= 50:
        raise NumberOutOfRange("steps", arguments["steps"], 1, 50)
    if arguments["width"] * arguments["height"] > 64 * 128:
        raise NumberOutOfRange("width", arguments["width"], 1, 128)


@pytest.fixture
def read(tmp_path):
    """Read what a PNG with these text chunks says."""

    def read(**text):
        file = tmp_path / "a.png"
        file.write_bytes(images.png_bytes(np.zeros((16, 16, 3), np.uint8), text=text))
        return restored(file, known=KNOWN, check=check, model=HERE, revision="r1", limits=Limits())

    return read


def recipe(parameters, model="here", revision="r1"):
    told = {"model": model, "model_name": "Here 1.0", "revision": revision}
    return json.dumps({**told, "parameters": parameters})


def codes(found):
    return [(one.code, *one.fields.values()) for one in found.problems]


def test_our_own_recipe_comes_back_whole(read):
    found = read(recipe=recipe({"prompt": "a fox", "steps": 8, "seed": 5}))

    assert found.source == "recipe"
    assert found.settings == {"prompt": "a fox", "steps": 8, "seed": 5}
    assert found.problems == ()


def test_our_own_recipe_comes_before_the_text_of_a1111(read):
    text = "a cat\nSteps: 9, Sampler: Euler, Seed: 1"

    found = read(recipe=recipe({"prompt": "a fox"}), parameters=text)

    assert found.settings == {"prompt": "a fox"}


def test_a_value_that_cannot_be_used_is_left_out_and_the_rest_stays(read):
    found = read(recipe=recipe({"prompt": "a fox", "steps": 10**9, "seed": 5}))

    assert found.settings == {"prompt": "a fox", "seed": 5}
    assert codes(found) == [("value", "steps", "“1000000000”")]


def test_values_that_are_right_alone_and_wrong_together_do_not_come_back_together(read):
    found = read(recipe=recipe({"width": 128, "height": 128}))

    assert found.settings == {"width": 128}
    assert [code[:2] for code in codes(found)] == [("value", "height")]


def test_what_the_endpoint_does_not_know_is_not_taken_over(read):
    assert read(recipe=recipe({"prompt": "a", "api_key": "x", "__class__": 1})).settings == {
        "prompt": "a"
    }


def test_another_model_is_named(read):
    told = json.dumps({"model": "sdxl", "model_name": "SDXL <b>", "parameters": {"prompt": "a"}})

    assert codes(read(recipe=told)) == [("model", "“SDXL <b>”", "Here 1.0")]


def test_other_weights_of_the_same_model_are_told(read):
    assert codes(read(recipe=recipe({"prompt": "a"}, revision="r2"))) == [("revision", "Here 1.0")]


def test_the_text_of_a1111_comes_back_with_what_is_known_here(read):
    text = (
        "a fox, (snow:1.2)\nNegative prompt: people\nSteps: 20, Sampler: Restart, Seed: 42, "
        "Size: 64x128, Model: dreamshaper_8"
    )

    found = read(parameters=text)

    assert found.source == "a1111"
    assert found.settings == {
        "prompt": "a fox, (snow:1.2)", "steps": 20, "seed": 42, "width": 64, "height": 128,
    }  # fmt: skip
    assert codes(found) == [
        ("model", "“dreamshaper_8”", "Here 1.0"),
        ("value", "scheduler", "“Restart”"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"Comment": "a fox"},
        {"parameters": "a fox"},
        {"parameters": ""},
        {"recipe": "no JSON"},
        {"recipe": "[" * 60_000},
        {"recipe": '{"parameters": [1]}'},
        {"recipe": "1" * 60_000},
        {"recipe": "null"},
    ],
    ids=range(9),
)
def test_a_picture_that_does_not_say_is_an_error(read, text):
    with pytest.raises(NoRecipe):
        read(**text)


def test_what_is_no_picture_is_an_error_of_its_own(tmp_path):
    (tmp_path / "a.png").write_text("{}")

    with pytest.raises(WrongFileType):
        restored(
            tmp_path / "a.png", known=KNOWN, check=check, model=HERE, revision="", limits=Limits()
        )


def test_a_long_value_is_quoted_short(read):
    found = read(recipe=recipe({"steps": "x" * 10_000}, model="m" * 10_000))

    assert all(len(value) < 60 for one in found.problems for value in one.fields.values())
