"""What strangers may send to the Space text-to-image: each gets its typed error, and no more."""

import json
import random
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.media import corpus_images
from tests.spaces import callers
from tests.spaces.callers import FILE_DATA, upload

from portfolio_core.media import images
from portfolio_core.settings import MEBIBYTE

SECONDS = 280  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
refused = partial(callers.refused, seconds=SECONDS)
ASKED = {"prompt": "two red apples", "steps": 1, "seed": 1}

_VALUES = {
    "nothing": ({"prompt": " \n"}, "empty_text"),
    "no text": ({"prompt": 3}, "invalid_input"),
    "100,000 characters": ({"prompt": "a" * 100_000}, "text_too_long"),
    "as many not to see": ({"negative_prompt": "a" * 100_000}, "text_too_long"),
    "an odd width": ({"width": 65}, "size_not_multiple"),
    "a width of NaN": ({"width": float("nan")}, "number_out_of_range"),
    "a vast height": ({"height": 10**9}, "number_out_of_range"),
    "no height": ({"height": 0}, "number_out_of_range"),
    "a million steps": ({"steps": 10**6}, "number_out_of_range"),
    "half a step": ({"steps": 0.5}, "number_out_of_range"),
    "steps in words": ({"steps": "many"}, "number_out_of_range"),
    "guidance of NaN": ({"guidance": float("nan")}, "number_out_of_range"),
    "guidance without end": ({"guidance": float("inf")}, "number_out_of_range"),
    "a seed of 2^70": ({"seed": 2**70}, "number_out_of_range"),
    "a seed below 0": ({"seed": -1}, "number_out_of_range"),
    "a hundred pictures": ({"count": 100}, "number_out_of_range"),
    "no pictures": ({"count": 0}, "number_out_of_range"),
    "a list of counts": ({"count": [1]}, "number_out_of_range"),
    "an unknown scheduler": ({"scheduler": "../../x"}, "unknown_choice"),
    "an unknown style": ({"style": "nothing"}, "unknown_choice"),
    "a refiner for ever": ({"refine_from": 7}, "unknown_choice"),
    "a comparison of prompts": ({"compare": "prompt", "values": "a"}, "unknown_choice"),
    "a comparison of nothing": ({"compare": "steps", "values": " ,"}, "nothing_to_compare"),
    "one of words": ({"compare": "steps", "values": "few, many"}, "number_out_of_range"),
    "one of a million": (
        {"compare": "seed", "values": ",".join(map(str, range(10_000)))}, "too_many_pictures",
    ),
}  # fmt: skip
_PICTURES = {
    "pixel bomb": (corpus_images.pixel_bomb, "image_too_large"),
    "text bomb": (corpus_images.text_bomb, "image_unreadable"),
    "HTML": (lambda: b"<html><script>alert(1)</script></html>", "wrong_file_type"),
    "a photo": (corpus_images.photo_jpeg, "no_recipe"),
    "a recipe that is none": (lambda: noted(recipe="[" * 50_000), "no_recipe"),
    "a recipe of a list": (lambda: noted(recipe="[1]"), "no_recipe"),
    "a comment": (lambda: noted(parameters="drawn by hand"), "no_recipe"),
}


def noted(**text):
    """Return a PNG with text chunks."""
    return images.png_bytes(np.zeros((16, 16, 3), np.uint8), text=text)


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a tiny model."""
    folder = tmp_path_factory.mktemp("models")
    command = [python, "tests/spaces/tiny_text_to_image.py", str(folder)]
    return start_server(command, ready="/config")


@pytest.mark.parametrize("name", _VALUES)
def test_a_value_that_cannot_be_used_gets_its_own_error(space, name):
    values, code = _VALUES[name]

    assert f"[{code}]" in refused(space, "generate", **{**ASKED, **values})


@pytest.mark.parametrize("name", _PICTURES)
def test_a_picture_to_restore_from_gets_its_own_error(space, name):
    make, code = _PICTURES[name]

    assert f"[{code}]" in refused(space, "recipe", image=upload(space, make()))


def test_without_a_picture_it_says_so(space):
    assert "[no_file]" in refused(space, "recipe", image=None)


def test_what_was_not_uploaded_is_not_read(space, tmp_path):
    own = tmp_path / "own.png"
    own.write_bytes(noted(recipe="{}"))
    for path in (str(own), "/proc/self/environ"):
        event = call(space, "recipe", image={"path": path, "meta": FILE_DATA})

        assert event.kind == "error"
        assert path not in str(event.data)
    asked = {"path": "http://127.0.0.1:1/x.png", "meta": FILE_DATA}
    assert "[not_uploaded]" in refused(space, "recipe", image=asked)


def test_hostile_settings_in_a_picture_are_left_out_one_by_one(space):
    parameters = {
        "prompt": "<img src=x onerror=alert(1)>", "steps": 10**9, "seed": 2**70, "count": "many",
        "guidance": None, "width": [1], "scheduler": {"a": 1}, "style": "../x", "api_key": "x",
    }  # fmt: skip
    made = {"model": "<b>other</b>", "model_name": "x" * 10_000, "parameters": parameters}

    told = call(space, "recipe", image=upload(space, noted(recipe=json.dumps(made)))).data[0]

    assert told["settings"] == {"prompt": parameters["prompt"]} | (
        {"guidance": None} if "guidance" in told["settings"] else {}
    )
    left_out = {one["parameter"] for one in told["problems"] if one["code"] == "value"}
    assert left_out == {"steps", "seed", "count", "width", "scheduler", "style"}
    (model,) = (one for one in told["problems"] if one["code"] == "model")
    assert len(model["model"]) < 60


def test_of_a_picture_by_a1111_what_is_known_here_comes_back(space):
    text = (
        "two red apples\nNegative prompt: pears\nSteps: 4, Sampler: Restart, CFG scale: 3.5, "
        "Seed: 42, Size: 37x37, Model: dreamshaper_8, Clip skip: 2"
    )

    told = call(space, "recipe", image=upload(space, noted(parameters=text))).data[0]

    assert told["source"] == "a1111"
    assert told["settings"]["prompt"] == "two red apples"
    assert told["settings"]["seed"] == 42
    assert told["settings"]["steps"] == 4
    codes = [(one["code"], one.get("parameter", one.get("model"))) for one in told["problems"]]
    assert ("model", "“dreamshaper_8”") in codes
    assert ("value", "scheduler") in codes
    assert ("value", "width") in codes


def memory(space):
    """Return what the server holds, in bytes."""
    status = Path(f"/proc/{space.process.pid}/status").read_text("ascii")
    return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def test_any_combination_gets_an_answer_and_memory_comes_back(space, trials):
    call(space, "generate", **ASKED)
    before = memory(space)
    chance = random.Random(7)
    odd = {
        "prompt": ["apple", "", "\ud800", "a\0b", "{prompt}", "사과", "(a:1e9)", "((((" * 200, 7],
        "negative_prompt": ["", "x", None, 3],
        "style": ["", "ink", "none", 1],
        "width": [None, 0, 64, 65, 128, 1e300, "128"],
        "height": [None, -8, 64, 72, 128],
        "steps": [1, 2, 0, 51, 1.0, "1", True],
        "guidance": [None, 0, 1, 7.5, -1, 1e9, float("nan")],
        "scheduler": [None, "", "euler", "ddim", 5],
        "seed": [None, 0, 2**32 - 1, 2**32, -5, 1.5],
        "count": [1, 2, 5, None],
        "refine_from": [None, 0.5, 2],
        "compare": ["", "steps", "seed", "guidance"],
        "values": ["", "1, 2", "0", "nan"],
    }
    for _ in range(trials(300)):
        asked = {name: chance.choice(values) for name, values in odd.items()}

        event = call(space, "generate", **asked)

        if event.kind == "error":
            assert "internal_error" not in str(event.data), asked
            assert "engine_failed" not in str(event.data), asked
        else:
            assert event.data[1], asked
    assert memory(space) < before + 300 * MEBIBYTE


def test_korean_callers_get_korean_errors(space):
    asked = {**ASKED, "compare": "steps", "values": ""}
    told = refused(space, "generate", headers={"accept-language": "ko-KR"}, **asked)

    assert told.startswith("비교할 값이 없습니다")
