"""Two languages: the same keys, filled in, chosen by what the request asks for."""

import gradio as gr
import pytest
from starlette.requests import Request

from portfolio_core.ui.i18n import _COMMON_EN, _COMMON_KO, Words, locale_of


def request(language):
    headers = [(b"accept-language", language.encode())] if language else []
    return gr.Request(Request({"type": "http", "headers": headers}))


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("ko", "ko"),
        ("en-US", "en"),
        ("fr", "en"),
        ("", "en"),
        ("fr, ko;q=0.8, en;q=0.3", "ko"),
        ("en;q=x", "en"),
    ],
)
def test_the_language_of_the_request_decides(language, locale):
    assert locale_of(request(language)) == locale


def test_without_a_request_it_is_english():
    assert locale_of(None) == "en"


def test_the_common_words_are_in_both_languages():
    assert _COMMON_EN.keys() == _COMMON_KO.keys()


def test_a_page_cannot_forget_a_language():
    with pytest.raises(ValueError, match="title"):
        Words({"title": "T"}, {})


def test_words_are_filled_in():
    words = Words({"a": "{n} left"}, {"a": "{n}개 남음"})

    assert words.say("a", "en", n=3) == "3 left"
    assert words.say("a", "ko", n=3) == "3개 남음"


def test_what_a_page_fills_in_is_what_the_browser_gets():
    words = Words({"a": "{n} left"}, {"a": "{n}개 남음"})
    words.fill("a", {"en": {"n": 1}, "ko": {"n": 2}})

    sent = words.for_gradio().translations_dict

    assert sent["en"]["portfolio_a"] == "1 left"
    assert sent["ko"]["portfolio_a"] == "2개 남음"
    assert words("a").key == "portfolio_a"
