"""The Space text-to-image as a started process, under every kind of client."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from tests.spaces.callers import javascript, mcp, shell

from portfolio_core.ui.api_panel import calls

SECONDS = 280  # of one call, on a busy machine
PROMPT = "two red apples on a blue background"
ASKED = {"prompt": PROMPT, "seed": 7, "steps": 3}


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a tiny model."""
    folder = tmp_path_factory.mktemp("models")
    command = [python, "tests/spaces/tiny_text_to_image.py", str(folder)]
    return start_server(command, ready="/config")


@pytest.fixture(scope="module")
def drawn(client):
    """What /generate gives for two pictures."""
    return client.predict(**ASKED, count=2, api_name="/generate")


class TestPythonClient:
    """gradio_client, as the README shows it."""

    def test_each_picture_carries_its_recipe_in_three_forms(self, drawn):
        files, recipes, notes, sheet = drawn

        assert len(files) == len(recipes) == 2
        assert sheet is None
        assert isinstance(notes, list)
        for file, recipe in zip(files, recipes, strict=True):
            text = Image.open(file).text
            assert json.loads(text["recipe"]) == recipe
            assert text["parameters"].startswith(f"{PROMPT}\n")
            assert re.search(rf"Steps: 3, .*Seed: {recipe['seed']}, ", text["parameters"])
            assert f"seed={recipe['seed']}" in text["call"]
            compile(text["call"], "call", "exec")
        assert [one["seed"] for one in recipes] == [7, 8]
        assert recipes[0]["parameters"]["prompt"] == PROMPT

    def test_the_recipe_gives_the_same_picture_alone(self, client, drawn):
        for file, recipe in zip(*drawn[:2], strict=True):
            again, *_ = client.predict(**recipe["parameters"], api_name="/generate")

            assert (pixels(again[0]) == pixels(file)).all()

    def test_another_seed_gives_another_picture(self, drawn):
        first, second = drawn[0]

        assert (pixels(first) != pixels(second)).any()

    def test_a_seed_that_is_left_out_is_rolled_and_told(self, client):
        seeds = {
            client.predict(prompt=PROMPT, steps=1, api_name="/generate")[1][0]["seed"]
            for _ in range(2)
        }

        assert len(seeds) == 2

    def test_a_comparison_has_a_picture_for_each_value_and_a_sheet(self, client, drawn):
        files, recipes, _, sheet = client.predict(
            **ASKED, compare="steps", values="1, 3", api_name="/generate"
        )

        assert [one["parameters"]["steps"] for one in recipes] == [1, 3]
        assert {one["seed"] for one in recipes} == {7}
        assert (pixels(files[1]) == pixels(drawn[0][0])).all()
        assert pixels(sheet).shape[1] > 2 * pixels(files[0]).shape[1]

    def test_the_estimate_is_learnt_and_grows_with_the_work(self, client, drawn):
        asked = {"steps": 3, "count": 1}
        one = client.predict(**asked, api_name="/estimate")
        more = client.predict(**{**asked, "steps": 30}, api_name="/estimate")
        four = client.predict(**{**asked, "count": 4}, api_name="/estimate")
        compared = client.predict(**asked, compare="seed", values="1,2,3", api_name="/estimate")

        assert one["learnt"] is True
        assert one["seconds"] < more["seconds"]
        assert four["seconds"] == pytest.approx(4 * one["seconds"], abs=0.3)
        assert compared["seconds"] == pytest.approx(3 * one["seconds"], abs=0.3)

    def test_the_settings_come_back_from_a_picture(self, client, drawn):
        files, recipes, *_ = drawn

        told = client.predict(image=handle_file(files[1]), api_name="/recipe")

        assert told == {
            "source": "recipe", "settings": recipes[1]["parameters"], "problems": [],
        }  # fmt: skip

    def test_a_korean_prompt_is_drawn_or_explained(self, client):
        abilities = client.predict(api_name="/abilities")
        _, recipes, notes, _ = client.predict(
            prompt="파란 바탕에 빨간 사과 두 개", steps=1, api_name="/generate"
        )

        codes = {note["code"] for note in notes}
        assert recipes[0]["parameters"]["prompt"].startswith("파란")
        assert ("language" in codes) == ("ko" not in abilities["languages"])

    def test_every_endpoint_is_documented(self, client):
        described = client.view_api(return_format="dict")["named_endpoints"]

        assert set(described) == {"/generate", "/estimate", "/recipe", "/abilities", "/styles"}

    def test_the_client_raises_errors(self, client):
        with pytest.raises(AppError, match=r"\[unknown_choice\]"):
            client.predict(prompt=PROMPT, scheduler="nothing", api_name="/generate")


def test_the_lines_for_a_shell_draw(space):
    lines = calls(f"{space.url}/", "generate", ASKED)[2]

    printed = shell(lines, seconds=SECONDS)

    assert "event: complete" in printed
    assert ".png" in printed


def test_the_code_for_javascript_draws_the_same(space, node_modules, tmp_path, drawn):
    code = calls(f"{space.url}/", "generate", ASKED)[1]

    files, recipes, *_ = javascript(code, tmp_path, node_modules, seconds=SECONDS)

    assert files[0]["url"].endswith(".png")
    assert recipes[0]["parameters"] == drawn[1][0]["parameters"]


def test_a_tool_draws_and_reads_what_was_drawn(space, drawn):
    content = base64.b64encode(Path(drawn[0][0]).read_bytes()).decode()

    async def work(session):
        names = {tool.name for tool in (await session.list_tools()).tools}
        made = await session.call_tool("generate", ASKED)
        told = await session.call_tool("recipe", {"image": f"data:image/png;base64,{content}"})
        return names, made, told

    names, made, told = mcp(space, work)

    assert {"generate", "estimate", "recipe"} <= names
    assert not made.isError
    picture, address, recipes, *_ = made.content
    assert picture.type == "image"
    assert address.text.endswith(".png")
    assert json.loads(recipes.text)[0]["parameters"]["prompt"] == PROMPT
    assert not told.isError
    assert PROMPT in told.content[0].text
