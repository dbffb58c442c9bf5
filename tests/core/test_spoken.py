"""Text as it will be spoken: what holds in both languages, and where they meet."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.text.clean import clean
from portfolio_core.text.markup import MARKUP
from portfolio_core.text.spoken import spoken

# What rules look at, in any order: numbers, signs, units, short forms, marks, both scripts.
PIECES = st.sampled_from(
    [
        *("1", "2", "19", "2024", "0", "3.5", "1,234", "12:30", "3/4", "007", "½", "²", "\uff15"),
        *("$", "₩", "€", "%", "°C", "kg", "km/h", "k", "M", "am", "p.m.", "s", "st", "th", "in"),
        *(".", ",", ":", "-", "–", "—", "~", "/", "+", "=", "×", "x", "*", "#", "&", "@", "<", "'"),
        *(" ", " ", " ", "  ", "\n", "(", ")", '"', "…", "’", "🙂", "_", "^", "|", "\\", ">"),
        *("Dr.", "St.", "No.", "pp.", "etc.", "e.g.", "vs", "Mr.", "Henry", "VIII", "I", "Chapter"),
        *("March", "May", "a", "B", "the", "KBS", "AI", "NASA", "www.", "a.com", "https://", "MP3"),
        *(
            "개",
            "명",
            "시",
            "분",
            "월",
            "일",
            "번",
            "제",
            "만",
            "억",
            "원",
            "가",
            "은",
            "조",
            "대",
            "장",
        ),
        *("[pause 1]", "[a](/b/)", "[", "]", "vs.", "=>", "U.S.", "X", "of", "and"),
    ]
)
ANY = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)
WORDS = st.lists(
    st.sampled_from(
        ["apple", "bread", "사과를", "나무는", "하늘이", "window", "바다에서", "table"]
    ),
    max_size=8,
)
BETWEEN = st.sampled_from(
    [
        *(
            " ",
            ", ",
            ". ",
            " — ",
            " 5 ",
            " & ",
            " $3 ",
            " 3/4 ",
            " 2024 ",
            " 12:30 ",
            " #1 ",
            " = ",
        ),
        *("! ", "? ", " (", ") ", " … ", " 3.14 ", " + ", " 50% ", " 1990–95 ", " * ", "\n", " | "),
    ]
)


@given(ANY, st.sampled_from(["en", "ko"]))
@settings(max_examples=300)
@example("1만%", "ko")
@example("www.²", "en")
def test_what_is_spoken_is_spoken_the_same(text, language):
    said = spoken(clean(text), language)

    assert spoken(said, language) == said


@given(ANY, st.sampled_from(["en", "ko"]))
def test_no_digit_is_left_but_in_marks(text, language):
    said = spoken(clean(text), language)

    assert not re.search("[0-9]", MARKUP.sub("", said))


@given(WORDS, st.lists(BETWEEN, min_size=9, max_size=9), st.sampled_from(["en", "ko"]))
def test_no_word_is_lost(words, between, language):
    text = "".join(a + b for a, b in zip(between, [*words, ""], strict=False))
    said = re.findall(r"\w+", spoken(clean(text), language))

    kept = iter(said)
    assert all(word in kept for word in words), said


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("mark", ["[2024](/twɛnti/)", "[pause 0.8s]", "[Dr. 5](/dOk/)"])
def test_marks_stay(mark, language):
    assert mark in spoken(f"5 {mark} 3", language)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("I ate 3 apples.", "en", "I ate three apples."),
        ("사과 3개를 먹었다.", "ko", "사과 세 개를 먹었다."),
        ("He bought 5개 yesterday at noon.", "en", "He bought 다섯 개 yesterday at noon."),
        ("삼성 갤럭시 24를 샀다.", "ko", "삼성 갤럭시 이십사를 샀다."),
        ("오늘 KBS 뉴스 9를 봤다.", "ko", "오늘 케이비에스 뉴스 구를 봤다."),
        ("그는 I have 3 cats 라고 말했다.", "ko", "그는 I have three cats 라고 말했다."),
        ("It is 5.", "en", "It is five."),
        ("Visit Seoul in 2024.", "en", "Visit Seoul in twenty twenty-four."),
        ("2024년에 오세요.", "ko", "이천이십사 년에 오세요."),
        ("The NASA crew.", "en", "The NASA crew."),
        ("나는 AI를 쓴다.", "ko", "나는 에이아이를 쓴다."),
        ("5", "en", "five"),
        ("5", "ko", "오"),
        ("", "en", ""),
        ("\n\n", "ko", ""),
    ],
)
def test_each_number_is_read_in_the_language_of_its_word(text, language, expected):
    assert spoken(text, language) == expected


def test_emoji_stay_or_go():
    assert spoken("Good 🙂 5", "en") == "Good 🙂 five"
    assert spoken("Good 🙂 5", "en", emoji=False) == "Good five"
    assert spoken("좋아요 👨‍👩‍👧 3개", "ko", emoji=False) == "좋아요 세 개"
    assert spoken("🙂", "en", emoji=False) == ""


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "12 ",
        "1,",
        "1.",
        "1-",
        "1/",
        "1:",
        "$1 ",
        "-",
        "A",
        "a.",
        "a.b",
        "a@",
        "www.",
        "0",
        "1,111",
        "가",
        "1개 ",
        "1만",
        "1~",
        "Dr. ",
        "Mar 1",
        "9:45 ",
        "—",
        " ",
        "+1 ",
        "[",
        "[a](/b/)",
        "X",
        "1=",
        "(555) ",
        "1'1\"",
        "010-1234-5678 ",
        "/",
        "x1",
        "1x",
        "\n1",
        "%",
        "Henry VIII ",
        "제1",
        "🙂",
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_time_grows_with_the_length_of_anything(piece, language):
    assert grows_evenly(lambda text: spoken(text, language), piece)
