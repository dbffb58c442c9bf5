"""The text form of parameters that other programs write and read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.engines.diffusion import infotext
from portfolio_core.engines.diffusion.schedulers import SCHEDULERS

WHOLE = {
    "prompt": "a lighthouse, at dusk:\n(stormy:1.3) sea",
    "negative_prompt": "people, boats",
    "steps": 20,
    "scheduler": "dpmpp-2m-karras",
    "guidance": 6.5,
    "seed": 2**32 - 1,
    "width": 1152,
    "height": 896,
    "model": "sdxl, base: 1.0",
    "strength": 0.75,
    "refine_from": 0.8,
}


def test_what_is_written_is_read_back():
    assert infotext.read(infotext.write(WHOLE)) == WHOLE


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_is_written_and_read(scheduler):
    told = {"prompt": "a", "scheduler": scheduler, "seed": 1}

    assert infotext.read(infotext.write(told)) == told


def test_names_without_a_place_are_left_out():
    assert infotext.write({"prompt": "a", "seed": 1, "steps": 2, "preset": "auto"}) == (
        "a\nSteps: 2, Seed: 1"
    )


@pytest.mark.parametrize(
    "sampler", ["Sampler: DPM++ 2M Karras", "Sampler: DPM++ 2M, Schedule type: Karras"]
)
def test_a_file_of_the_web_ui_is_read(sampler):
    text = (
        "portrait of (a fox:1.2), studio light\n"
        "Negative prompt: blurry, (bad:1.4)\n"
        f"Steps: 28, {sampler}, CFG scale: 7, Seed: 1234567890, Size: 512x768, "
        'Model hash: 31e35c80fc, Model: sd_xl_base, Lora hashes: "a: 1, b: 2", Version: v1.9.3'
    )

    assert infotext.read(text) == {
        "prompt": "portrait of (a fox:1.2), studio light",
        "negative_prompt": "blurry, (bad:1.4)",
        "steps": 28,
        "scheduler": "dpmpp-2m-karras",
        "guidance": 7.0,
        "seed": 1234567890,
        "width": 512,
        "height": 768,
        "model": "sd_xl_base",
    }


@pytest.mark.parametrize(
    "line",
    [
        "Steps: -1, Seed: 99999999999999999999, Size: 0x10, CFG scale: nan",
        "Steps: 1e9, Seed: 4294967296, Size: 99999x1, CFG scale: 1e400",
        "Steps: ٣, Seed: true, Size: 1x, CFG scale: inf, Denoising strength: 2",
        'Steps: "7\\x", Sampler: ../../x, Seed: , CFG scale: 9999999',
    ],
)
def test_values_that_cannot_be_are_left_out(line):
    assert set(infotext.read(f"a\n{line}")) <= {"prompt", "height"}


def test_a_text_of_something_else_is_a_prompt():
    assert infotext.read("Dear reader: hello") == {"prompt": "Dear reader: hello"}


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    for value in infotext.read(text).values():
        assert isinstance(value, str) or math.isfinite(value)


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)


@given(_TEXT.filter(lambda text: "Negative prompt" not in text), _TEXT)
def test_any_prompt_comes_back(prompt, negative):
    told = infotext.write({"prompt": prompt, "negative_prompt": negative, "steps": 2, "seed": 3})

    found = infotext.read(told)

    assert found["prompt"] == prompt.strip()
    assert found.get("negative_prompt", "") == negative.strip()


@pytest.mark.parametrize("piece", ["a", "a ", "a: ", '"', "a:b,", "Negative prompt: "])
def test_a_long_text_takes_evenly_longer(piece):
    assert grows_evenly(infotext.read, piece)
