"""What strangers may send to the Space inpainting: each gets its typed error."""

from functools import partial

import numpy as np
import pytest
from PIL import Image
from tests.media import corpus_images
from tests.spaces import callers
from tests.spaces.callers import FILE_DATA, upload

SECONDS = 120  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
refused = partial(callers.refused, seconds=SECONDS)


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("inpainting", request.param)


def grey(mask, mode="L", file_format="PNG"):
    image = Image.fromarray(mask.astype(np.uint8) * 255).convert(mode)
    return corpus_images.saved(image, file_format)


def mask(size=(48, 64)):
    marked = np.zeros(size, bool)
    marked[size[0] // 3 : size[0] // 2, size[1] // 3 : size[1] // 2] = True
    return marked


GOOD = corpus_images.photo_png()
_PICTURES = {
    "pixel bomb": (corpus_images.pixel_bomb, "image_too_large"),
    "20,000 pixels wide": (lambda: corpus_images.header_only(20_000), "image_too_large"),
    "cut in half": (lambda: GOOD[: len(GOOD) // 2], "image_unreadable"),
    "text bomb": (corpus_images.text_bomb, "image_unreadable"),
    "1 x 1": (lambda: corpus_images.photo_png(1, 1), "image_too_small"),
    **{name: (lambda name=name: corpus_images.other_formats()[name], "wrong_file_type")
       for name in ("GIF", "SVG", "HTML", "TIFF", "PSD", "nothing")},
}  # fmt: skip
_MASKS = {
    "all black": (lambda: grey(np.zeros((48, 64), bool)), "empty_mask"),
    "all white": (lambda: grey(np.ones((48, 64), bool)), "full_mask"),
    "another shape": (lambda: grey(mask((64, 48))), "mask_size"),
    "cut in half": (lambda: grey(mask())[:60], "image_unreadable"),
    "no picture": (lambda: b"<html>", "wrong_file_type"),
}
_VALUES = [
    ({"steps": 10**6}, "number_out_of_range"),
    ({"seed": 2**70}, "number_out_of_range"),
    ({"seed": -1}, "number_out_of_range"),
    ({"guidance": float("nan")}, "number_out_of_range"),
    ({"guidance": "7"}, "number_out_of_range"),
    ({"grow": 1e9}, "number_out_of_range"),
    ({"feather": -2}, "number_out_of_range"),
    ({"feather": None}, "number_out_of_range"),
    ({"invert": "yes"}, "invalid_input"),
    ({"method": "magic"}, "unknown_choice"),
    ({"prompt": "x" * 100_000}, "text_too_long"),
    ({"prompt": {"a": 1}}, "invalid_input"),
]


@pytest.mark.parametrize("name", _PICTURES)
def test_a_bad_picture(space, name):
    make, code = _PICTURES[name]
    answer = refused(
        space, "inpaint", image=upload(space, make()), mask=upload(space, grey(mask()))
    )

    assert f"[{code}]" in answer


@pytest.mark.parametrize("name", _MASKS)
def test_a_bad_mask(space, name):
    make, code = _MASKS[name]
    sent = {"image": upload(space, GOOD), "mask": upload(space, make())}

    for endpoint in ("inpaint", "mask"):
        assert f"[{code}]" in refused(space, endpoint, **sent)


@pytest.mark.parametrize(("values", "code"), _VALUES)
def test_a_bad_value(space, values, code):
    sent = {"image": upload(space, GOOD), "mask": upload(space, grey(mask()))}

    assert f"[{code}]" in refused(space, "inpaint", **sent, **values)


@pytest.mark.parametrize(
    ("sides", "code"),
    [
        ({}, "no_margin"),
        ({"left": -8}, "number_out_of_range"),
        ({"left": 1e12}, "number_out_of_range"),
        ({"left": 8192, "right": 8192}, "image_too_large"),
        ({"top": 1.5}, "number_out_of_range"),
    ],
)
def test_a_bad_side(space, sides, code):
    assert f"[{code}]" in refused(space, "outpaint", image=upload(space, GOOD), **sides)


@pytest.mark.parametrize(
    "content",
    [
        corpus_images.saved(Image.fromarray(corpus_images.photo()).convert("CMYK"), "JPEG"),
        corpus_images.saved(Image.fromarray(corpus_images.photo()[..., 0].astype(np.uint16) * 257),
                            "PNG"),
        corpus_images.saved(Image.fromarray(corpus_images.photo()).convert("P"), "PNG"),
        corpus_images.animated("WEBP"),
        corpus_images.photo_jpeg(),
    ],
    ids=["CMYK", "16 bits", "palette", "animation", "JPEG"],
)  # fmt: skip
def test_unusual_pictures_are_filled(space, content):
    sent = {"image": upload(space, content, "a.jpg"), "mask": upload(space, grey(mask()))}

    assert call(space, "inpaint", **sent).data[1]["changed_outside"] == 0


@pytest.mark.parametrize("mode", ["1", "LA", "RGBA", "P", "CMYK"])
def test_masks_of_any_kind_are_read(space, mode):
    made = grey(mask(), mode, "JPEG" if mode == "CMYK" else "PNG")
    sent = {"image": upload(space, GOOD), "mask": upload(space, made)}

    marked = call(space, "mask", **sent).data[1]["masked"]
    assert abs(marked - mask().sum()) <= 8  # a JPEG blurs its edges


def test_without_a_picture_or_a_mask_it_says_so(space):
    assert "[no_file]" in refused(space, "inpaint", image=None, mask=None)
    assert "[empty_mask]" in refused(space, "inpaint", image=upload(space, GOOD), mask=None)
    assert "[no_file]" in refused(space, "outpaint", image=None, left=8)


def test_an_address_is_not_fetched(space):
    named = {"path": "http://127.0.0.1/a.png", "meta": FILE_DATA}

    assert refused(space, "inpaint", image=named, mask=upload(space, grey(mask())))


def test_korean_callers_get_korean_errors(space):
    sent = {"image": upload(space, GOOD), "mask": upload(space, grey(np.zeros((48, 64), bool)))}
    error = refused(space, "inpaint", {"accept-language": "ko-KR"}, **sent)

    assert error.startswith("마스크에 표시된 곳이 없습니다.")


def test_random_values_never_break_it(space, trials):
    random = np.random.default_rng(0)
    values = [0, -1, 1, 2.5, 10**6, 2**70, None, "", "x", True, [], {}, float("nan")]
    image, marks = upload(space, GOOD), upload(space, grey(mask()))
    names = ("prompt", "negative_prompt", "method", "grow", "feather", "steps", "guidance", "seed")
    for _ in range(trials(300)):
        chosen = {
            name: values[random.integers(len(values))] for name in names if random.random() < 0.4
        }
        event = call(space, "inpaint", image=image, mask=marks, **chosen)
        if event.kind == "error":
            assert "[internal_error]" not in event.data["error"], chosen
