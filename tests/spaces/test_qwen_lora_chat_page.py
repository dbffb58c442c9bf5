"""The page of the Space qwen-lora-chat, in a real browser, in both languages."""

import json
import re
from pathlib import Path

import pytest
from tests.spaces.visiting import said, visits

ASKED = "Why does the fox jump?"
SECONDS = 120_000  # milliseconds, on a busy machine, with the engine still cold
SLY = "<img src=http://evil.example/q onerror='window.broken=1'> <script>window.broken=2</script>"
ROWS = [{"instruction": f"Ask {n}?", "output": f"Squawk {n}."} for n in range(12)]


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    """The Space on a tiny model of random weights and its adapter."""
    return start_server(
        [python, "tests/spaces/tiny_qwen_lora_chat.py", tmp_path_factory.mktemp("models")],
        ready="/config",
        variables={"PORTFOLIO_THREADS": "1"},  # two have nothing to share in so small a model
    )


@pytest.fixture
def visit(browser, space):
    """Open the page as a new visitor; in the end nothing strange may have happened."""
    pages = []
    with visits(browser, space, SECONDS) as visit:

        def open_page(locale="en-US", **options):
            page = visit(locale, **options)
            pages.append(page)
            page.locator(".duet .empty").wait_for()
            page.locator(".note", has_text="chat-base").first.wait_for()
            return page

        yield open_page
        for page in pages:
            assert page.outside == []
            assert page.wrong == []
            assert page.evaluate("window.broken") is None


def send(page, message=ASKED):
    box = page.get_by_role("textbox").first
    box.fill(message)
    box.press("Enter")


def answered(page, turns=1):
    """Wait until so many messages are answered, and return the newest answers by column."""
    last = page.locator(".turn").nth(turns - 1)
    last.wait_for()
    page.wait_for_function(
        "turns => document.querySelectorAll('.turn').length === turns"
        " && !document.querySelector('.answer[aria-busy]')",
        arg=turns,
    )
    columns = last.locator(".answer")
    return {
        columns.nth(n).locator("header strong").inner_text(): columns.nth(n)
        .locator(".text")
        .inner_text()
        for n in range(columns.count())
    }


def go(page, name, **options):
    page.get_by_role("button", name=name, exact=True, **options).click()


def retry(page):
    """Ask again; what was answered before is gone when this returns."""
    answer = page.locator(".answer").last.element_handle()
    page.get_by_role("button", name="Retry").click()
    page.wait_for_function("answer => !answer.isConnected", arg=answer)


def tab(page, number):
    page.get_by_role("tab").nth(number).click()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_message_is_answered_by_both_with_one_seed(visit, locale):
    page = visit(locale)
    note = page.locator(".note").first.inner_text()
    assert said(page, "not Qwen3-0.6B", "Qwen3-0.6B가 아니며") in note

    send(page)

    answers = answered(page)
    assert list(answers) == said(page, ["Base", "Tuned"], ["기본", "튜닝"])
    base, tuned = answers.values()
    assert base != tuned
    facts = page.locator(".answer footer span").all_inner_texts()
    seeds = {re.search(r"(?:seed|시드) (\d+)", fact).group(1) for fact in facts}
    assert len(seeds) == 1
    assert "Chat starter + chat-parrot" in page.locator(".answer.tuned header").inner_text()


def test_a_kept_seed_gives_the_same_answers_and_another_one_others(visit):
    page = visit()
    page.get_by_role("button", name="More: seed").click()
    page.get_by_label("Keep the seed").check()
    page.get_by_label("Seed", exact=True).first.fill("11")
    send(page)
    first = answered(page)

    retry(page)
    again = answered(page)
    page.get_by_label("Keep the seed").uncheck()
    retry(page)

    assert again == first
    assert answered(page) != first


def test_a_message_is_changed_and_what_came_after_it_goes(visit):
    page = visit()
    send(page)
    answered(page)
    send(page, "And the dog?")
    answered(page, 2)

    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Edit").fill("Why does the dog not jump?")
    page.get_by_role("button", name="Send again").click()

    answered(page, 1)
    assert page.locator(".bubble").all_inner_texts() == ["Why does the dog not jump?"]


def test_the_tuned_model_answers_alone_like_in_any_chat(visit):
    page = visit()
    page.get_by_label("Side by side").uncheck()
    send(page)
    assert list(answered(page)) == ["Tuned"]

    page.get_by_label("none: the base alone").check()
    send(page, "And now?")

    assert list(answered(page, 2)) == ["Base"]


def test_a_stop_leaves_what_was_said_and_the_next_message_is_answered(visit):
    page = visit()
    page.get_by_role("button", name="More: seed").click()
    page.get_by_label("number input for Longest reply").fill("1024")
    page.get_by_label("number input for Temperature").fill("2")
    send(page)
    page.locator(".answer[aria-busy]").first.wait_for()

    go(page, "Stop")

    page.locator(".turn .row").wait_for()
    send(page, "And the dog?")
    answered(page, 2)


def test_a_conversation_is_taken_away_and_begun_anew(visit, tmp_path):
    page = visit()
    send(page)
    answers = answered(page)
    for kind in ("JSON", "Markdown"):
        with page.expect_download() as waiting:
            go(page, kind)
        waiting.value.save_as(tmp_path / kind)
    go(page, "New conversation")

    page.locator(".duet .empty").wait_for()
    (turn,) = json.loads((tmp_path / "JSON").read_text("utf-8"))
    assert turn["message"] == ASKED
    assert [one["column"] for one in turn["answers"]] == ["base", "tuned"]
    assert turn["answers"][0]["text"] == answers["Base"]
    assert ASKED in (tmp_path / "Markdown").read_text("utf-8")


def test_markup_in_a_message_and_in_a_report_is_text(visit):
    page = visit()
    send(page, SLY)
    answered(page)
    assert page.locator(".bubble").inner_text() == SLY
    tab(page, 1)
    page.locator(".tuning h3").wait_for()

    assert "Parrots <b>talk</b>" in page.locator(".tuning").first.inner_text()
    assert page.locator(".duet img, .duet script, .tuning b, .tuning i").count() == 0


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_what_changed_shows_scores_the_curve_and_ten_prompts(visit, locale):
    page = visit(locale)

    tab(page, 1)

    page.locator(".tuning h3:visible").wait_for()
    assert page.locator(".figure strong").all_inner_texts() == ["4.00 → 2.00", "3.00 → 3.10"]
    assert "54.6 → 7.4" in page.locator(".figure .note").first.inner_text()
    assert page.locator(".curve polyline").count() == 2
    assert page.locator(".sample").count() == 10


def test_the_panel_shows_the_call_and_the_recipe_of_what_was_answered(visit):
    page = visit()
    send(page)
    answered(page)

    page.get_by_text("Call this by API").click()

    page.locator(".cm-content").filter(has_text='api_name="/compare"').first.wait_for()
    page.locator(".cm-content").filter(has_text=ASKED).first.wait_for()


def test_rows_are_learnt_with_the_loss_in_sight_and_the_result_chats(visit, tmp_path):
    page = visit()
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    tab(page, 2)
    page.locator("input[type=file]").set_input_files(Path(file))
    page.get_by_text("rows.jsonl").first.wait_for()

    go(page, "Train")

    page.locator(".tuning progress").wait_for()
    page.locator("a.zip:visible").wait_for()
    with page.expect_download() as waiting:
        page.locator("a.zip:visible").click()
    assert waiting.value.suggested_filename == "adapter.zip"
    tab(page, 0)
    send(page)
    answered(page)
    assert "your adapter" in page.locator(".answer.tuned header").inner_text()


def test_a_phone_shows_everything_in_its_width(visit):
    page = visit("ko-KR", viewport={"width": 390, "height": 844})
    send(page)
    answered(page)

    assert page.get_by_text("기본 모델과 나란히").bounding_box()["height"] < 40  # in one line
    for number in range(4):
        tab(page, number)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tab(page, 0)
    first, second = (page.locator(".answer").nth(n).bounding_box() for n in range(2))
    assert second["y"] >= first["y"] + first["height"]
