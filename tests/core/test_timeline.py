"""Scenes and speech on one timeline: weaving, edited lines, what a stranger sends."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core.errors import TimelineUnreadable, UnknownChoice
from portfolio_core.settings import Limits
from portfolio_core.text import timeline, timeline_files
from portfolio_core.text.timeline import Entry, Timeline, Word, spoken_words, woven

LIMITS = Limits()
SAID = (Word("Good", 1.0, 1.3, 0.9), Word("morning,", 1.3, 1.9, 0.8), Word("Anna.", 2.1, 2.6, 0.2))
SPEECH = Entry("speech", 1.0, 2.6, "Good morning, Anna.", SAID, "en")


def scene(start, end, text="A house."):
    return Entry("scene", start, end, text, language="en")


class TestWeaving:
    """Scenes and what is heard become one list."""

    def test_they_stand_in_order_and_a_scene_before_its_sound(self):
        music = Entry("music", 0, 1)

        one = woven([scene(2, 4), scene(0, 2)], [music, SPEECH], 4, "en")

        assert [(e.kind, e.start_seconds) for e in one.entries] == [
            ("scene", 0), ("music", 0), ("speech", 1.0), ("scene", 2),
        ]  # fmt: skip

    def test_short_silence_is_left_out_and_neighbours_become_one(self):
        heard = [
            Entry("silence", 0, 0.6), Entry("silence", 0.6, 1.2), SPEECH, Entry("silence", 2.6, 3),
            Entry("noise", 3, 3.2), Entry("music", 3.2, 4),
        ]  # fmt: skip

        one = woven([], heard, 4, "en")

        assert [(e.kind, e.end_seconds) for e in one.entries] == [
            ("silence", 1.2), ("speech", 2.6), ("music", 4),
        ]  # fmt: skip

    def test_two_stretches_of_speech_stay_two(self):
        other = Entry("speech", 2.6, 3, "Hello.")

        assert woven([], [SPEECH, other], 3, "en").entries == (SPEECH, other)


class TestEditedLines:
    """A line that was edited keeps the times of the words that stayed."""

    def test_an_untouched_line_keeps_all_words(self):
        assert spoken_words(SPEECH) == SAID

    def test_a_corrected_word_gets_the_time_between_its_neighbours(self):
        edited = Entry("speech", 1.0, 2.6, "Good evening, Anna.", SAID)

        good, evening, anna = spoken_words(edited)

        assert (good, anna) == (SAID[0], SAID[2])
        assert (evening.text, evening.start_seconds, evening.end_seconds) == ("evening,", 1.3, 2.1)
        assert not evening.doubtful  # a person wrote it

    def test_a_changed_sign_keeps_the_time(self):
        edited = Entry("speech", 1.0, 2.6, "good morning Anna!", SAID)

        assert [w.start_seconds for w in spoken_words(edited)] == [1.0, 1.3, 2.1]
        assert [w.text for w in spoken_words(edited)] == ["good", "morning", "Anna!"]

    def test_a_line_without_times_shares_its_time_by_length(self):
        words = spoken_words(Entry("speech", 0, 4, "a bcd"))

        assert [(w.start_seconds, w.end_seconds) for w in words] == [
            (0, pytest.approx(4 / 3)), (pytest.approx(4 / 3), 4),
        ]  # fmt: skip

    def test_an_emptied_line_says_nothing(self):
        assert spoken_words(Entry("speech", 1.0, 2.6, "", SAID)) == ()

    @given(
        st.text(max_size=60), st.lists(st.sampled_from(["a", "b", "c", "Good", "Anna"]), max_size=6)
    )
    def test_any_edit_keeps_the_text_and_the_order(self, text, others):
        said = " ".join([*text.split(), *others])

        words = spoken_words(Entry("speech", 1.0, 2.6, said, SAID))

        assert [w.text for w in words] == said.split()
        assert all(w.start_seconds <= w.end_seconds for w in words)
        starts = [w.start_seconds for w in words]
        assert starts == sorted(starts)


class TestPlainValues:
    """What is written is read again; what a stranger sends is looked at."""

    def test_what_is_written_is_read_again(self):
        one = woven([scene(0, 4)], [SPEECH, Entry("music", 3, 4)], 4, "ko")

        assert timeline.read(json.loads(timeline_files.as_json(one)), LIMITS) == one

    def test_doubtful_words_are_marked(self):
        (entry,) = timeline.data(Timeline(3, (SPEECH,)))["entries"]

        assert [word["doubtful"] for word in entry["words"]] == [False, False, True]

    @pytest.mark.parametrize(
        "value",
        [
            None, [], "x", {}, {"entries": 3}, {"entries": [1]}, {"entries": [{}]},
            {"entries": [], "language": "xx"}, {"entries": [], "seconds": float("nan")},
            {"entries": [{"kind": "advert", "start_seconds": 0, "end_seconds": 1}]},
            {"entries": [{"kind": "scene", "start_seconds": "0", "end_seconds": 1}]},
            {"entries": [{"kind": "scene", "start_seconds": 0, "end_seconds": 1, "text": 1}]},
            {"entries": [{"kind": "scene", "start_seconds": 0, "end_seconds": 1, "words": [1]}]},
            {"entries": [{"kind": "scene", "start_seconds": 0, "end_seconds": 1}] * 2001},
            {"entries": [], "seconds": 183}, {"entries": [], "seconds": 10**400},
            {"entries": [{"kind": "speech", "start_seconds": 0, "end_seconds": 1, "words": [
                {"text": "a", "start_seconds": 0, "end_seconds": 1, "confidence": 2}]}]},
            {"entries": [{"kind": "scene", "start_seconds": 0, "end_seconds": 1e9}]},
            {"entries": [{"kind": "scene", "start_seconds": 0, "end_seconds": 1,
                          "text": "a" * 100_001}]},
        ],
        ids=range(19),
    )  # fmt: skip
    def test_what_is_no_timeline_is_refused(self, value):
        with pytest.raises(TimelineUnreadable):
            timeline.read(value, LIMITS)

    def test_what_is_invisible_or_backwards_is_put_right(self):
        sent = {"kind": "scene", "start_seconds": 2, "end_seconds": -1, "text": " a\n\u202eb\x00 "}

        (entry,) = timeline.read({"entries": [sent]}, LIMITS).entries

        assert (entry.start_seconds, entry.end_seconds, entry.text) == (2, 2, "a b")

    JSON = st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["entries", "kind", "seconds", "start_seconds", "words", "text"]),
            inner, max_size=4,
        ),
        max_leaves=8,
    )  # fmt: skip

    @given(JSON)
    def test_no_value_at_all_breaks_it(self, value):
        with contextlib.suppress(TimelineUnreadable):
            timeline.read(value, LIMITS)


class TestFiles:
    """What a timeline can be kept as."""

    def test_the_text_has_a_line_for_each_entry(self):
        one = woven([scene(0, 4)], [SPEECH, Entry("music", 3, 4)], 4, "ko")

        assert timeline_files.text(one) == (
            "[0:00.0 - 0:04.0] 화면: A house.\n"
            "[0:01.0 - 0:02.6] 말: Good morning, Anna.\n"
            "[0:03.0 - 0:04.0] 음악\n"
        )

    def test_a_picture_has_no_times(self):
        picture = Timeline(0, (scene(0, 0),))

        assert timeline_files.text(picture) == "Picture: A house.\n"
        assert [one.key for one in timeline_files.fitting(picture)] == ["txt", "json"]

    def test_a_sound_has_no_descriptions_and_a_silent_clip_no_subtitles(self):
        sound, clip = Timeline(3, (SPEECH,)), Timeline(4, (scene(0, 4),))

        assert [f.key for f in timeline_files.fitting(sound)] == ["srt", "vtt", "txt", "json"]
        assert [f.key for f in timeline_files.fitting(clip)] == ["descriptions", "txt", "json"]

    def test_scenes_become_a_track_of_descriptions(self):
        text = "A house. " * 20  # it is read out: no line of it is too long
        one = Timeline(4, (scene(0, 4, text), SPEECH, scene(4, 4)))

        assert timeline_files.descriptions(one) == (
            f"WEBVTT\n\n1\n00:00:00.000 --> 00:00:04.000\n{text.strip()}\n\n"
            "2\n00:00:04.000 --> 00:00:04.001\nA house.\n"
        )

    @pytest.mark.parametrize("key", ["exe", None, ["srt"], "../srt"])
    def test_an_unknown_format_is_refused(self, key):
        with pytest.raises(UnknownChoice):
            timeline_files.check_format(key)

    def test_a_minute_rolls_over(self):
        assert timeline_files.clock(59.96) == "1:00.0"
        assert timeline_files.clock(62.54) == "1:02.5"
