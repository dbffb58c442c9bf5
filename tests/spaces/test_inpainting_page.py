"""The page of the Space inpainting, in a real browser, in both languages."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from tests.media import corpus_images
from tests.spaces.visiting import button, said, visits
from tests.waiting import until

SECONDS = 180_000  # milliseconds, on a busy machine, with the engine still cold
WIDTH, HEIGHT = 640, 400


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("inpainting", request.param)


@pytest.fixture(scope="module")
def open_page(browser, space):
    """Open the page in a browser of some language."""
    with visits(browser, space, SECONDS) as visit:
        yield visit


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(open_page, request):
    return open_page(request.param)


def picture():
    """Return a photo with a black bar to erase, shape (HEIGHT, WIDTH, 3)."""
    rgb = corpus_images.photo(WIDTH, HEIGHT).copy()
    rgb[180:220, 200:440] = 0
    return rgb


def payload(pixels, name="bar.png"):
    content = corpus_images.saved(Image.fromarray(pixels), "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content}


def proofs(page):
    return page.locator(".prose.proof strong").all_inner_texts()


def put(page, file):
    """Put a picture on the easel, and wait until it can be painted on."""
    page.locator(".gallery-item").first.wait_for()  # the page stands
    if not page.locator(".paste-here").is_visible():
        button(page, "Another picture", "다른 사진").click()
    page.locator(".paste-here input[type=file]").first.set_input_files(file)
    page.locator("canvas").first.wait_for()
    page.locator(".paste-here").wait_for(state="hidden")
    page.wait_for_timeout(1500)  # the editor lays its picture out, and says nothing of it


def undo(page):
    """Return the editor's own button."""
    return button(page, "Undo", "실행 취소").first


def paint(page):
    """Paint along the bar, as a hand does; again where the editor was not ready for it."""
    page.locator("canvas").first.scroll_into_view_if_needed()
    for _ in range(5):
        box = page.locator("canvas").first.bounding_box()
        middle = box["y"] + box["height"] / 2
        scale = page.evaluate(SCALE)
        half = WIDTH / 2 * scale * 0.4
        centre = box["x"] + box["width"] / 2
        for row in (-12, 0, 12):
            page.mouse.move(centre - half, middle + row * scale)
            page.mouse.down()
            page.mouse.move(centre + half, middle + row * scale, steps=10)
            page.mouse.up()
        page.wait_for_timeout(1000)
        if undo(page).is_enabled():
            return


SCALE = """() => parseFloat(
  [...document.querySelectorAll("button, span, div")]
    .map((one) => one.childElementCount ? "" : one.textContent.trim())
    .find((text) => /^\\d+%$/.test(text))
) / 100"""


SEEN = """(where) => {
  const place = document.querySelector(where).getBoundingClientRect();
  return place.top > -1 && place.bottom < window.innerHeight + 1;
}"""


DONE = """() => {
  const node = document.querySelector(".prose.proof");
  return node.querySelector("strong") && node.innerText !== node.dataset.old;
}"""


def pressed(page, what):
    """Click and wait for another result."""
    page.locator(".prose.proof").evaluate("node => node.setAttribute('data-old', node.innerText)")
    what.click()
    page.wait_for_function(DONE)


def run(page):
    """Erase, and wait for the result."""
    pressed(page, page.locator("button.primary"))


def downloaded(page, ending):
    """Return the content of the file to keep with that ending."""
    with page.expect_download() as waiting:
        page.locator(f"a[download$='.{ending}']").first.click()
    return waiting.value.path().read_bytes()


def test_what_is_painted_is_erased_and_nothing_else(page):
    put(page, payload(picture()))
    paint(page)
    run(page)

    assert proofs(page) == [
        said(page, "Changed pixels outside the mask: 0", "마스크 밖에서 바뀐 픽셀: 0개")
    ]
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "zip"))) as packed:
        assert set(packed.namelist()) == {
            "original.png", "mask.png", "mask-used.png", "result.png", "recipe.json",
        }  # fmt: skip
        mask = np.asarray(Image.open(packed.open("mask-used.png")).convert("L")) > 127
        result = np.asarray(Image.open(packed.open("result.png")))
        recipe = json.loads(packed.read("recipe.json"))
    before = picture()
    assert mask.shape == (HEIGHT, WIDTH)  # the editor gives it back in full size
    assert mask[190:210, 240:400].all()
    assert not mask[:100].any()
    assert np.array_equal(result[~mask], before[~mask])
    assert result[195:205, 260:380].mean() > 40  # where it was black
    assert recipe["parameters"]["mask"]["name"] == "mask.png"


def test_the_slider_shows_before_and_after(page):
    shown = page.locator("img[src*='before.jpg'], img[src*='after.jpg']")
    shown.first.wait_for()

    assert shown.count() == 2


def test_going_on_with_the_result_leads_back_to_where_it_is_painted_on(page):
    button(page, "Go on with this picture", "이 그림으로 계속하기").click()

    page.wait_for_function(SEEN, arg="canvas")


def test_undo_takes_the_paint_back(page):
    put(page, payload(picture()))
    paint(page)
    undo(page).click()
    while undo(page).is_enabled():
        undo(page).click()
        page.wait_for_timeout(300)
    page.locator("button.primary").click()

    page.get_by_text(said(page, "Nothing is marked", "표시된 곳이 없습니다")).first.wait_for()


def test_a_mask_from_a_file_is_looked_at_and_used(page):
    put(page, payload(picture()))
    mask = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    mask[176:224, 196:444] = 255
    fold = page.get_by_text(
        said(page, "Mask: from a file, grow, invert", "마스크: 파일, 넓히기, 반전")
    )
    fold.click()
    page.locator("input[type=file]:not(.paste-here input)").last.set_input_files(payload(mask))
    page.get_by_role("button", name=said(page, "Show the mask", "마스크 보기")).click()
    page.get_by_text(said(page, "11,904 pixels may change", "11,904픽셀이 바뀔 수")).wait_for()
    run(page)
    fold.click()

    result = np.asarray(Image.open(io.BytesIO(downloaded(page, "png"))))
    outside = mask[..., 0] == 0
    assert np.array_equal(result[outside], picture()[outside])
    assert result[190:210, 220:420].mean() > 40


def test_a_picture_with_a_recipe_brings_its_settings_back(page):
    content = downloaded(page, "png")
    put(page, {"name": "again.png", "mimeType": "image/png", "buffer": content})

    page.get_by_text(said(page, "are restored", "되살렸습니다")).first.wait_for()


def test_an_example_is_erased_at_a_click_and_the_panel_shows_its_call(page):
    pressed(page, page.locator(".gallery-item:visible").nth(1))
    fold = page.get_by_text(said(page, "Call this by API", "API로 호출하기"))
    fold.click()

    page.locator(".cm-content").filter(has_text="handle_file('scratches.jpg')").first.wait_for()
    fold.click()


def test_a_picture_is_extended(page):
    put(page, payload(picture()))
    page.get_by_text(said(page, "Extend the picture", "그림 넓히기")).click()
    right = page.get_by_label(said(page, "Right, pixels", "오른쪽, 픽셀"))
    right.fill("32")
    pressed(page, button(page, "Extend", "넓히기"))

    content = downloaded(page, "png")
    result = np.asarray(Image.open(io.BytesIO(content)))
    assert result.shape == (HEIGHT, WIDTH + 32, 3)
    assert np.array_equal(result[:, :WIDTH], picture())

    right.fill("0")
    put(page, {"name": "again.png", "mimeType": "image/png", "buffer": content})
    until(lambda: right.input_value() == "32")


def test_without_paint_it_says_what_is_missing(open_page):
    fresh = open_page("en-US")
    put(fresh, payload(picture()))
    fresh.locator("button.primary").click()

    fresh.get_by_text("Nothing is marked in the mask").first.wait_for()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_phone_shows_the_page_without_scrolling_sideways(open_page, locale):
    phone = open_page(locale, viewport={"width": 390, "height": 844})
    phone.locator(".gallery-item:visible").first.click()
    phone.locator(".prose.proof strong").first.wait_for()
    phone.wait_for_function(SEEN, arg=".prose.proof")  # below all that it was made with

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.wrong == []


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []
