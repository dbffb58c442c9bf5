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
        write(page, "가" * 5000)
        page.locator(".failed").wait_for()
        assert "5,000자" in page.locator(".failed").text_content()

    def test_what_is_wrong_is_said(self, visit):
        page = visit()
        page.locator("summary").click()
        page.locator("#tokens").fill("5000")
        page.locator("summary").click()  # what is wrong can be out of sight

        write(page, "Hello!")

        page.locator(".failed").wait_for()
        assert "1 to 1024" in page.locator(".failed").text_content()

    def test_what_was_refused_can_be_changed_and_is_not_sent_along(self, visit):
        page = visit()
        write(page, "Oh " * 2000)
        page.locator(".failed").wait_for()
        assert page.locator("#text").input_value() == ("Oh " * 2000).strip()
        assert page.locator(".turn").count() == 0

        write(page, "Hello!")

        answered(page)
        sent = json.loads(page.posts[-1].post_data)["messages"]
        assert sent == [{"role": "user", "content": "Hello!"}]
        assert page.locator(".failed").count() == 0

    def test_what_a_proxy_says_is_not_for_reading(self, visit):
        page = visit()
        page.route("**/v1/chat/completions", lambda r: r.fulfill(status=502, body="<html>"))

        write(page, "Hello!")

        page.locator(".failed").wait_for()
        assert "cannot be reached" in page.locator(".failed").text_content()

    def test_of_a_long_conversation_the_newest_part_is_sent(self, visit):
        page = visit()
        talk = [{"role": role, "content": "Hi."} for role in ("user", "assistant")] * 25
        page.evaluate("talk => localStorage.setItem('portfolio-chat', talk)", json.dumps(talk))
        page.reload()

        write(page, "Hello!")

        answered(page)
        sent = json.loads(page.posts[-1].post_data)["messages"]
        assert (len(sent), sent[0]["role"], sent[-1]["content"]) == (39, "user", "Hello!")

    def test_new_conversation_forgets(self, visit):
        page = visit()
        write(page, "Hello!")
        answered(page)

        page.locator("#fresh").click()

        assert page.locator(".turn").count() == 0
        assert page.evaluate("localStorage.getItem('portfolio-chat')") == "[]"

    def test_new_conversation_forgets_a_reply_on_its_way(self, visit):
        page = visit()
        body = 'data: {"choices": [{"delta": {"content": "Never"}}]}\n\n'
        script = """body => window.fetch = async (_, { signal }) => {
            const start = (parts) => {
                parts.enqueue(new TextEncoder().encode(body));
                signal.addEventListener("abort", () => parts.error(signal.reason));
            };
            return new Response(new ReadableStream({ start }));
        }"""
        page.evaluate(script, body)
        write(page, "Hello!")
        page.get_by_text("Never").wait_for()

        page.locator("#fresh").click()

        page.locator("#send").wait_for()
        assert page.locator(".turn, .told").count() == 0
        assert page.evaluate("localStorage.getItem('portfolio-chat')") == "[]"

    def test_a_narrow_page_has_one_line_above_the_conversation(self, visit):
        page = visit("ko-KR")
        page.set_viewport_size({"width": 390, "height": 780})

        places = [
            page.locator(f"header {one}").bounding_box() for one in ("h1", "select", "button")
        ]

        assert max(one["y"] for one in places) < min(one["y"] + one["height"] for one in places)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
