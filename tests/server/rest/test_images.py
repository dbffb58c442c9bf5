"""OpenAI's own client draws pictures and mends them."""

import base64
import io

import numpy as np
import openai as client
import pytest
from PIL import Image

DRAWN = {"model": "auto", "prompt": "a red circle"}
QUICK = {"seed": 3, "steps": 2}


def picture(answer, number=0):
    return Image.open(io.BytesIO(base64.b64decode(answer.data[number].b64_json)))


def saved(pixels, name="picture.png"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return name, file.getvalue()


@pytest.fixture(scope="module")
def wall():
    """A pattern of stripes with a dot on it."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, ::4] = (200, 60, 40)
    pixels[20:28, 30:38] = (0, 255, 0)
    return pixels


@pytest.fixture(scope="module")
def hole():
    """Where the dot is."""
    marked = np.zeros((48, 64), bool)
    marked[18:30, 28:40] = True
    return marked


def transparent(marked, rgb=None):
    """Return a picture in OpenAI's own form: what is to be edited is transparent."""
    rgb = np.zeros((*marked.shape, 3), np.uint8) if rgb is None else rgb
    return np.dstack((rgb, np.where(marked, 0, 255).astype(np.uint8)))


class TestGenerations:
    def test_pictures_come_with_seeds_and_recipes_that_give_them_again(self, openai):
        first = openai.images.generate(**DRAWN, n=2, extra_body=QUICK)
        again = openai.images.generate(**DRAWN, n=1, extra_body={**QUICK, "seed": 4})

        assert [one.seed for one in first.data] == [3, 4]
        assert first.data[1].recipe["seed"] == 4
        assert np.array_equal(picture(first, 1), picture(again))
        assert not np.array_equal(picture(first, 0), picture(first, 1))

    def test_size_and_format_are_as_asked_and_a_png_carries_its_recipe(self, openai):
        webp = openai.images.generate(
            **DRAWN, size="128x128", output_format="webp", response_format="b64_json",
            extra_body=QUICK,
        )  # fmt: skip
        png = openai.images.generate(**DRAWN, size="128x128", extra_body=QUICK)

        assert (picture(webp).format, picture(webp).size, webp.size) == (
            "WEBP",
            (128, 128),
            "128x128",
        )
        assert np.array_equal(picture(webp), picture(png))
        assert "a red circle" in picture(png).text["recipe"]

    @pytest.mark.parametrize(
        ("asked", "code", "param"),
        [
            ({"prompt": " "}, "empty_text", None),
            ({"n": 99}, "number_out_of_range", "count"),
            ({"size": "big"}, "unknown_choice", "size"),
            ({"size": "99999x64"}, None, None),
            ({"response_format": "url"}, "unknown_choice", "response_format"),
            ({"output_format": "gif"}, "unknown_choice", "output_format"),
            ({"extra_body": {"seed": -1}}, "number_out_of_range", "seed"),
            ({"extra_body": {"scheduler": "none"}}, "unknown_choice", "scheduler"),
        ],
    )
    def test_a_wrong_value_is_a_bad_request(self, openai, asked, code, param):
        with pytest.raises(client.BadRequestError) as caught:
            openai.images.generate(**{**DRAWN, **asked})

        assert code is None or caught.value.code == code
        assert param is None or caught.value.param == param


@pytest.fixture(scope="module")
def given(wall, hole):
    return {"image": saved(wall), "mask": saved(transparent(hole)), "prompt": ""}


class TestEdits:
    def test_what_is_transparent_in_the_mask_is_erased_and_nothing_else(self, openai, wall, hole):
        answer = openai.images.edit(
            model="auto", image=saved(wall), mask=saved(transparent(hole)), prompt=""
        )

        after = np.asarray(picture(answer).convert("RGB"))
        assert np.array_equal(after[~hole], wall[~hole])
        assert not (after == (0, 255, 0)).all(axis=2).any()
        assert answer.data[0].details["changed_outside"] == 0
        assert answer.data[0].recipe["parameters"]["mask"]["name"] == "picture.png"

    def test_without_a_mask_the_picture_is_its_own(self, openai, wall, hole):
        own = openai.images.edit(model="auto", image=saved(transparent(hole, wall)), prompt="")
        by_mask = openai.images.edit(
            model="auto", image=saved(wall), mask=saved(transparent(hole)), prompt=""
        )

        assert np.array_equal(
            np.asarray(picture(own).convert("RGBA"))[~hole],
            np.asarray(picture(by_mask).convert("RGBA"))[~hole],
        )
        assert picture(own).convert("RGBA").getextrema()[3] == (255, 255)

    def test_a_mask_without_transparency_is_white_where_to_edit(self, openai, wall, hole):
        white = (hole * 255).astype(np.uint8)
        asked = {"model": "auto", "image": saved(wall), "prompt": ""}

        by_white = openai.images.edit(**asked, mask=saved(white, "white.png"))
        by_alpha = openai.images.edit(**asked, mask=saved(transparent(hole)))

        assert np.array_equal(picture(by_white), picture(by_alpha))

    def test_a_list_of_one_picture_is_that_picture(self, openai, given):
        one = openai.images.edit(model="auto", **given)
        listed = openai.images.edit(model="auto", **{**given, "image": [given["image"]]})

        assert picture(listed).tobytes() == picture(one).tobytes()

    def test_a_prompt_that_nothing_here_can_draw_is_said(self, openai, wall, hole):
        answer = openai.images.edit(
            model="auto", image=saved(wall), mask=saved(transparent(hole)), prompt="a cat"
        )

        assert {"code": "prompt_unused"} in answer.data[0].details["notes"]

    @pytest.mark.parametrize(
        ("asked", "status", "code"),
        [
            ({"mask": None}, 422, "empty_mask"),
            ({"mask": saved(np.full((48, 64), 255, np.uint8))}, None, "full_mask"),
            ({"mask": saved(np.full((9, 64), 255, np.uint8))}, None, "mask_size"),
            ({"image": ("a.png", b"no picture")}, 415, "wrong_file_type"),
            ({"image": []}, 400, "no_file"),
            ({"image": [("a.png", b"a"), ("b.png", b"b")]}, 413, "too_many_files"),
            ({"n": 2}, 400, "number_out_of_range"),
            ({"output_format": "jpeg"}, 400, "unknown_choice"),
            ({"extra_body": {"method": "replace"}}, 503, "nothing_replaces"),
        ],
    )
    def test_a_wrong_value_is_refused(self, openai, given, asked, status, code):
        given = {**given, **asked}
        if given["mask"] is None:
            del given["mask"]
        with pytest.raises(client.APIStatusError) as caught:
            openai.images.edit(model="auto", **given)

        assert caught.value.code == code
        assert status is None or caught.value.status_code == status
