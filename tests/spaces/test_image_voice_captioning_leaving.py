"""Who goes away, or presses Stop, stops the watching, in the middle of a scene."""

import time

import httpx
import pytest
from tests.spaces.callers import upload
from tests.spaces.films import photo
from tests.spaces.visiting import visiting
from tests.waiting import until

LOOK_SECONDS = 0.1  # of slow_image_voice_captioning.py


@pytest.fixture(scope="module")
def space(start_server, python):
    """The Space with slow eyes."""
    return start_server([python, "tests/spaces/slow_image_voice_captioning.py"], ready="/config")


def works(space):
    """Return whether somebody looks at something."""
    looked = space.log.count("looked")
    time.sleep(8 * LOOK_SECONDS)
    return space.log.count("looked") > looked


@pytest.fixture
def page(browser, space):
    """The page while it looks at a picture for a minute."""
    with visiting(browser, space, "en-US", 90_000) as page:
        page.locator(".paste-here input[type=file]").first.set_input_files(
            {"name": "photo.png", "mimeType": "image/png", "buffer": photo()}
        )
        page.locator(".paste-here").get_by_text("photo").first.wait_for()
        page.get_by_role("button", name="Watch and listen", exact=True).click()
        page.get_by_text("Looking at scene 1 of 1").first.wait_for()
        until(lambda: works(space))
        yield page


def test_a_closed_connection_stops_the_work(space):
    where = f"{space.url}/gradio_api/call"
    with httpx.Client(timeout=60) as client:
        arguments = {"image": upload(space, photo())}
        event = client.post(f"{where}/v2/caption", json=arguments).json()["event_id"]
        with client.stream("GET", f"{where}/caption/{event}"):
            until(lambda: works(space))

    until(lambda: not works(space))


def test_stop_stops_the_work(page, space):
    page.get_by_role("button", name="Stop watching", exact=True).click()

    until(lambda: not works(space))


def test_a_closed_tab_stops_the_work(page, space):
    page.context.close()

    until(lambda: not works(space))
