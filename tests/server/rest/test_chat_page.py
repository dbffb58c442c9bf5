"""The page /chat in a real browser."""

import json

import pytest

SECONDS = 120


@pytest.fixture
def visit(browser, server):
    """Open the page as a new visitor, in some language, with notes of what it asked for."""
    contexts = []

    def open_it(locale="en-US", address=f"{server.url}/chat"):
        context = browser.new_context(locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.outside, page.wrong, page.posts = [], [], []
        page.on("request", lambda r: r.url.startswith(server.url) or page.outside.append(r.url))
        page.on("request", lambda r: r.method == "POST" and page.posts.append(r))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto(address)
        page.locator("#model option").first.wait_for(state="attached")
        return page

    yield open_it
    for context in contexts:
        context.close()


def write(page, text):
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def answered(page, number=1):
    """Wait until a reply has ended; return it."""
    page.locator(".told").nth(number - 1).wait_for()
    return page.locator(".assistant").last.text_content()


@pytest.mark.browser
class TestChatPage:
    def test_a_message_is_one_request_and_its_reply_tells_where_it_comes_from(self, visit):
        page = visit()

        write(page, "What do you like to do on a rainy day?")

        assert answered(page).strip(" …")
        assert len(page.posts) == 1
        assert "chat-starter" in page.locator(".told").text_content()
        assert "seed" in page.locator(".told").text_content()
        assert page.wrong == page.outside == []

    def test_the_conversation_is_sent_whole_and_outlives_the_tab(self, visit):
        page = visit()
        write(page, "Hello!")
        first = answered(page)

        page.reload()
        page.locator(".assistant").wait_for()
        write(page, "And then?")
        answered(page)

        sent = json.loads(page.posts[-1].post_data)["messages"]
        assert sent == [
            {"role": "user", "content": "Hello!"},
            {"role": "assistant", "content": first},
            {"role": "user", "content": "And then?"},
        ]

    def test_an_adapter_answers_when_it_is_chosen(self, visit):
        page = visit()

        page.locator("#model").select_option("chat-captain-courtier")
        write(page, "Hello!")

        answered(page)
        assert "chat-captain-courtier" in page.locator(".told").text_content()

    def test_stop_ends_the_waiting_and_the_next_message_goes_along(self, visit):
        page = visit()
        page.route("**/v1/chat/completions", lambda _: None)  # an answer that never comes
        write(page, "Hello!")

        page.locator("#stop").click()

        assert page.locator(".told").text_content() == "stopped"
        page.unroute("**/v1/chat/completions")
        write(page, "And?")
        answered(page, 2)
        sent = json.loads(page.posts[-1].post_data)["messages"]
        assert sent == [{"role": "user", "content": "Hello!\nAnd?"}]

    def test_a_korean_visitor_reads_korean(self, visit):
        page = visit("ko-KR")

        assert page.locator("#send").text_content() == "보내기"
        assert page.locator("#text").get_attribute("placeholder") == "메시지"

    def test_what_is_wrong_is_said(self, visit):
        page = visit()
        page.locator("summary").click()
        page.locator("#tokens").evaluate("one => { one.value = 5000; one.max = 9999 }")

        write(page, "Hello!")

        page.locator(".failed").wait_for()
        assert "1 to 1024" in page.locator(".failed").text_content()

    def test_new_conversation_forgets(self, visit):
        page = visit()
        write(page, "Hello!")
        answered(page)

        page.locator("#fresh").click()

        assert page.locator(".turn").count() == 0
        assert page.evaluate("localStorage.getItem('portfolio-chat')") == "[]"
