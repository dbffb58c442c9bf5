"""The Space image-voice-captioning listens to a microphone: that of a real browser plays a file."""

import pytest
from tests.spaces.films import understood, voice
from tests.spaces.visiting import button, visiting

WATCH_SECONDS = 180_000  # milliseconds, on a busy machine, with all engines still cold


@pytest.fixture(scope="module")
def browser_arguments(tmp_path_factory):
    """A microphone that somebody speaks into once, and a visitor who lets the page listen."""
    file = tmp_path_factory.mktemp("microphone") / "voice.wav"
    file.write_bytes(voice()[0])
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    )


@pytest.fixture(scope="module")
def space(start_space):
    """The Space, started by itself."""
    return start_space("image-voice-captioning", "alone")


@pytest.fixture(scope="module")
def page(browser, space):
    """The page after a visitor spoke into the microphone."""
    with visiting(browser, space, "en-US", WATCH_SECONDS, permissions=["microphone"]) as page:
        page.get_by_text("Record with the microphone").click()
        button(page, "Record", "녹음").click()
        page.wait_for_timeout(6000)  # the sentence lasts about four seconds
        button(page, "Stop", "정지").click()  # the only one of that name
        page.locator(".timeline-viewer .models").wait_for()
        yield page


def test_what_was_spoken_into_the_microphone_is_written_without_a_further_click(page):
    assert understood(page.locator(".timeline-viewer li.speech").first.inner_text())
    page.locator("a[download='audio.srt']").first.wait_for()
    page.locator(".paste-here").get_by_text("audio").first.wait_for()


def test_the_recording_is_played_from_a_click(page):
    page.locator(".timeline-viewer li.speech .time").first.click()

    page.wait_for_function("document.querySelector('.screen audio').currentTime > 0.2")
    assert page.wrong == []
