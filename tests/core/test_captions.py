"""Captions that players read: SRT and WebVTT."""

import html
import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.text.captions import WIDE_WIDTH, WIDTH, Cue, srt, vtt

CLOCK = r"(\d{2}):([0-5]\d):([0-5]\d)[.,](\d{3})"
TIMES = re.compile(f"{CLOCK} --> {CLOCK}")
SECONDS = st.floats() | st.floats(0, 20) | st.integers(0, 10).map(float)
TEXT = st.text(max_size=120) | st.sampled_from(["", "a --> b", "<b> & <c>", "가나다라 " * 30])
CUES = st.lists(st.builds(Cue, SECONDS, SECONDS, TEXT), max_size=8)


def milliseconds(parts):
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def read(captions):
    """Return start, end (ms) and lines of every block, as a strict reader would."""
    found = []
    for number, block in enumerate(filter(None, captions.split("\n\n")), start=1):
        name, times, *lines = block.strip("\n").split("\n")
        match = TIMES.fullmatch(times)
        assert name == str(number)
        assert match, times
        found.append((milliseconds(match.groups()[:4]), milliseconds(match.groups()[4:]), lines))
    return found


def read_vtt(captions):
    head, _, rest = captions.partition("\n\n")
    assert head.strip() == "WEBVTT"
    return read(rest)


def words_of(text):
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", "", text)


def test_srt():
    cues = [Cue(0, 1.5, "Hello there."), Cue(1.5, 3.25, "안녕하세요.")]

    assert srt(cues) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n"
        "2\n00:00:01,500 --> 00:00:03,250\n안녕하세요.\n"
    )


def test_vtt():
    assert vtt([Cue(0, 1.5, "Hello there.")]) == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.500\nHello there.\n"
    )


def test_no_cue_is_no_caption():
    assert srt([]) == ""
    assert vtt([]) == "WEBVTT\n"
    assert srt([Cue(0, 1, " \n ")]) == ""


def test_words_have_their_times_in_vtt():
    cues = [Cue(1, 3, "Hello, big world.")]
    words = [Cue(1, 1.4, "Hello"), Cue(1.5, 2, "big"), Cue(2, 2.9, "world")]

    assert "Hello, <00:00:01.500>big <00:00:02.000>world." in vtt(cues, words)
    assert "<" not in srt(cues, words)


def test_a_word_out_of_its_cue_or_written_otherwise_has_no_time():
    cues = [Cue(1, 3, "a b"), Cue(4, 6, "c d")]
    words = [Cue(0.5, 1, "a"), Cue(3.5, 4, "b"), Cue(4.5, 5, "x"), Cue(5, 6, "d")]

    assert re.findall("<.*?>.", vtt(cues, words)) == ["<00:00:05.000>d"]


def test_markup_of_the_format_is_escaped():
    assert "a &lt;b&gt; &amp; --&gt; c" in vtt([Cue(0, 1, "a <b> & --> c")])
    assert "a <b> & → c" in srt([Cue(0, 1, "a <b> & --> c")])


def test_hours_roll_over():
    assert srt([Cue(3599.9996, 3661.001, "x")]).splitlines()[1] == "01:00:00,000 --> 01:01:01,001"


def test_a_long_cue_is_two_lines_at_a_time():
    text = "The quick brown fox jumps over the lazy dog, and " * 4
    shown = read(srt([Cue(0, 20, text)]))

    assert [len(lines) for _, _, lines in shown] == [2, 2, 1]
    assert shown[0][0] == 0
    assert shown[-1][1] == 20_000
    assert all(end == start for (_, end, _), (start, _, _) in pairwise(shown))
    assert " ".join(line for _, _, lines in shown for line in lines) == text.strip()


def test_a_long_cue_is_divided_when_its_words_say():
    text = "one " * 20 + "two " * 20
    words = [Cue(index / 10, index / 10, "one") for index in range(20)]
    words += [Cue(10 + index / 10, 10 + index / 10, "two") for index in range(20)]
    shown = read(srt([Cue(0, 20, text)], words))

    assert shown[1][0] == 10_000
    assert shown[1][2][0].startswith("two")


def test_korean_lines_are_shorter_and_words_stay_whole():
    text = "오늘은 날씨가 아주 좋아서 우리는 함께 공원에 가서 산책을 하고 돌아왔습니다."
    lines = [line for _, _, lines in read(srt([Cue(0, 5, text)])) for line in lines]

    assert all(len(line) <= WIDE_WIDTH for line in lines)
    assert " ".join(lines) == text


def test_a_script_without_spaces_is_divided_all_the_same():
    ((_, _, lines),) = read(
        srt([Cue(0, 5, "今日は天気がとても良いので公園に行きました。そして帰った。")])
    )

    assert [len(line) <= WIDE_WIDTH for line in lines] == [True, True]


def test_cues_over_each_other_are_set_apart():
    shown = read(srt([Cue(3, 9, "b"), Cue(0, 5, "a"), Cue(3, 4, "c"), Cue(-5, -4, "d")]))

    assert all(start < end for start, end, _ in shown)
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(shown))
    assert shown[0][0] == 0


def check(shown, cues):
    assert all(0 <= start < end for start, end, _ in shown)
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(shown))
    assert all(1 <= len(lines) <= 2 for _, _, lines in shown)
    assert all(0 < len(line) <= WIDTH for _, _, lines in shown for line in lines)
    given_text = sorted("".join(words_of(cue.text) for cue in cues).replace("-->", "→"))
    assert sorted(words_of("".join(line for _, _, lines in shown for line in lines))) == given_text


@given(CUES, CUES)
def test_any_cues_make_a_file_that_a_strict_reader_reads(cues, words):
    check(read(srt(cues, words)), cues)

    shown = []
    for start, end, lines in read_vtt(vtt(cues, words)):
        stamps = [milliseconds(found) for found in re.findall(f"<{CLOCK}>", "\n".join(lines))]
        assert all(a < b for a, b in pairwise([start, *stamps, end]))
        bare = [html.unescape(re.sub("<.*?>", "", line)) for line in lines]
        assert not any("-->" in line for line in lines)
        shown.append((start, end, [line.replace("-->", "→") for line in bare]))
    check(shown, cues)


@pytest.mark.parametrize("piece", ["a", "a ", "가 ", "<"])
def test_the_time_grows_with_the_length_of_anything(piece):
    def write(text):
        words = [Cue(index / 100, math.nan, "a") for index in range(len(text) // 2)]
        vtt([Cue(0, 600, text)], words)

    assert grows_evenly(write, piece)
