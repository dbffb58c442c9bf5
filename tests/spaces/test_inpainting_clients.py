"""The Space inpainting as a started process, under every kind of client."""

import base64
import io
import json
import re
import zipfile
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from tests.media import corpus_images
from tests.spaces.callers import javascript, mcp, shell

from portfolio_core.engines.diffusion import infotext
from portfolio_core.ui.api_panel import File, calls

SECONDS = 120  # of one call, on a busy machine
WIDTH, HEIGHT = 96, 64


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("inpainting", request.param)


def picture():
    return corpus_images.photo(WIDTH, HEIGHT)


def marked(size=(HEIGHT, WIDTH)):
    """Return a mask of any size of the picture's shape, shape ``size``, bool."""
    mask = np.zeros(size, bool)
    mask[size[0] // 4 : size[0] // 2, size[1] // 4 : size[1] // 2] = True
    return mask


def grey(mask):
    return corpus_images.saved(Image.fromarray(mask.astype(np.uint8) * 255), "PNG")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a picture, a mask, and the same mask twice as large."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "photo.png").write_bytes(corpus_images.photo_png(WIDTH, HEIGHT))
    (folder / "mask.png").write_bytes(grey(marked()))
    (folder / "large.png").write_bytes(grey(marked((2 * HEIGHT, 2 * WIDTH))))
    return folder


def inpainted(client, files, mask="mask.png", **arguments):
    job = client.submit(
        image=handle_file(files / "photo.png"),
        mask=handle_file(files / mask),
        **arguments,
        api_name="/inpaint",
    )
    return job.result(timeout=SECONDS)


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image)


class TestPythonClient:
    """gradio_client, as the README shows it."""

    def test_inpaint_changes_what_is_masked_and_nothing_else(self, client, files):
        file, details, _, recipe = inpainted(client, files)

        result = pixels(file)
        assert np.array_equal(result[~marked()], picture()[~marked()])
        assert (result != picture())[marked()].any()
        assert details["changed_outside"] == 0
        assert details["masked"] == marked().sum()
        assert details["outside"] == WIDTH * HEIGHT - marked().sum()
        assert details["model"] == recipe["model"] == "patchmatch"
        assert recipe["parameters"]["image"]["name"] == "photo.png"

    def test_the_picture_carries_its_recipe_and_the_call_that_makes_it_again(self, client, files):
        file, _, _, recipe = inpainted(client, files, seed=5, grow=2)
        with Image.open(file) as image:
            text = dict(image.text)

        assert json.loads(text["recipe"]) == recipe
        assert infotext.read(text["parameters"])["seed"] == 5
        assert "handle_file('photo.png')" in text["call"]
        assert "grow=2" in text["call"]

    def test_the_same_recipe_gives_the_same_bytes(self, client, files):
        first, _, _, recipe = inpainted(client, files, seed=5)
        sent = {
            name: value for name, value in recipe["parameters"].items()
            if name not in ("image", "mask")
        }  # fmt: skip
        again, *_ = inpainted(client, files, **sent)

        assert np.array_equal(pixels(first), pixels(again))

    def test_the_zip_holds_all_of_it(self, client, files):
        _, _, bundle, recipe = inpainted(client, files, grow=3)

        with zipfile.ZipFile(bundle) as packed:
            assert packed.read("original.png") == (files / "photo.png").read_bytes()
            used = np.asarray(Image.open(io.BytesIO(packed.read("mask-used.png"))).convert("L"))
            assert (used > 0).sum() > marked().sum()
            assert json.loads(packed.read("recipe.json")) == recipe

    def test_a_larger_mask_of_the_same_shape_is_resized_and_that_is_said(self, client, files):
        _, details, _, _ = inpainted(client, files, mask="large.png")

        assert details["notes"] == [
            {"code": "mask_resized", "width": 2 * WIDTH, "height": 2 * HEIGHT}
        ]
        assert details["masked"] == marked().sum()

    def test_a_prompt_that_nothing_follows_is_told(self, client, files):
        _, details, _, _ = inpainted(client, files, prompt="a red bowl")

        assert {"code": "prompt_unused"} in details["notes"]

    def test_outpaint_adds_room_and_keeps_the_picture(self, client, files):
        job = client.submit(
            image=handle_file(files / "photo.png"), right=16, bottom=8, api_name="/outpaint"
        )
        file, details, _, _ = job.result(timeout=SECONDS)

        result = pixels(file)
        assert result.shape == (HEIGHT + 8, WIDTH + 16, 3)
        assert np.array_equal(result[:HEIGHT, :WIDTH], picture())
        assert details["changed_outside"] == 0

    def test_mask_returns_what_would_be_used(self, client, files):
        file, facts = client.predict(
            image=handle_file(files / "photo.png"),
            mask=handle_file(files / "mask.png"),
            invert=True,
            api_name="/mask",
        )

        with Image.open(file) as image:
            assert np.array_equal(np.asarray(image.convert("L")) > 127, ~marked())
        assert facts["masked"] == (~marked()).sum()

    def test_alpha_and_colour_profile_are_kept(self, client, files, tmp_path):
        alpha, profile = np.full((HEIGHT, WIDTH), 255, np.uint8), corpus_images.profile()
        alpha[:, :20] = 90
        content = corpus_images.saved(
            Image.fromarray(np.dstack((picture(), alpha))), "PNG",
            icc_profile=profile,
        )  # fmt: skip
        (tmp_path / "photo.png").write_bytes(content)
        (tmp_path / "mask.png").write_bytes((files / "mask.png").read_bytes())

        file, *_ = inpainted(client, tmp_path)

        with Image.open(file) as image:
            assert image.info["icc_profile"] == profile
            result = np.asarray(image)
        assert np.array_equal(result[..., 3], alpha)
        assert np.array_equal(result[~marked()][:, :3], picture()[~marked()])

    def test_the_api_has_three_documented_endpoints(self, client):
        described = client.view_api(return_format="dict")["named_endpoints"]

        assert set(described) == {"/inpaint", "/outpaint", "/mask"}

    def test_the_client_raises_errors(self, client, files):
        with pytest.raises(AppError, match=r"\[nothing_replaces\]"):
            inpainted(client, files, method="replace")


class TestOtherClients:
    """The code that the panel shows, in a shell, in node, and by a model that uses tools."""

    ARGUMENTS = (("image", File("photo.png")), ("mask", File("mask.png")))

    def test_the_shown_lines_of_curl_erase(self, space, files):
        lines = calls(f"{space.url}/", "inpaint", dict(self.ARGUMENTS))[2]

        printed = shell(lines, files, seconds=SECONDS)

        assert "event: complete" in printed
        assert '"changed_outside": 0' in printed

    def test_the_shown_javascript_erases(self, space, node_modules, files, tmp_path):
        code = calls(f"{space.url}/", "inpaint", dict(self.ARGUMENTS))[1]
        for name in ("photo.png", "mask.png"):
            (tmp_path / name).write_bytes((files / name).read_bytes())

        _, details, _, _ = javascript(code, tmp_path, node_modules, seconds=SECONDS)

        assert details["changed_outside"] == 0

    def test_a_model_gets_the_picture_by_a_tool(self, space, files):
        def data(name):
            content = base64.b64encode(Path(files / name).read_bytes()).decode()
            return f"data:image/png;base64,{content}"

        async def work(session):
            tools = {tool.name for tool in (await session.list_tools()).tools}
            given = {"image": data("photo.png"), "mask": data("mask.png")}
            return tools, await session.call_tool("inpaint", given)

        tools, answer = mcp(space, work)

        assert {"inpaint", "outpaint", "mask"} <= tools
        assert not answer.isError
        seen_at_once, *told = answer.content
        assert seen_at_once.type == "image"
        address = re.search(r"http://\S+\.png", told[0].text).group()
        seen = np.asarray(Image.open(io.BytesIO(httpx.get(address, timeout=SECONDS).content)))
        assert np.array_equal(seen[~marked()], picture()[~marked()])
        assert any('"changed_outside": 0' in part.text for part in told)
