"""Scenes told aloud where nobody speaks, by a voice whose sounds have known lengths."""

import numpy as np
import pytest

from portfolio_core.errors import Cancelled, NothingToDescribe
from portfolio_core.media.audio import FORMATS, Sound, encode
from portfolio_core.media.description import BREATH_SECONDS, OVERRUN_SECONDS, describe
from portfolio_core.text.timeline import Entry, Timeline, Word

RATE = 22_050
SECONDS_A_WORD = 0.4
VOICE, MUSIC = 20_000, 8000  # how loud


def tone(seconds, loud, rate=RATE):
    return Sound(np.full(round(seconds * rate), loud, np.int16), rate)


def speak(text):
    """Say each word in 0.4 s, and be silent a while after it, as voices are."""
    said = tone(SECONDS_A_WORD * len(text.split()), VOICE)
    return Sound(np.concatenate([said.samples, np.zeros(RATE // 3, np.int16)]), RATE)


def scene(start, end, text):
    return Entry("scene", start, end, text)


def speech(start, end):
    return Entry("speech", start, end, "words", (Word("words", start, end),))


def told(timeline, sound=None):
    return describe(timeline, sound, speak).told


class TestPlaces:
    """Where a scene is told, and what becomes of it where it is not."""

    def test_it_is_told_from_its_beginning_where_nobody_speaks(self):
        (one,) = told(Timeline(9, (scene(2, 9, "A red house."),)))

        assert (one.outcome, one.text) == ("spoken", "A red house.")
        assert (one.start_seconds, one.end_seconds) == (2, pytest.approx(3.2))

    def test_it_waits_for_a_gap_between_speech(self):
        entries = (scene(0, 9, "A red house."), speech(0, 2), speech(2.5, 4))

        (one,) = told(Timeline(9, entries))

        assert one.start_seconds == pytest.approx(4 + BREATH_SECONDS)

    def test_no_voice_is_ever_over_speech(self):
        entries = (scene(0, 6, "A red house. It rains."), scene(6, 12, "Two dogs run home."),
                   speech(1, 2), speech(3.5, 5), speech(7, 7.5), speech(10, 12))  # fmt: skip

        found = told(Timeline(12, entries))

        assert {one.outcome for one in found} <= {"spoken", "shortened"}
        for one in found:
            for other in entries[2:]:
                assert one.end_seconds <= other.start_seconds or one.start_seconds >= (
                    other.end_seconds
                )

    def test_what_does_not_fit_is_shortened_by_whole_sentences(self):
        (one,) = told(Timeline(3, (scene(0, 3, "A red house. It rains all day. Nobody is out."),)))

        assert (one.outcome, one.text) == ("shortened", "A red house. It rains all day.")

    def test_of_a_sentence_that_is_too_long_the_beginning_is_told(self):
        (one,) = told(Timeline(3, (scene(0, 3, "Facts: a red house, two dogs, rain, and snow."),)))

        assert (one.outcome, one.text) == ("shortened", "Facts: a red house, two dogs, rain.")

    def test_a_bare_lead_is_never_told(self):
        (one,) = told(Timeline(2, (scene(0, 2, "Facts, no description: a red house, two dogs."),)))

        assert one.outcome == "no_room"

    def test_how_the_scene_before_began_is_not_said_again(self):
        first, second = told(
            Timeline(9, (scene(0, 4, "It shows: a house."), scene(4, 9, "It shows: two dogs.")))
        )

        assert (first.text, second.text) == ("It shows: a house.", "Two dogs.")

    def test_what_a_scene_that_was_left_out_began_with_is_said(self):
        lead = "It shows: "
        entries = (scene(0, 2, f"{lead}a house."), speech(0, 4), scene(4, 9, f"{lead}two dogs."))

        first, second = told(Timeline(9, entries))

        assert (first.outcome, second.text) == ("no_room", "It shows: two dogs.")

    def test_a_scene_is_not_left_out_for_what_the_one_before_would_have_begun_with(self):
        lead = "What it shows is this: "
        entries = (scene(0, 2, f"{lead}a house."), speech(0, 4), scene(4, 5, f"{lead}two dogs."))

        first, second = told(Timeline(5, entries))

        assert (first.outcome, second.text) == ("no_room", "Two dogs.")

    def test_a_scene_like_one_that_was_left_out_is_told(self):
        entries = (scene(0, 2, "A red house."), speech(0, 4), scene(4, 9, "A red house."))

        found = told(Timeline(9, entries))

        assert [one.outcome for one in found] == ["no_room", "spoken"]

    def test_where_not_a_sentence_fits_it_is_left_out(self):
        (one,) = told(Timeline(3, (scene(0, 3, "A red house."), speech(0, 2.5))))

        assert (one.outcome, one.text) == ("no_room", "")

    def test_it_may_go_on_a_little_into_the_next_scene_which_waits(self):
        first, second = told(
            Timeline(9, (scene(0, 1, "A house of red bricks."), scene(1, 9, "A dog.")))
        )

        assert first.end_seconds == pytest.approx(2.0)
        assert first.end_seconds <= 1 + OVERRUN_SECONDS
        assert second.start_seconds == pytest.approx(first.end_seconds + BREATH_SECONDS)

    def test_the_same_scene_is_not_told_twice(self):
        found = told(Timeline(9, tuple(scene(at, at + 3, "A red house.") for at in (0, 3, 6))))

        assert [one.outcome for one in found] == ["spoken", "as_before", "as_before"]

    def test_a_pause_between_words_of_one_stretch_is_a_gap(self):
        words = (Word("One", 0, 0.5), Word("two.", 4, 4.5))

        (one,) = told(
            Timeline(5, (scene(0, 5, "A red house."), Entry("speech", 0, 4.5, "One two.", words)))
        )

        assert one.start_seconds == pytest.approx(0.5 + BREATH_SECONDS)

    def test_of_a_picture_all_is_told(self):
        made = describe(Timeline(0, (scene(0, 0, "A red house. It rains."),)), None, speak)

        assert made.told[0].outcome == "spoken"
        assert made.sound.seconds == pytest.approx(5 * SECONDS_A_WORD + BREATH_SECONDS, abs=0.01)

    @pytest.mark.parametrize("entries", [(), (speech(0, 1),), (scene(0, 1, " …"),)], ids=range(3))
    def test_without_a_scene_there_is_nothing_to_tell(self, entries):
        with pytest.raises(NothingToDescribe):
            told(Timeline(1, entries))

    def test_it_can_be_stopped_between_sentences(self):
        def check():
            raise Cancelled

        with pytest.raises(Cancelled):
            describe(Timeline(9, (scene(0, 9, "A dog."),)), None, speak, check)


class TestMixing:
    """How it sounds."""

    def loud(self, made, start, end):
        samples = made.sound.samples[
            round(start * made.sound.rate) : round(end * made.sound.rate)
        ].astype(float)
        return float(np.abs(samples).mean())

    def test_the_sound_is_turned_down_under_the_voice_and_only_there(self):
        made = describe(Timeline(9, (scene(3, 9, "A red house."),)), tone(9, MUSIC), speak)

        assert made.sound.seconds == 9
        assert self.loud(made, 0, 2.8) == MUSIC
        assert self.loud(made, 4.4, 9) == MUSIC
        # the voice at four fifths of full scale, a quarter of the music under it
        assert self.loud(made, 3.0, 4.2) == pytest.approx(0.8 * 32_767 + MUSIC / 4, rel=0.01)

    def test_nothing_jumps_where_it_is_turned_down(self):
        made = describe(Timeline(9, (scene(3, 9, "A red house."),)), tone(9, MUSIC), speak)
        before = made.sound.samples[: 3 * RATE].astype(int)

        assert np.abs(np.diff(before)).max() < MUSIC / 100

    def test_what_is_too_loud_together_is_not_cut_off(self):
        made = describe(Timeline(3, (scene(0, 3, "A red house."),)), tone(3, 32_000), speak)

        assert self.loud(made, 0.1, 1.1) == pytest.approx(32_767, rel=0.01)

    def test_a_silent_clip_is_as_long_as_it_was(self):
        made = describe(Timeline(7.5, (scene(0, 7.5, "A red house."),)), None, speak)

        assert made.sound.seconds == 7.5

    @pytest.mark.parametrize("rate", [1000, 8000, 22_050, 96_000])
    def test_every_format_takes_the_rate(self, rate):
        made = describe(Timeline(2, (scene(0, 2, "A dog."),)), tone(2, MUSIC, rate), speak)

        assert made.sound.seconds == pytest.approx(2, abs=0.01)
        assert all(len(encode(made.sound, kind)) > 1000 for kind in FORMATS)
