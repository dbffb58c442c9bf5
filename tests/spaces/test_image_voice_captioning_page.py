"""The page of the Space image-voice-captioning, in a real browser, in both languages."""

import pysubs2
import pytest
from tests.spaces.films import CUT, SAID, STARTS, film, foreign_voice, photo, understood, voice
from tests.spaces.visiting import button, said, visits

WATCH_SECONDS = 180_000  # milliseconds, on a busy machine, with all engines still cold


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("image-voice-captioning", request.param)


@pytest.fixture(scope="module")
def open_page(browser, space):
    """Open the page in a browser of some language."""
    with visits(browser, space, 60_000) as visit:
        yield visit


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(open_page, request):
    """The page after it watched the film."""
    page = open_page(request.param)
    send(page, "my film.mp4", "video/mp4", film())
    return page


def send(page, name, kind, content):
    """Put a file into the page and have it watched until all is there."""
    page.locator(".paste-here input[type=file]").first.set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )
    page.locator(".paste-here").get_by_text(name.rpartition(".")[0]).first.wait_for()
    button(page, "Watch and listen", "보고 듣기").click()
    page.locator(".timeline-viewer .models").wait_for(timeout=WATCH_SECONDS)


def lines(page, kind):
    return page.locator(f".timeline-viewer li.{kind}")


def kept(page, name):
    """Return the text of a file that the page offers, once it is there."""
    link = page.locator(f"a[download='{name}']").first
    link.wait_for()
    with page.expect_download() as waiting:
        link.click()
    return waiting.value.path().read_text("utf-8")


def test_scenes_and_speech_stand_on_one_timeline(page):
    assert page.get_by_role("heading", level=1).inner_text() == said(
        page, "Image, Voice and Clip to Text", "그림·소리·영상을 글로"
    )
    assert lines(page, "scene").count() == 2
    assert understood(lines(page, "speech").first.inner_text())
    kinds = page.locator(".timeline-viewer li").evaluate_all("all => all.map(e => e.classList[0])")
    assert kinds[:2] == ["scene", "speech"]
    assert page.locator(".timeline-viewer .strip .seen .block").count() == 2
    size = "async image => { await image.decode(); return image.naturalWidth; }"
    assert lines(page, "scene").first.locator("img").evaluate(size) == 240


def test_captions_are_in_the_visitors_language(page):
    text = lines(page, "scene").first.locator(".text").inner_text()

    hangul = any("가" <= letter <= "힣" for letter in text)
    assert hangul == page.korean


def test_a_click_plays_from_there(page):
    lines(page, "scene").nth(1).locator(".time").click()

    page.wait_for_function(f"document.querySelector('.screen video').currentTime >= {CUT}")
    assert page.evaluate("!document.querySelector('.screen video').paused")
    lines(page, "scene").nth(1).and_(page.locator(".now")).wait_for()
    page.evaluate("document.querySelector('.screen video').pause()")
    lines(page, "speech").first.locator(".text").click()
    page.wait_for_function(
        f"Math.abs(document.querySelector('.screen video').currentTime - {STARTS}) < 2"
    )
    page.evaluate("document.querySelector('.screen video').pause()")


def test_who_answered_and_what_they_cannot_do_is_said(page):
    assert "PocketSphinx" in page.locator(".timeline-viewer .models").inner_text()
    told = page.locator(".timeline-viewer .notes").inner_text()
    assert said(page, "knows English only", "영어만 알아서") in told
    assert said(page, "are measured", "잰 사실") in told


def test_it_is_described_aloud_in_a_gap(page):
    button(page, "Describe aloud", "소리로 설명하기").click()

    page.locator("a[download='my-film-described.mp3']").first.wait_for(
        state="attached", timeout=WATCH_SECONDS
    )


def test_an_edited_line_is_in_the_files(page):
    assert understood(kept(page, "my-film.srt"))
    line = lines(page, "speech").first
    line.locator(".edit").click()
    page.locator(".timeline-viewer textarea").fill(f"{SAID} <b>Yes!</b>")
    page.locator(".timeline-viewer textarea").press("Enter")
    line.get_by_text("<b>Yes!</b>").wait_for()

    page.wait_for_function(
        """async () => {
          const link = document.querySelector("a[download='my-film.srt']");
          return link && (await (await fetch(link.href)).text()).includes("Yes!");
        }"""
    )
    shown = pysubs2.SSAFile.from_string(kept(page, "my-film.srt"), format_="srt")
    assert " ".join(e.plaintext for e in shown).replace("\n", " ").startswith(SAID)
    assert abs(shown[0].start / 1000 - STARTS) < 0.5
    assert page.locator(".timeline-viewer li b").count() == 0
    assert SAID in kept(page, "my-film.txt")
    assert "Yes!" in kept(page, "my-film.json")


def test_an_edit_can_be_left(page):
    line = lines(page, "speech").first
    before = line.locator(".text").inner_text()
    line.locator(".edit").click()
    page.locator(".timeline-viewer textarea").fill("Nothing of it.")
    page.locator(".timeline-viewer textarea").press("Escape")

    assert line.locator(".text").inner_text() == before


def test_the_panel_shows_the_call(page):
    fold = said(page, "Call this by API", "API로 호출하기")
    page.get_by_text(fold).click()

    page.locator(".cm-content").filter(has_text="handle_file('my film.mp4')").first.wait_for()
    page.get_by_text(fold).click()


def test_a_mistake_is_told_in_the_browsers_language(open_page):
    page = open_page("ko-KR")
    page.locator(".paste-here input[type=file]").first.set_input_files(
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": film()[:3000]}
    )
    page.locator(".paste-here").get_by_text("film").first.wait_for()
    button(page, "Watch and listen", "보고 듣기").click()

    page.get_by_text("손상되었거나").first.wait_for()


def test_a_sound_is_played_and_has_no_description(open_page):
    page = open_page("en-US")
    send(page, "voice.wav", "audio/wav", voice()[0])

    lines(page, "speech").first.locator(".time").click()
    page.wait_for_function("document.querySelector('.screen audio').currentTime > 0.2")
    assert not button(page, "Describe aloud", "소리로 설명하기").is_visible()
    colour = "element => getComputedStyle(element).color"
    by_day = lines(page, "speech").first.locator(".time").evaluate(colour)
    page.evaluate("document.body.classList.add('dark')")
    assert lines(page, "speech").first.locator(".time").evaluate(colour) != by_day
    page.locator("a[download='voice.vtt']").first.wait_for()
    assert page.wrong == []


def test_a_picture_is_shown_on_a_phone_without_scrolling_sideways(open_page):
    phone = open_page("ko-KR", viewport={"width": 390, "height": 844})
    send(phone, "photo.png", "image/png", photo())

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert lines(phone, "scene").count() == 1
    phone.locator("a[download='photo.txt']").first.wait_for()
    arrows = phone.locator(".label-wrap .icon")
    widths = arrows.evaluate_all("all => all.map(arrow => arrow.clientWidth)")
    assert len(set(widths)) == 1, widths
    assert not phone.get_by_label("Remove this file").first.is_visible()
    assert phone.locator("a[download='photo.srt']").count() == 0
    assert phone.wrong == []


def test_an_example_takes_the_place_of_what_is_watched(open_page):
    page = open_page("en-US")
    examples = page.locator(".gallery-item")
    examples.nth(0).click()
    page.wait_for_timeout(300)
    examples.nth(2).click()

    page.locator("a[download='picture.txt']").first.wait_for(timeout=WATCH_SECONDS)
    assert lines(page, "scene").count() == 1
    assert lines(page, "speech").count() == 0


def test_an_example_is_filled_in_and_can_be_watched_again_in_another_way(open_page):
    page = open_page("en-US")
    page.locator(".gallery-item").nth(2).click()
    page.locator("a[download='picture.txt']").first.wait_for(timeout=WATCH_SECONDS)
    page.locator(".paste-here").get_by_text("picture").first.wait_for()
    page.get_by_label("한국어").check()
    button(page, "Watch and listen", "보고 듣기").click()

    lines(page, "scene").get_by_text("설명이 아닌 사진 정보").wait_for(timeout=WATCH_SECONDS)


def test_speech_that_is_not_understood_is_marked_not_written(open_page):
    page = open_page("ko-KR")
    send(page, "other.wav", "audio/wav", foreign_voice())

    line = lines(page, "speech").first
    assert line.locator(".text").inner_text().startswith("알아듣지 못함")
    assert "영어로 들리지 않는" in page.locator(".timeline-viewer .notes").inner_text()
    assert "[알아듣지 못한 말]" in kept(page, "other.srt")
    line.locator(".edit").click()
    assert page.locator(".timeline-viewer textarea").input_value() == ""
    page.locator(".timeline-viewer textarea").fill("라디오도 영화도 몰랐다")
    page.locator(".timeline-viewer textarea").press("Enter")
    line.get_by_text("라디오도").wait_for()
    page.wait_for_function(
        """async () => {
          const link = document.querySelector("a[download='other.srt']");
          return link && (await (await fetch(link.href)).text()).includes("라디오도");
        }"""
    )


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []
