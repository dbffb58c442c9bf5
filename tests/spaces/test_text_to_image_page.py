"""The page of the Space text-to-image, in a real browser, in both languages."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from tests.spaces.visiting import button, said, visits
from tests.waiting import until

SECONDS = 120_000  # milliseconds, on a busy machine, with the engine still cold
PROMPT = "two red apples on a blue background"


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a tiny model."""
    folder = tmp_path_factory.mktemp("models")
    command = [python, "tests/spaces/tiny_text_to_image.py", str(folder)]
    return start_server(command, ready="/config")


@pytest.fixture(scope="module")
def open_page(browser, space):
    """Open the page in a browser of some language."""
    with visits(browser, space, SECONDS) as visit:
        yield visit


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(open_page, request):
    return open_page(request.param)


def prompt(page):
    return page.get_by_role("textbox").first


def draw(page):
    """Press the button and wait for the pictures."""
    before = page.locator(".easel .visit .thumb").count()
    button(page, "Draw", "그리기").click()
    page.wait_for_function(
        "before => document.querySelectorAll('.easel .visit .thumb').length > before", arg=before
    )
    page.locator(".easel .told").wait_for()


def field(page, english, korean):
    return page.get_by_label(said(page, english, korean), exact=True).first


def choose(page, english, korean, option):
    field(page, english, korean).click()
    page.get_by_role("option", name=option, exact=True).click()


def fill(fields, values):
    """Type the values, and leave the fields."""
    for one, value in zip(fields, values, strict=True):
        one.fill(value)
        one.blur()


def downloaded(page, locator):
    with page.expect_download() as waiting:
        locator.click()
    return waiting.value


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def drop(page, content):
    """Drop a file somewhere on the page."""
    page.evaluate(
        """content => {
          const moved = new DataTransfer();
          moved.items.add(new File([new Uint8Array(content)], "fox.png", {type: "image/png"}));
          for (const kind of ["dragover", "drop"]) {
            const how = {dataTransfer: moved, bubbles: true, cancelable: true};
            document.querySelector("h1").dispatchEvent(new DragEvent(kind, how));
          }
        }""",
        list(content),
    )


@pytest.fixture(scope="module")
def first(page):
    """The file of the first picture that the page draws."""
    prompt(page).fill(PROMPT)
    draw(page)
    saved = downloaded(page, page.locator(".easel .cell a").first)
    return saved.suggested_filename, saved.path().read_bytes()


@pytest.fixture(scope="module")
def more(page):
    """What is folded away, unfolded."""
    page.get_by_text(said(page, "More:", "더 보기:")).click()


def test_before_the_button_is_pressed_the_page_says_how_long_it_takes(page):
    assert page.get_by_role("heading", level=1).inner_text() == said(
        page, "Text to Image", "글로 그림 그리기"
    )
    page.get_by_text(said(page, "on this machine", "이 기기에서")).first.wait_for()


def test_the_hint_in_the_empty_prompt_is_one_that_the_model_follows(page):
    example = page.locator(".gallery-item:visible").first.inner_text().strip()

    until(lambda: prompt(page).get_attribute("placeholder") == example)


def test_a_prompt_becomes_a_picture_that_is_saved_with_its_recipe(page, first):
    name, content = first
    text = Image.open(io.BytesIO(content)).text

    assert re.fullmatch(r"two-red-apples-on-a-blue-background-\d+\.png", name)
    assert json.loads(text["recipe"])["parameters"]["prompt"] == PROMPT
    page.get_by_text(re.compile(said(page, r"^Drawn by .* s\.$", "걸려 그렸습니다"))).wait_for()
    assert page.locator(".easel .pending").count() == 0


def test_the_panel_shows_the_call_that_was_just_made(page, first):
    seed = json.loads(Image.open(io.BytesIO(first[1])).text["recipe"])["seed"]
    shown = page.get_by_text(said(page, "Call this by API", "API로 호출하기"))
    shown.click()

    page.locator(".cm-content").filter(has_text=f"seed={seed}").first.wait_for()
    shown.click()


def test_a_kept_seed_gives_the_same_picture_and_a_rolled_one_another(page, first, more):
    keep = field(page, "Keep this seed", "이 시드 고정")
    keep.check()
    draw(page)
    same = downloaded(page, page.locator(".easel .cell a").first).path().read_bytes()
    keep.uncheck()
    draw(page)
    other = downloaded(page, page.locator(".easel .cell a").first).path().read_bytes()

    assert (pixels(same) == pixels(first[1])).all()
    assert (pixels(other) != pixels(first[1])).any()


def test_the_estimate_follows_what_is_asked_for(page, more):
    # Two hundred times the work of one small picture: seconds, where that is told as one.
    asked = {said(page, "Width", "너비"): "128", said(page, "Height", "높이"): "128",
             said(page, "Steps", "단계"): "50", said(page, "Pictures", "장수"): "4"}  # fmt: skip
    numbers = [page.get_by_label(f"number input for {name}") for name in asked]
    usual = [number.input_value() for number in numbers]
    little = estimate(page)

    fill(numbers, asked.values())
    until(lambda: estimate(page) > 2 * little)
    much = estimate(page)
    fill(numbers, usual)
    until(lambda: estimate(page) < much / 2)


def estimate(page):
    """Return the seconds that the page tells."""
    about = page.get_by_text(said(page, "on this machine", "이 기기에서")).first.inner_text()
    minutes = re.search(r"(\d+) ?(min|분)", about)
    seconds = re.search(r"([\d.]+) ?(s\b|초)", about)
    return 60 * int(minutes[1] if minutes else 0) + float(seconds[1] if seconds else 0)


def test_a_seed_that_is_written_is_kept(page, more):
    field(page, "Seed", "시드").fill("7")
    keep = field(page, "Keep this seed", "이 시드 고정")
    until(keep.is_checked)
    draw(page)

    assert page.locator(".easel .seed").first.inner_text() == said(page, "Seed 7", "시드 7")
    keep.uncheck()


def test_a_comparison_is_shown_with_labels_and_saved_as_one_picture(page, first):
    choose(page, "Compare one setting, a picture for each value",
           "한 가지 설정 비교: 값마다 한 장", said(page, "Steps", "단계"))  # fmt: skip
    values = field(page, "Its values", "비교할 값")
    until(lambda: values.input_value() == "1, 3")  # around the model's own three
    values.fill("1, 2, 3")
    draw(page)
    page.locator(".easel .compared .cell").nth(2).wait_for()

    labels = page.locator(".easel .column").all_inner_texts()
    assert labels == [f"{said(page, 'Steps', '단계')} {number}" for number in (1, 2, 3)]
    sheet = downloaded(page, page.get_by_text(said(page, "Save as one picture", "한 장으로 저장")))
    one = downloaded(page, page.locator(".easel .cell a").first).path().read_bytes()
    assert pixels(sheet.path().read_bytes()).shape[1] > 3 * pixels(one).shape[1]


def test_a_dropped_picture_brings_all_its_settings_back(page, first):
    prompt(page).fill("something else")
    drop(page, first[1])
    page.get_by_text(said(page, "Taken over from the picture", "그림에서 가져온 설정")).wait_for()

    assert prompt(page).input_value() == PROMPT
    assert field(page, "Keep this seed", "이 시드 고정").is_checked()
    draw(page)
    again = downloaded(page, page.locator(".easel .cell a").first).path().read_bytes()
    assert (pixels(again) == pixels(first[1])).all()


def test_a_picture_of_the_visit_gives_its_settings_too(page, first):
    prompt(page).fill("something else")
    page.locator(".easel .visit .thumb").last.click()
    page.get_by_role("button", name=said(page, "Use its settings", "이 설정 쓰기")).click()
    page.get_by_text(said(page, "Taken over from the picture", "그림에서 가져온 설정")).wait_for()

    assert prompt(page).input_value() == PROMPT


def test_a_picture_that_says_nothing_of_itself_is_told_apart(page):
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "PNG")
    drop(page, file.getvalue())

    page.get_by_text(
        said(page, "does not say how it was made", "어떻게 만들었는지 적혀 있지 않습니다")
    ).first.wait_for()


def test_the_pictures_of_the_visit_are_saved_together_with_their_recipes(page, first):
    count = page.locator(".easel .visit .thumb").count()
    saved = downloaded(
        page,
        page.get_by_role(
            "button", name=said(page, "Save all, with recipes", "레시피와 함께 모두 저장")
        ),
    )

    with zipfile.ZipFile(saved.path()) as packed:
        names = packed.namelist()
        recipes = [json.loads(packed.read(name)) for name in names if name.endswith(".json")]
    assert saved.suggested_filename == "pictures.zip"
    assert len(names) == 2 * count
    assert {one["parameters"]["prompt"] for one in recipes} == {PROMPT}


def test_an_example_draws_at_a_click_and_is_in_the_models_world(page):
    page.locator(".easel .visit .thumb").first.wait_for()
    example = page.locator(".gallery-item:visible").first
    wanted = example.inner_text().strip()
    before = page.locator(".easel .visit .thumb").count()
    example.click()
    page.wait_for_function(
        "before => document.querySelectorAll('.easel .visit .thumb').length > before", arg=before
    )

    assert prompt(page).input_value() == wanted
    assert page.locator(".easel .note.outside_world").count() == 0


def test_a_mistake_is_told_in_the_browsers_language(page):
    prompt(page).fill(" ")
    button(page, "Draw", "그리기").click()

    page.get_by_text(said(page, "The text is empty", "텍스트가 비어 있습니다")).first.wait_for()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_phone_shows_the_page_without_scrolling_sideways(open_page, locale):
    phone = open_page(locale, viewport={"width": 390, "height": 844})
    prompt(phone).fill("<img src=x onerror=document.title=1>")
    draw(phone)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.title() != "1"
    assert phone.wrong == []


def test_a_note_can_be_read_on_a_dark_page(open_page):
    dark = open_page("en-US", color_scheme="dark")
    prompt(dark).fill("여우")
    draw(dark)

    assert light(dark, ".easel .note.language") > 0.3  # 7 : 1 on black


def light(page, where):
    """Return the relative luminance of a colour of text, from 0 to 1, as WCAG defines it."""
    told = page.locator(where).first.evaluate("node => getComputedStyle(node).color")
    shares = [int(number) / 255 for number in re.findall(r"\d+", told)[:3]]
    linear = [((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []
