"""The page of the Space kokoro-tts, in a real browser, in both languages."""

import io
import wave
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

LOUD = 1000  # of 32767
WORDS = "It cost three dollars and fifty cents."


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_server, python, request):
    """The Space, started by itself and as a part of the gallery."""
    if request.param == "alone":
        return start_server([python, "spaces/kokoro-tts/app.py"], ready="/config")
    server = start_server([python, "-m", "portfolio_server"], ready="/readyz")
    return replace(server, url=f"{server.url}/spaces/kokoro-tts")


def heard(wav):
    """Return the seconds of a WAV file, having looked that it is not silent."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert np.abs(samples.astype(int)).max() > LOUD
        return len(samples) / 22_050


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(browser, space, request):
    """The page in a browser of that language; it notes strange hosts and failures."""
    context = browser.new_context(locale=request.param, accept_downloads=True)
    page = context.new_page()
    page.korean, page.outside, page.wrong = request.param == "ko-KR", [], []

    def note(asked):
        if not asked.url.startswith((f"http://127.0.0.1:{space.port}/", "data:", "blob:")):
            page.outside.append(asked.url)

    page.on("request", note)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("response", lambda r: page.wrong.append(r.url) if r.status >= 400 else None)
    page.goto(f"{space.url}/")
    yield page
    context.close()


def button(page, english, korean):
    return page.get_by_role("button", name=korean if page.korean else english, exact=True)


def speak(page, text):
    page.get_by_role("textbox").first.fill(text)
    button(page, "Speak", "읽기").click()


def unfold(page, english, korean):
    """Open a folded part, if it is not open yet."""
    title = page.locator("button.label-wrap", has_text=korean if page.korean else english)
    if "open" not in (title.get_attribute("class") or "").split():
        title.click()


def download(page):
    page.locator("a[download$='.wav']").wait_for()
    with page.expect_download() as waiting:
        page.locator("a[download$='.wav']").click()
    return waiting.value


def test_speaks_plays_and_downloads_in_the_browsers_language(page):
    assert page.get_by_role("heading", level=1).inner_text() == (
        "텍스트 음성 변환" if page.korean else "Text to Speech"
    )
    text = "안녕하세요. 반갑습니다." if page.korean else "Good morning. How are you?"
    speak(page, text)
    page.locator(".play-pause-button:has(rect)").wait_for()  # it plays by itself

    file = download(page)

    name = "안녕하세요-반갑습니다-ko.wav" if page.korean else "good-morning-how-are-you-en-us.wav"
    assert file.suggested_filename == name
    assert 1 < heard(file.path().read_bytes()) < 6


def test_stop_silences_the_player(page):
    speak(page, "This goes on and on. " * 6)
    page.locator("a[download^='this-goes-on']").wait_for()
    page.locator(".play-pause-button:has(rect)").wait_for()

    button(page, "Stop", "정지").click()

    page.locator(".play-pause-button:has(polygon), .play-pause-button:has(path)").wait_for()
    assert page.locator(".play-pause-button:has(rect)").count() == 0


def test_an_example_runs_at_a_click_and_the_panel_shows_its_call(page):
    page.get_by_text("API로 호출하기" if page.korean else "Call this by API").click()

    page.get_by_role("button", name="Dr. Kim").click()

    code = page.locator(".cm-content").first
    page.wait_for_function(
        "() => document.querySelector('.cm-content').innerText.includes('Dr. Kim')"
    )
    shown = code.inner_text()
    assert page.url in shown
    assert "speed=0.9" in shown


def test_a_mistake_is_told_in_the_browsers_language(page):
    speak(page, "…")

    told = "읽을 것이 없습니다" if page.korean else "nothing in this text"
    page.get_by_text(told).wait_for()


def test_the_tab_has_a_name(page):
    assert page.title() == "Text to Speech"


def test_a_phone_shows_the_page_without_scrolling_sideways(browser, space):
    context = browser.new_context(locale="ko-KR", viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto(f"{space.url}/")
    phone.get_by_role("button", name="Dr. Kim").click()
    phone.locator("a[download$='.wav']").wait_for()
    phone.get_by_text("API로 호출하기").click()
    phone.get_by_text("gradio_client").first.wait_for()

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []


def test_captions_words_and_phonemes_are_shown(page):
    unfold(page, "As it was spoken", "읽은 그대로")
    unfold(page, "Captions", "자막")
    speak(page, "오늘은 3월 1일입니다." if page.korean else "It cost $3.50.")
    name = "오늘은-3월-1일입니다-ko.vtt" if page.korean else "it-cost-3-50-en-us.vtt"
    page.locator(f"a[download='{name}']").first.wait_for()

    words, phonemes = (
        page.get_by_label(name).input_value()
        for name in (("글", "음소") if page.korean else ("Words", "Phonemes"))
    )

    assert words == ("오늘은 삼월 일 일입니다." if page.korean else WORDS)
    assert len(phonemes) > 10


def test_the_speakers_of_a_text_are_found(page):
    unfold(page, "More: ", "더 보기")
    page.get_by_role("textbox").first.fill("ANNA: Hi!\nBEN: Hello!")
    button(page, "Find the speakers in the text", "글에서 화자 찾기").click()

    lines = page.get_by_label(
        "대화의 목소리" if page.korean else "Voices of a dialogue", exact=False
    )
    expect(lines).to_have_value("ANNA: en-us\nBEN: en-us-female")


def test_a_preview_leaves_the_text_alone(page):
    unfold(page, "More: ", "더 보기")
    page.get_by_role("textbox").first.fill("My own text.")
    button(page, "Try this voice", "목소리 들어 보기").click()
    page.locator("a[download^='hello-this-is-how']").first.wait_for()

    assert page.get_by_role("textbox").first.input_value() == "My own text."


def test_the_page_names_the_engine(page):
    engine = "엔진: espeak-ng 1.52" if page.korean else "Engine: espeak-ng 1.52"
    page.get_by_text(engine).first.wait_for()


def test_a_new_text_or_an_example_takes_the_place_of_what_is_being_spoken(page):
    # Numbers: so few characters give no voice so much to say.
    steps = "걸음이 1,234,567,890,123번. " if page.korean else "It took 1,234,567,890,123 steps. "
    long = steps * 290
    speak(page, long)
    page.wait_for_function("() => window.portfolioPlayer?.taken > 0")  # it sounds

    page.get_by_role("button", name="Dr. Kim").click()

    page.locator("a[download^='dr-kim-said']").first.wait_for()
    speak(page, long)
    page.wait_for_function("() => window.portfolioPlayer?.taken > 0")  # it sounds
    speak(page, "됐습니다." if page.korean else "Done.")
    page.locator(
        "a[download^='됐습니다']" if page.korean else "a[download^='done']"
    ).first.wait_for()
