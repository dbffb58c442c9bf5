"""The page of the Space kokoro-tts, in a real browser, in both languages."""

import pytest
from playwright.sync_api import expect
from tests.spaces.sounds import heard
from tests.spaces.visiting import button, visiting

WORDS = "It cost three dollars and fifty cents."


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("kokoro-tts", request.param)


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(browser, space, request):
    """The page in a browser of that language."""
    with visiting(browser, space, request.param) as page:
        yield page


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
    speak(page, "This goes on" + " and on" * 24)  # one sentence: a machine never takes it apart
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
    with visiting(browser, space, "ko-KR", viewport={"width": 390, "height": 844}) as phone:
        phone.get_by_role("button", name="Dr. Kim").click()
        phone.locator("a[download$='.wav']").wait_for()
        phone.get_by_text("API로 호출하기").click()
        phone.get_by_text("gradio_client").first.wait_for()

        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


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
