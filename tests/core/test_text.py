"""Text of strangers: cleaned, split into sentences, made into file names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.text.clean import clean, has_words, language_of
from portfolio_core.text.filenames import speaking_name
from portfolio_core.text.sentences import LONGEST_SENTENCE, sentences


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("a\x00b\x1bc", "a b c"),
        ("\ufeffzero\u200bwidth \u202eoverride", "zerowidth override"),
        ("e\u0301", "é"),
        ("\u1112\u1161\u11ab", "한"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("हिन्दी क्\u200dष", "हिन्दी क्\u200dष"),
        ("a" + "\u0301" * 100, "á" + "\u0301" * 3),
    ],
)
def test_clean(given_text, expected):
    assert clean(given_text) == expected


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


def test_the_time_grows_with_the_number_of_combining_marks():
    assert grows_evenly(lambda marks: clean("a" + marks), "\u0301\u0316")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", True), ("7", True), ("🙂", True), ("한", True), ("…!?", False), ("—", False)],
)
def test_has_words(text, expected):
    assert has_words(text) is expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"),
        ("안녕하세요", "ko"),
        ("7", "en"),
        ("Samsung 갤럭시를 샀습니다", "ko"),
        ("Samsung Galaxy S25를 샀습니다.", "ko"),
        ("GitHub Actions로 배포하기", "ko"),
        ("오늘 meeting은 3시, OK?", "ko"),
        ("He said 안녕 and went home", "en"),
    ],
)
def test_language_of(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        (
            "Dr. Smith met Mr. Lee, e.g. at 3.14 p.m. He left.",
            ["Dr. Smith met Mr. Lee, e.g. at 3.14 p.m.", "He left."],
        ),
        ("Didn’t it rain? “I don’t know,” she said.", None),
        ("1. First item. 2. Second item.", ["1. First item.", "2. Second item."]),
        ("One line\n\n\nanother", ["One line", "another"]),
        ("안녕하세요. 저는 학생입니다.", ["안녕하세요.", "저는 학생입니다."]),
        ('그는 "가자!"라고 말했다. 갔다.', ['그는 "가자!"라고 말했다.', "갔다."]),
        ("2024. 3. 15. 에 만났다.", ["2024. 3. 15. 에 만났다."]),
        ("원주율은 3.14입니다.", ["원주율은 3.14입니다."]),
        ("[Dr. No](/dOk. nO/) came. He left.", ["[Dr. No](/dOk. nO/) came.", "He left."]),
        ("Hi. [Kokoro](/kˈO. kəɹO/) is here.", ["Hi.", "[Kokoro](/kˈO. kəɹO/) is here."]),
        ("Wait. [pause 0.8s] Go on.", ["Wait.", "[pause 0.8s] Go on."]),
        ("[pause 1] Hello. Bye.", ["[pause 1] Hello.", "Bye."]),
        ("See www.a.com/b.html. Then go.", ["See www.a.com/b.html.", "Then go."]),
        ("Wait... what? Well… yes.", ["Wait... what?", "Well… yes."]),
        ("He asked, “Really?” Then left. 🙂", ["He asked, “Really?”", "Then left.", "🙂"]),
        ("It took approx. ten, i.e. long.", ["It took approx. ten, i.e. long."]),
        ("🙂", ["🙂"]),
        ("3.14", ["3.14"]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    if expected is None:
        expected = ["Didn’t it rain?", "“I don’t know,” she said."]

    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("aB. ,!?\n\"'가나1é🙂"), max_size=900))
def test_no_character_that_is_spoken_gets_lost_and_no_sentence_is_too_long(text):
    parts = sentences(clean(text))

    assert all(0 < len(part) <= LONGEST_SENTENCE for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", clean(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good morning! It is 9.", "good-morning-it-is-9-en-us.wav"),
        ("안녕하세요. 반갑습니다.", "안녕하세요-반갑습니다-en-us.wav"),
        ("../../etc/passwd", "etc-passwd-en-us.wav"),
        ("…", "en-us.wav"),
        ("a" * 300, "a" * 40 + "-en-us.wav"),
        ("word " * 30, "-".join(["word"] * 8) + "-en-us.wav"),
    ],
)
def test_speaking_name(text, expected):
    assert speaking_name(text, "en-us", "wav") == expected


@given(st.text(max_size=200), st.text(max_size=40))
def test_a_file_name_is_never_a_path(text, detail):
    assert re.fullmatch(r"[\w-]*\.wav", speaking_name(text, detail, "wav"))
