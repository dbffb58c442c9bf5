"""Subtitles for who cannot hear: the rules, on speech with known times."""

import random
from itertools import pairwise

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.text import subtitles, timeline_files
from portfolio_core.text.captions import Cue
from portfolio_core.text.subtitles import LONGEST_SECONDS, NEAR_SECONDS, SHORTEST_SECONDS
from portfolio_core.text.timeline import Entry, Timeline, Word

TOLERANCE = 0.002  # files have milliseconds
SENTENCES = (
    "The river was wide, and nobody had crossed it since the bridge fell. Yes. We waited there "
    "until the evening, because the ferry would come back for us, as it did every day. "
    "“Who is there?” No."
)
KOREAN = (
    "강은 넓었고, 다리가 무너진 뒤로는 아무도 건너지 못했습니다. 네. 우리는 저녁까지 기다렸습니다. "
    "배가 날마다 그랬듯이 우리를 데리러 돌아올 것이기 때문이었습니다."
)


def said(text, start=0.5, per_second=14.0, pause=0.0):
    """Return words at the pace of speech; a sentence is followed by a pause."""
    words, at = [], start
    for word in text.split():
        end = at + (len(word) + 1) / per_second
        words.append(Word(word, at, end))
        at = end + (pause if word[-1] in ".?”" else 0.0)
    return tuple(words)


def speech(words):
    text = " ".join(word.text for word in words)
    return Entry("speech", words[0].start_seconds, words[-1].end_seconds, text, words)


def shown(timeline, kind):
    """Return the subtitles as a library reads them from the file: start, end, lines."""
    content = timeline_files.FORMATS[kind].write(timeline)
    return [
        (line.start / 1000, line.end / 1000, line.text.split(r"\N"))
        for line in pysubs2.SSAFile.from_string(content, format_=kind)
    ]


def obey(found):
    """Look that the rules of form hold for all subtitles."""
    for start, end, lines in found:
        assert SHORTEST_SECONDS - TOLERANCE <= end - start <= LONGEST_SECONDS + TOLERANCE
        assert len(lines) <= 2
        assert all(0 < len(line) <= 42 for line in lines)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


def near(found, words):
    """Look that each subtitle begins and ends with the words in it."""
    at = 0
    for start, end, lines in found:
        count = len(" ".join(lines).split())
        part = words[at : at + count]
        at += count
        assert start == pytest.approx(part[0].start_seconds, abs=NEAR_SECONDS + TOLERANCE)
        lasted = end - start <= SHORTEST_SECONDS + TOLERANCE  # too short to be read otherwise
        assert lasted or end == pytest.approx(part[-1].end_seconds, abs=NEAR_SECONDS + TOLERANCE)
    assert at == len(words)


@pytest.mark.parametrize("kind", ["srt", "vtt"])
@pytest.mark.parametrize("pause", [0.0, 0.3, 0.8, 2.5])
@pytest.mark.parametrize(("text", "pace"), [(SENTENCES, 14.0), (KOREAN, 6.0)], ids=["en", "ko"])
def test_speech_with_known_times_obeys_every_rule(text, pace, pause, kind):
    words = said(text, per_second=pace, pause=pause)

    found = shown(Timeline(60, (speech(words),)), kind)

    obey(found)
    near(found, words)
    assert " ".join(" ".join(lines) for _, _, lines in found) == text


def test_subtitles_end_where_sentences_do():
    words = said("Nobody had crossed the river for years. The ferry would come back for us soon.")

    texts = [" ".join(lines) for _, _, lines in shown(Timeline(9, (speech(words),)), "srt")]

    assert texts == [
        "Nobody had crossed the river for years.", "The ferry would come back for us soon.",
    ]  # fmt: skip


def test_korean_lines_are_broken_between_words_and_as_wide_as_they_look():
    words = said(KOREAN, per_second=6.0)

    for _, _, lines in shown(Timeline(60, (speech(words),)), "srt"):
        assert all(len(line) <= 20 for line in lines)  # each letter as wide as two


def test_a_short_word_alone_stands_a_second_and_no_longer():
    words = (Word("Yes.", 3.0, 3.4),)

    ((start, end, _),) = shown(Timeline(9, (speech(words),)), "srt")

    assert (start, end) == (pytest.approx(2.7), pytest.approx(3.7))


def test_a_word_that_never_ends_is_taken_away_after_seven_seconds():
    ((start, end, _),) = shown(Timeline(60, (speech((Word("Ah", 1.0, 50.0),)),)), "srt")

    assert (start, end) == (1.0, 8.0)


def test_music_and_noise_are_marked_and_silence_is_not():
    one = Timeline(
        40,
        (
            Entry("music", 0, 20), Entry("silence", 20, 25), speech(said("Hello there.", 25)),
            Entry("noise", 27, 30),
        ),
        "ko",
    )  # fmt: skip

    found = shown(one, "vtt")

    assert [lines for _, _, lines in found] == [["[음악]"], ["Hello there."], ["[소음]"]]
    assert found[0][:2] == (0, 7)
    obey(found)


def guess(text):
    words = said("you're available at that", 1)
    return Entry("speech", 1, 3, text, words, note="not_understood")


def test_speech_that_was_not_understood_is_marked_until_somebody_writes_it():
    heard = "you're available at that"
    assert shown(Timeline(4, (guess(heard),), "ko"), "srt")[0][2] == ["[알아듣지 못한 말]"]
    assert shown(Timeline(4, (guess("영화도 몰랐다"),), "ko"), "srt")[0][2] == ["영화도 몰랐다"]
    assert timeline_files.text(Timeline(4, (guess(heard),))) == (
        "[0:01.0 - 0:03.0] Speech: [speech, not understood]\n"
    )


def test_a_mark_gives_way_to_speech():
    one = Timeline(9, (Entry("music", 0, 9), speech(said("Now we can sing.", 0.4))))

    found = shown(one, "srt")

    obey(found)
    assert found[0][2] == ["Now we can sing."]
    assert found[1][0] >= found[0][1]


def test_an_edited_line_is_shown_as_it_was_edited():
    words = said("I see the see.")
    edited = Entry("speech", words[0].start_seconds, words[-1].end_seconds, "I see the sea.", words)

    ((_, _, lines),) = shown(Timeline(3, (edited,)), "srt")

    assert lines == ["I see the sea."]


def test_nothing_said_is_no_subtitle():
    assert shown(Timeline(3, ()), "srt") == []
    assert timeline_files.vtt(Timeline(3, (Entry("speech", 0, 3, ""),))) == "WEBVTT\n"


SPOKEN = st.lists(
    st.tuples(
        st.text("abcdefgh", min_size=1, max_size=12),
        st.sampled_from(["", "", "", ",", ".", "?"]),
        st.sampled_from([0.0, 0.0, 0.0, 0.05, 0.3, 0.6, 1.2, 4.0]),
        st.floats(9, 17),
    ),
    min_size=1,
    max_size=80,
)


@given(SPOKEN)
def test_speech_of_any_words_and_pauses_obeys_every_rule(spoken):
    words, at = [], 0.2
    for letters, sign, pause, pace in spoken:
        end = at + pause + (len(letters) + 1) / pace
        words.append(Word(letters + sign, at + pause, end))
        at = end
    if at < 3.0:  # a second is there for each only where there is time at all
        return

    found = shown(Timeline(at, (speech(tuple(words)),)), "srt")

    obey(found)
    near(found, words)


@given(st.lists(st.builds(Cue, st.floats(0, 9), st.floats(0, 9), st.text(max_size=50)), max_size=9))
def test_words_without_sense_are_set_apart_all_the_same(words):
    cues = subtitles.divided(words)

    assert all(one.start_seconds <= one.end_seconds for one in cues)
    assert all(one.end_seconds <= two.start_seconds + 1e-9 for one, two in pairwise(cues))
    kept = [word.text for word in sorted(words, key=lambda w: w.start_seconds) if word.text.strip()]
    assert " ".join(cue.text for cue in cues) == " ".join(kept)


def test_the_time_grows_with_the_number_of_words():
    rng = random.Random(5)

    def divide(text):
        words, at = [], 0.0
        for _ in text[::4]:
            at += rng.random()
            words.append(Cue(at, at + 0.3, "word"))
        subtitles.divided(words)

    assert grows_evenly(divide, "a")
