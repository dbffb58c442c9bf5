"""Who goes away, presses Stop or asks for something else stops the drawing within two steps."""

import re
import time

import httpx
import pytest
from tests.spaces.visiting import visiting
from tests.waiting import until

STEP_SECONDS = 0.1  # of tiny_text_to_image.py
SECONDS = 120  # on a busy machine, with the engine still cold
DRAWING = re.compile(r"Step \d+ of 200")


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a model that takes its time and prints each step."""
    folder = tmp_path_factory.mktemp("models")
    command = [python, "tests/spaces/tiny_text_to_image.py", str(folder), "slowly"]
    return start_server(command, ready="/config")


@pytest.fixture
def page(browser, space):
    """The page while it draws."""
    with visiting(browser, space, "en-US", 1000 * SECONDS) as page:
        page.get_by_role("textbox").first.fill("two red apples")
        page.get_by_role("button", name="Draw", exact=True).click()
        page.get_by_text(DRAWING).first.wait_for()
        yield page
    rests(space)


def works(space):
    """Return whether a step is made within the time of a few."""
    made = space.log.count("step made")
    time.sleep(5 * STEP_SECONDS)
    return space.log.count("step made") > made


def rests(space):
    """Wait until no step is made any more."""
    until(lambda: not works(space))


def test_each_step_is_shown_with_a_preview_and_what_is_left(page):
    page.get_by_text(re.compile(r"Step \d+ of 200 · .* to go")).first.wait_for()

    page.locator(".easel .next img").wait_for()
    bar = page.locator(".easel [role=progressbar]")
    share = int(bar.get_attribute("aria-valuenow"))
    page.wait_for_function(
        "share => document.querySelector('.easel [role=progressbar]').ariaValueNow > share",
        arg=share,
    )


def test_stop_ends_the_work_and_the_page_says_no_more_that_it_draws(page, space):
    page.get_by_role("button", name="Stop", exact=True).click()

    rests(space)
    page.locator(".easel [role=progressbar]").wait_for(state="detached")
    assert page.wrong == []


def test_another_drawing_takes_the_place_of_the_one_under_way(page, space):
    page.get_by_role("textbox").first.fill("a yellow star")
    page.get_by_role("button", name="Draw", exact=True).click()

    until(lambda: "asked for a yellow star" in space.log)
    assert works(space)
    assert page.locator(".easel .cell").count() == 1


def test_a_closed_tab_ends_the_work(page, space):
    page.context.close()

    rests(space)


def test_a_program_that_hangs_up_ends_the_work(space):
    where = f"{space.url}/gradio_api/call"
    with httpx.Client(timeout=SECONDS) as client:
        asked = client.post(f"{where}/v2/generate", json={"prompt": "two red apples"}).json()
        with client.stream("GET", f"{where}/generate/{asked['event_id']}") as answer:
            next(answer.iter_lines())
            until(lambda: works(space))

    rests(space)
