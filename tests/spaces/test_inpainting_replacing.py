"""The Space inpainting where a model follows a prompt: a quick erase, then what was asked for."""

import io
import time

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.conftest import ROOT
from tests.media import corpus_images
from tests.spaces.callers import call, refused, upload
from tests.spaces.visiting import visiting

SECONDS = 240  # of one call, on a busy machine, with the engine still cold
MASK = np.zeros((48, 64), bool)
MASK[16:32, 20:44] = True


@pytest.fixture(scope="module")
def start(start_server, python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "sd"
    program = ROOT / "tests" / "spaces" / "tiny_inpainting.py"
    return lambda *kind: start_server([python, program, folder, *kind], ready="/config")


@pytest.fixture(scope="module")
def space(start):
    return start()


def sent(space):
    grey = corpus_images.saved(Image.fromarray(MASK.astype(np.uint8) * 255), "PNG")
    return {
        "image": upload(space, corpus_images.photo_png()),
        "mask": upload(space, grey, "mask.png"),
    }


def inpainted(space, **arguments):
    """Return the pixels and the details of a result."""
    event = call(space, "inpaint", seconds=SECONDS, **sent(space), **arguments)
    assert event.kind == "complete", event.data
    content = httpx.get(event.data[0]["url"], timeout=SECONDS).content
    return np.asarray(Image.open(io.BytesIO(content))), event.data[1]


def test_a_prompt_is_followed_by_the_model_that_can(space):
    drawn, details = inpainted(space, prompt="a red bowl", seed=3)
    again, _ = inpainted(space, prompt="a red bowl", seed=3)
    other, _ = inpainted(space, prompt="a green tree", seed=3)

    assert details["model"] == "tiny"
    assert details["feather"] == 4
    assert details["changed_outside"] == 0
    assert np.array_equal(drawn[~MASK], corpus_images.photo()[~MASK])
    assert np.array_equal(drawn, again)
    assert not np.array_equal(drawn, other)


def test_without_a_prompt_it_is_erased_in_seconds(space):
    _, details = inpainted(space)

    assert details["model"] == "patchmatch"
    assert details["feather"] == 0


def test_a_korean_prompt_is_told_when_the_model_has_not_learnt_it(space):
    _, details = inpainted(space, prompt="빨간 그릇")

    assert details["notes"] == [{"code": "prompt_language", "model": "Tiny noise"}]


def test_replacing_without_a_prompt_draws_what_fits(space):
    _, details = inpainted(space, method="replace")

    assert details["model"] == "tiny"


def test_too_many_steps_are_refused(space):
    answer = refused(space, "inpaint", seconds=SECONDS, **sent(space), prompt="a", steps=201)

    assert "[number_out_of_range]" in answer


def test_the_page_shows_a_quick_erase_while_the_model_draws_and_stops_it(browser, start):
    """With steps that take their time there is something to see, and to stop."""
    slow = start("slowly")
    with visiting(browser, slow, "en-US", SECONDS * 1000) as page:
        page.locator(".gallery-item").first.wait_for()
        page.get_by_label("What should be there instead").fill("a red bowl")
        page.locator(".paste-here input[type=file]").first.set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": corpus_images.photo_png(320, 200)}
        )
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(1500)
        box = page.locator("canvas").first.bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 20, middle[1], steps=5)
        page.mouse.up()
        page.wait_for_timeout(800)
        page.get_by_role("button", name="Erase or replace", exact=True).click()
        page.get_by_text("Erased at once by PatchMatch").wait_for()
        page.locator("img[src*='after.jpg']").wait_for()
        _until(lambda: "step made" in slow.log)
        page.get_by_role("button", name="Stop", exact=True).click()
        _until(lambda: _quiet(slow))

    assert slow.log.count("step made") < 200


def _quiet(server):
    """Return whether no step was made for a while."""
    before = server.log.count("step made")
    time.sleep(1.5)
    return server.log.count("step made") == before


def _until(true):
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
