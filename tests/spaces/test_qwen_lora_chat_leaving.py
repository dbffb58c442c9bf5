"""Who goes away, or presses Stop, stops the writing of a reply within a second."""

import time

import httpx
import pytest
from tests.spaces.visiting import visiting

SECONDS = 120_000  # milliseconds, on a busy machine, with the engine still cold
TOKEN_SECONDS = 0.1  # of tiny_qwen_lora_chat.py
LONG = {
    "messages": [{"role": "user", "content": "Why?"}],
    "max_tokens": 1000,  # a hundred seconds at that pace
}


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space with a slow model that never ends by itself."""
    return start_server(
        [python, "tests/spaces/tiny_qwen_lora_chat.py", tmp_path_factory.mktemp("m"), "slowly"],
        ready="/config",
        variables={"PORTFOLIO_THREADS": "1"},
    )


def works(space):
    """Return whether a token is written within the time of a few."""
    read = space.log.count("read")
    time.sleep(10 * TOKEN_SECONDS)
    return space.log.count("read") > read


def test_a_closed_connection_stops_the_writing_of_both(space):
    where = f"{space.url}/gradio_api/call"
    with httpx.Client(timeout=60) as client:
        event = client.post(f"{where}/v2/compare", json=LONG).json()["event_id"]
        with client.stream("GET", f"{where}/compare/{event}") as answer:
            lines = answer.iter_lines()
            next(lines)
            assert works(space)
    time.sleep(1)

    assert not works(space)


def test_stop_on_the_page_stops_the_writing_and_keeps_what_was_written(browser, space):
    with visiting(browser, space, "en-US", SECONDS) as page:
        page.get_by_role("textbox").first.fill("Why?")
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_function("document.querySelector('.answer .text')?.textContent.length > 5")
        assert works(space)

        page.get_by_role("button", name="Stop", exact=True).click()

        page.locator(".answer footer").first.wait_for()
        time.sleep(1)
        assert not works(space)
        assert len(page.locator(".answer .text").first.inner_text()) > 5
