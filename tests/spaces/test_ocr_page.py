"""The page of the Space ocr, in a real browser, in both languages."""

import re

import pypdfium2
import pytest
from tests.spaces.sheets import document, saved, sheet
from tests.spaces.visiting import button, visits

FIRST, SECOND = "The ferry leaves at seven", "Bring a warm coat"
READ_SECONDS = 60_000  # milliseconds, on a busy machine, with the engine still cold


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("ocr", request.param)


@pytest.fixture(scope="module")
def open_page(browser, space):
    """Open the page in a browser of some language."""
    with visits(browser, space) as visit:
        yield visit


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(open_page, request):
    return open_page(request.param)


def send(page, *files):
    """Put files into the page and have them read; each is (name, content)."""
    clear = page.locator(".paste-here").get_by_label("Clear", exact=True)
    clear = clear.or_(page.locator(".paste-here").get_by_label("지우기", exact=True))
    if clear.count():
        clear.first.click()
    kinds = {"pdf": "application/pdf", "png": "image/png"}
    payload = [
        {"name": name, "mimeType": kinds[name.rpartition(".")[2]], "buffer": content}
        for name, content in files
    ]
    page.locator(".paste-here input[type=file]").first.set_input_files(payload)
    page.locator(".paste-here").get_by_text(files[0][0].rpartition(".")[0]).first.wait_for()
    button(page, "Read", "읽기").click()


def lines(page):
    return page.locator(".page-viewer ol li")


def shows(page, text):
    """Wait until the viewer shows a line."""
    lines(page).filter(has_text=text).first.wait_for(timeout=READ_SECONDS)


def tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def test_a_picture_is_read_and_a_line_lights_up_on_both_sides(page):
    assert page.get_by_role("heading", level=1).inner_text() == (
        "문서 글자 읽기" if page.korean else "Pages to Text"
    )
    send(page, ("ferry.png", saved(sheet(FIRST, SECOND))))
    shows(page, SECOND)
    assert [row.inner_text() for row in lines(page).all()] == [FIRST, SECOND]

    lines(page).nth(1).click()

    chosen = page.locator(".page-viewer polygon.chosen")
    assert chosen.get_attribute("data-line") == "1"
    assert lines(page).nth(1).get_attribute("aria-current") == "true"
    assert re.search(r"\d+ %", lines(page).nth(1).inner_text())

    page.locator(".page-viewer polygon").first.click()

    assert "chosen" in lines(page).first.get_attribute("class").split()
    assert page.locator(".page-viewer .chosen").count() == 2


def test_the_boxes_lie_over_the_lines_of_the_picture(page):
    picture = page.locator(".page-viewer img")
    size = "async image => { await image.decode(); return image.naturalWidth; }"
    assert picture.evaluate(size) == 900
    around, box = picture.bounding_box(), page.locator(".page-viewer polygon").nth(1).bounding_box()
    scale = around["width"] / 900

    assert (box["x"] - around["x"]) / scale == pytest.approx(60, abs=25)
    assert (box["y"] - around["y"]) / scale == pytest.approx(150, abs=25)


def test_lines_can_be_walked_with_the_keyboard(page):
    lines(page).first.focus()
    page.keyboard.press("ArrowDown")

    assert page.locator(".page-viewer polygon.chosen").get_attribute("data-line") == "1"
    assert lines(page).nth(1).evaluate("row => row === document.activeElement")


def test_the_text_is_shown_in_three_forms_and_every_file_is_there(page):
    assert page.get_by_role("textbox").first.input_value().startswith(FIRST)
    tab(page, "Markdown")
    page.locator(".cm-content").filter(has_text=FIRST).wait_for()
    tab(page, "파일로 받기" if page.korean else "Files to keep")

    for kind in ("txt", "md", "json", "hocr", "pdf", "docx"):
        page.locator(f"a[download='ferry.{kind}']").first.wait_for()
    with page.expect_download() as waiting:
        page.locator("a[download='ferry.pdf']").first.click()

    found = pypdfium2.PdfDocument(waiting.value.path())[0].get_textpage().get_text_bounded()
    assert SECOND in found
    tab(page, "글" if page.korean else "Text")


def test_the_panel_shows_the_call(page):
    page.get_by_text("API로 호출하기" if page.korean else "Call this by API").click()

    page.locator(".cm-content").filter(has_text="handle_file('ferry.png')").first.wait_for()
    page.get_by_text("API로 호출하기" if page.korean else "Call this by API").click()


def test_a_document_is_read_page_by_page_and_can_be_leafed_through(page):
    send(page, ("trip.pdf", document(sheet(FIRST), sheet(SECOND))))
    shows(page, FIRST)
    place = page.locator(".page-viewer .place")
    place.filter(has_text="2쪽 중 1쪽" if page.korean else "Page 1 of 2").wait_for(
        timeout=READ_SECONDS
    )

    button(page, "Next page", "다음 쪽").click()

    shows(page, SECOND)
    assert button(page, "Next page", "다음 쪽").is_disabled()
    button(page, "Previous page", "이전 쪽").click()
    shows(page, FIRST)


def test_a_blank_page_says_that_there_is_no_text(page):
    send(page, ("blank.png", saved(sheet())))

    told = "이 쪽에서 글을 찾지 못했습니다." if page.korean else "No text was found on this page."
    page.locator(".page-viewer .empty").get_by_text(told).wait_for(timeout=READ_SECONDS)


def test_markup_on_a_page_stays_text(page):
    send(page, ("markup.png", saved(sheet("<b>bold</b> <img src=x>"))))
    page.locator(".page-viewer li").filter(has_text="bold").wait_for(timeout=READ_SECONDS)

    assert page.locator(".page-viewer ol b").count() == 0
    assert page.locator(".page-viewer img").count() == 1


def test_a_mistake_is_told_in_the_browsers_language(page):
    send(page, ("broken.png", saved(sheet(FIRST))[:500]))

    told = "그림이 손상되어" if page.korean else "The picture is damaged"
    page.get_by_text(told).first.wait_for()


def test_a_pasted_picture_is_taken(open_page):
    page = open_page("en-US")
    page.get_by_role("heading", level=1).wait_for()
    page.locator(".paste-here input[type=file]").first.wait_for(state="attached")
    page.wait_for_function(  # until the page listens: what it takes, it keeps from the browser
        """(bytes) => {
          const file = new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"});
          const clipboardData = new DataTransfer();
          clipboardData.items.add(file);
          const about = {clipboardData, bubbles: true, cancelable: true};
          return !document.dispatchEvent(new ClipboardEvent("paste", about));
        }""",
        arg=list(saved(sheet(FIRST))),
    )
    page.locator(".paste-here").get_by_text("pasted").first.wait_for()
    button(page, "Read", "읽기").click()

    shows(page, FIRST)


def test_an_example_takes_the_place_of_what_is_being_read(open_page):
    page = open_page("en-US")
    examples = page.locator(".gallery-item")
    examples.nth(5).click()
    page.wait_for_timeout(500)
    examples.nth(0).click()

    shows(page, "Rivers of the North")
    tab(page, "Files to keep")
    page.locator("a[download='letter.txt']").first.wait_for(state="attached", timeout=READ_SECONDS)


def test_reading_again_just_when_a_reading_ends_is_never_passed_over(open_page, trials):
    page = open_page("en-US")
    for number in range(trials(30)):
        words = f"{FIRST} {'abcdefghij'[number % 10]}"
        send(page, ("ferry.png", saved(sheet(words))))
        shows(page, words)  # the files are still being written


def test_a_phone_shows_the_page_without_scrolling_sideways(open_page):
    phone = open_page("ko-KR", viewport={"width": 390, "height": 844})
    send(phone, ("ferry.png", saved(sheet(FIRST, SECOND))))
    shows(phone, SECOND)
    lines(phone).nth(1).click()
    picture, text = (
        phone.locator(f".page-viewer {pane}").bounding_box() for pane in (".picture", ".lines")
    )

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert text["y"] > picture["y"] + picture["height"] - 1  # one under the other
    assert phone.wrong == []


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []
