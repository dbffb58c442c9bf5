"""Who asks something else, presses Stop or goes away, ends the answer that is being written."""

import time

import pytest
from tests.spaces.visiting import visiting

PIECE_SECONDS = 0.1  # of slow_rag_chat.py
SECONDS = 120_000  # the first question waits for a model, on a machine that does other things
SLOW, OTHER = "When is the story hour?", "What does printing a page in colour cost?"


@pytest.fixture(scope="module")
def space(start_server, python):
    """The Space with a slow writer."""
    return start_server([python, "tests/spaces/slow_rag_chat.py"], ready="/config")


@pytest.fixture
def page(browser, space):
    with visiting(browser, space, "en-US", SECONDS) as page:
        page.locator(".library li").first.wait_for()
        yield page


def ask(page, question):
    page.get_by_role("textbox").first.fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".question", has_text=question).wait_for()


def being_written(page):
    """Wait until the newest answer grows."""
    page.locator(".reply").last.locator(".pending").wait_for()


def rests(space):
    """Wait until nothing is written any more."""
    end = time.monotonic() + SECONDS / 1000
    said = -1
    while said != (said := space.log.count("written")):
        assert time.monotonic() < end
        time.sleep(5 * PIECE_SECONDS)


def test_stop_ends_the_answer_and_keeps_what_is_there(page, space):
    ask(page, SLOW)
    being_written(page)

    page.get_by_role("button", name="Stop", exact=True).click()

    page.locator(".reply .pending").wait_for(state="detached")
    rests(space)
    ask(page, OTHER)
    page.locator(".reply").last.locator(".passages").wait_for()
    assert page.locator(".reply").count() == 2


def test_another_question_takes_the_place_of_the_answer_being_written(page, space):
    ask(page, SLOW)
    being_written(page)

    ask(page, OTHER)

    being_written(page)
    assert page.locator(".pending").count() == 1
    page.locator(".reply").last.locator(".passages").wait_for()
    assert "30 cents" in page.locator(".reply").last.inner_text()
    assert "story hour" not in page.locator(".reply").last.inner_text()
    rests(space)


def test_an_example_takes_its_place_too_and_the_conversation_goes_on(page):
    ask(page, SLOW)
    being_written(page)

    page.get_by_role("button", name="How deep is the swimming pool?").click()

    page.get_by_text("Not in your documents.").wait_for()
    assert page.locator(".question").all_inner_texts() == [SLOW, "How deep is the swimming pool?"]


def test_a_closed_tab_ends_the_work(page, space):
    ask(page, SLOW)
    being_written(page)

    page.context.close()

    rests(space)
    said = space.log.count("written")
    time.sleep(5 * PIECE_SECONDS)
    assert space.log.count("written") == said
