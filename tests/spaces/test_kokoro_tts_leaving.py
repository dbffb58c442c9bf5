"""Who goes away, or presses Stop, stops the work within one sentence."""

import json
import re
import time

import httpx
import pytest
from tests.spaces.visiting import visiting
from tests.waiting import until

SENTENCE_SECONDS = 0.1  # of slow_kokoro_tts.py
LONG = "One sentence more. " * 500  # fifty seconds at that pace


@pytest.fixture(scope="module")
def space(start_server, python):
    """The Space with a slow engine."""
    return start_server([python, "tests/spaces/slow_kokoro_tts.py"], ready="/config")


def works(space):
    """Return whether a sentence is spoken within the time of a few."""
    said = space.log.count("said")
    time.sleep(5 * SENTENCE_SECONDS)
    return space.log.count("said") > said


class Caller:
    """Someone who called /speak and listens until the end or until he leaves."""

    def __init__(self, url, text=LONG):
        where = f"{url}/gradio_api/call"
        self.client = httpx.Client(timeout=30)
        event = self.client.post(f"{where}/v2/speak", json={"text": text}).json()["event_id"]
        asked = self.client.build_request("GET", f"{where}/speak/{event}")
        self.answer = self.client.send(asked, stream=True)
        self.lines = self.answer.iter_lines()  # dropping the iterator would hang up
        self.first = next(self.lines)

    def rest(self):
        return "\n".join([self.first, *self.lines])

    def leave(self):
        self.answer.close()
        self.client.close()


@pytest.fixture
def caller(space):
    """Make callers; all have left when the test is over."""
    callers = []

    def call(text=LONG):
        callers.append(Caller(space.url, text))
        return callers[-1]

    yield call
    for one in callers:
        one.leave()
    until(lambda: not works(space), 5)


@pytest.fixture
def page(browser, space):
    """The page while it speaks a long text."""
    with visiting(browser, space, "en-US") as page:
        page.get_by_role("textbox").first.fill(LONG)
        page.get_by_role("button", name="Speak", exact=True).click()
        yield page


def test_a_closed_connection_stops_the_work(caller, space):
    one = caller()
    assert works(space)

    one.leave()

    time.sleep(2 * SENTENCE_SECONDS)
    assert not works(space)


def test_a_second_caller_waits_for_the_first(caller, space):
    first, second = caller(), caller("Short.")
    assert works(space)

    first.leave()

    assert "event: complete" in second.rest()


def test_one_over_the_places_is_refused_with_a_time(caller, space):
    for _ in range(17):
        caller()
    told = caller("One more.").rest()

    error = json.loads(told.strip().split("data: ")[-1])["error"]
    assert "[queue_full]" in error
    assert "Try again in" in error


def test_a_long_text_sounds_while_the_rest_is_made(page, space):
    page.wait_for_function("() => window.portfolioPlayer?.end > 3")

    assert page.evaluate("() => portfolioPlayer.taken") > 1
    assert page.evaluate("() => portfolioPlayer.context.state") == "running"
    assert works(space)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_function("() => window.portfolioPlayer === null")


def test_stop_stops_the_work(page, space):
    page.get_by_text(re.compile(r"Sentence \d+ of 500")).first.wait_for()
    assert works(space)

    page.get_by_role("button", name="Stop", exact=True).click()

    until(lambda: not works(space), 10 * SENTENCE_SECONDS)


def test_a_closed_tab_stops_the_work(page, space):
    page.get_by_text(re.compile(r"Sentence \d+ of 500")).first.wait_for()

    page.context.close()

    until(lambda: not works(space), 30 * SENTENCE_SECONDS)
