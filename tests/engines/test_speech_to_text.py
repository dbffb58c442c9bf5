"""Writing down speech: what is asked, what is heard between the words, and the embedded engine."""

import itertools
import string
from typing import NamedTuple

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import hearing
from tests.engines.chat_parts import MACHINE

from portfolio_core import errors
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.speech_to_text import ambience, pocketsphinx
from portfolio_core.engines.speech_to_text.activity import (
    LONGEST_SECONDS,
    Activity,
    heard_until,
    signal_of,
)
from portfolio_core.engines.speech_to_text.ambience import Stretch
from portfolio_core.engines.speech_to_text.pocketsphinx import PocketSphinxEngine
from portfolio_core.settings import Limits

SECOND = hearing.sound(hearing.silence(1))
USUAL_WER = 0.15  # of flite's clear voices; 0.09 to 0.11 was measured elsewhere, 0.05 here
NOT_SPEECH = {
    "silence": hearing.silence(8),
    "hiss": hearing.noise(8, colour=0),
    "wind": hearing.noise(8, colour=2),
    "music": hearing.music(8),
    "music over noise": hearing.music(8) + hearing.noise(8, level=0.03),
    "hum": hearing.hum(8),
}


class Part(NamedTuple):
    """A word as the recogniser tells of it."""

    word: str
    start_frame: int
    end_frame: int


@pytest.fixture(scope="module")
def engine():
    return PocketSphinxEngine.load(None, MACHINE)


@pytest.fixture(scope="module")
def activity():
    return Activity.load()


def wanted(sound, language="auto", translate=False, engine=PocketSphinxEngine, limits=None):
    return stt.request(
        sound,
        language,
        translate,
        languages=engine.LANGUAGES,
        translates=engine.TRANSLATES,
        limits=limits or Limits(),
    )


def written(engine, samples):
    return list(engine.transcribe(wanted(hearing.sound(samples))))


def plain(text):
    """The words of ``text`` as the engine writes them."""
    return text.lower().translate(str.maketrans("", "", string.punctuation))


def said(segments):
    return " ".join(segment.text for segment in segments if segment.text)


def assert_whole(segments, seconds):
    """The segments follow each other without gaps, and so do the words within them."""
    edges = [0.0, *(s.end_seconds for s in segments)]
    assert [s.start_seconds for s in segments] == edges[:-1]
    assert edges[-1] == seconds
    assert all(segment.start_seconds < segment.end_seconds for segment in segments)
    for segment in segments:
        assert bool(segment.words) == (segment.kind == "speech")
        times = [t for w in segment.words for t in (w.start_seconds, w.end_seconds)]
        assert times == sorted(times)
        assert all(segment.start_seconds <= t <= segment.end_seconds for t in times)
        assert all(0 < word.confidence <= 1 for word in segment.words)


class TestRequest:
    """A caller's values, whatever they are."""

    def test_a_language_and_a_sound_become_a_request(self):
        assert wanted(SECOND, "en") == stt.SpeechToTextRequest(SECOND, "en", translate=False)

    @pytest.mark.parametrize("language", ["ko", "fr", "yue"])
    def test_a_language_of_other_engines_is_refused_with_what_to_take(self, language):
        with pytest.raises(errors.LanguageNotHeard) as refused:
            wanted(SECOND, language)
        assert refused.value.fields["choices"] == "auto, en"
        assert "tiny" in refused.value.hint

    @pytest.mark.parametrize("language", ["tlh", "", None, 7, "EN", ["en"]])
    def test_a_language_that_nobody_knows_is_an_unknown_choice(self, language):
        with pytest.raises(errors.UnknownChoice):
            wanted(SECOND, language)

    def test_an_engine_that_does_not_translate_says_so(self):
        with pytest.raises(errors.CannotTranslate):
            wanted(SECOND, translate=True)

    @pytest.mark.parametrize("sound", [None, b"RIFF", "a.wav", np.zeros(16_000)])
    def test_what_is_no_sound_is_refused(self, sound):
        with pytest.raises(errors.InvalidInput):
            wanted(sound)

    @pytest.mark.parametrize("translate", [None, 1, "yes"])
    def test_a_switch_that_is_neither_on_nor_off_is_refused(self, translate):
        with pytest.raises(errors.InvalidInput):
            wanted(SECOND, translate=translate)

    def test_a_sound_too_short_for_a_word_is_empty(self):
        with pytest.raises(errors.RecordingEmpty):
            wanted(hearing.sound(hearing.silence(0.05)))

    def test_a_sound_over_the_limit_is_refused(self):
        with pytest.raises(errors.RecordingTooLong) as refused:
            wanted(hearing.sound(hearing.silence(3)), limits=Limits(recording_seconds=1.5))
        assert refused.value.status == 413


class TestAmbience:
    """What is heard where nobody speaks."""

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("silence", "silence"),
            ("hiss", "noise"),
            ("wind", "noise"),
            ("music", "music"),
            ("music over noise", "music"),
            ("hum", "noise"),
        ],
    )
    def test_each_is_called_by_its_name(self, activity, name, kind):
        signal = signal_of(hearing.sound(NOT_SPEECH[name]))

        assert activity.stretches(signal) == [(kind, 0, len(signal))]

    def test_where_one_ends_the_next_begins(self, activity):
        parts = [hearing.silence(3), hearing.music(4), hearing.noise(3)]
        found = activity.stretches(signal_of(hearing.sound(np.concatenate(parts))))

        assert [part.kind for part in found] == ["silence", "music", "noise"]
        assert [part.start / hearing.RATE for part in found] == pytest.approx([0, 3, 7], abs=0.6)

    def test_what_is_quiet_beside_speech_is_silence_and_alone_it_is_noise(self):
        room = hearing.noise(4, level=0.01).astype(np.float32)  # -40 dB

        beside_speech = ambience.stretches(room, 0, len(room), -5.0)
        alone = ambience.stretches(room, 0, len(room), -200.0)

        assert [part.kind for part in beside_speech] == ["silence"]
        assert [part.kind for part in alone] == ["noise"]

    @given(
        levels=st.lists(st.sampled_from([0.0, 0.001, 0.3]), min_size=1, max_size=12),
        odd=st.integers(0, 7_999),
    )
    def test_stretches_cover_any_sound_and_change_kind_each_time(self, levels, odd):
        signal = np.repeat(np.float32(levels), 8_000)[: len(levels) * 8_000 - odd]
        signal *= np.random.default_rng(0).standard_normal(len(signal)).astype(np.float32)

        found = ambience.stretches(signal, 0, len(signal), -200.0)

        assert [0, *(part.end for part in found)] == [*(p.start for p in found), len(signal)]
        assert all(one.kind != other.kind for one, other in itertools.pairwise(found))


class TestActivity:
    """Finding speech."""

    def test_speech_is_found_where_it_is(self, activity):
        speech = hearing.spoken(hearing.SENTENCES[0])
        samples = np.concatenate([hearing.music(4), speech, hearing.noise(4, level=0.03)])

        found = activity.stretches(signal_of(hearing.sound(samples)))

        assert [part.kind for part in found] == ["music", "speech", "noise"]
        begin, end = found[1].start / hearing.RATE, found[1].end / hearing.RATE
        assert begin == pytest.approx(4, abs=0.3)
        assert end == pytest.approx(4 + len(speech) / hearing.RATE, abs=0.4)

    def test_the_margin_behind_speech_is_told_from_it_where_something_else_follows(self):
        ends = [0, 16_000, 32_000, 48_000]
        kinds = "speech", "speech", "music", "speech"
        parts = [Stretch(kind, end, end + 16_000) for kind, end in zip(kinds, ends, strict=True)]

        assert [heard_until(parts, number) for number in (0, 1, 3)] == [1.0, 0.85, 1.0]

    def test_speech_without_a_pause_is_cut(self, activity):
        breathless = np.tile(hearing.spoken("one two three four five six seven")[2000:-6000], 20)
        found = activity.stretches(signal_of(hearing.sound(breathless)))

        assert sum(part.kind == "speech" for part in found) > 1
        longest = max(part.end - part.start for part in found) / hearing.RATE
        assert longest < LONGEST_SECONDS + 1

    def test_loading_leaves_torch_its_threads(self, activity):
        import torch

        before = torch.get_num_threads()
        try:
            torch.set_num_threads(2)
            Activity.load()
            assert torch.get_num_threads() == 2
        finally:
            torch.set_num_threads(before)


class TestPocketSphinx:
    """The engine that needs no download."""

    @pytest.mark.parametrize("name", NOT_SPEECH)
    def test_where_nobody_speaks_there_are_no_words(self, engine, name):
        segments = written(engine, NOT_SPEECH[name])

        assert said(segments) == ""
        assert_whole(segments, 8)

    def test_without_the_detector_it_would_hear_words(self, engine):
        signal = NOT_SPEECH["music"][: 3 * hearing.RATE].astype(np.float32)

        assert engine._decoded(signal)

    def test_of_the_words_those_stay_that_can_be_said_where_speech_is_heard(self):
        frames = {"a": (100, 102), "book": (103, 140), "for": (141, 161), "there": (150, 180)}
        parts = [Part(text, *edges) for text, edges in frames.items()]

        assert [part.word for part in pocketsphinx._said(parts, 1.52)] == ["book", "for"]
        assert [part.word for part in pocketsphinx._said(parts, 1.51)] == ["book"]

    def test_clear_english_is_written_within_the_usual_error(self, engine):
        parts = [hearing.silence(1)]
        for text in hearing.SENTENCES:
            parts += [hearing.spoken(text), hearing.silence(1)]
        segments = written(engine, np.concatenate(parts))

        assert jiwer.wer(plain(" ".join(hearing.SENTENCES)), said(segments)) <= USUAL_WER
        assert {s.language for s in segments if s.words} == {"en"}
        assert_whole(segments, sum(map(len, parts)) / hearing.RATE)

    def test_another_rate_is_understood_as_well(self, engine):
        import soxr

        speech = soxr.resample(hearing.spoken(hearing.SENTENCES[0]), hearing.RATE, 44_100)
        segments = list(engine.transcribe(wanted(hearing.sound(speech, 44_100))))

        assert jiwer.wer(plain(hearing.SENTENCES[0]), said(segments)) <= USUAL_WER
        assert_whole(segments, len(speech) / 44_100)

    def test_a_result_does_not_depend_on_what_was_heard_before(self, engine):
        one, other = (hearing.spoken(text) for text in hearing.SENTENCES[:2])
        first = written(engine, one)
        written(engine, 0.05 * other)

        assert written(engine, one) == first

    def test_who_leaves_stops_the_work(self, engine):
        parts = [hearing.spoken("Hello there."), hearing.silence(2)] * 3
        asked = []

        def check():
            asked.append(None)
            if len(asked) == 2:
                raise errors.Cancelled

        got = []
        with pytest.raises(errors.Cancelled):
            got.extend(engine.transcribe(wanted(hearing.sound(np.concatenate(parts))), check))
        assert len(asked) == 2

    def test_sounds_of_no_language_are_written_in_doubt(self, engine):
        clear = hearing.spoken(hearing.SENTENCES[1])

        assert {s.note for s in written(engine, clear[::-1])} <= {"doubtful", "not_understood"}
        assert {s.note for s in written(engine, clear)} == {""}

    @pytest.mark.parametrize("voice", ["slt", "rms", "kal16"])
    def test_speech_that_sounds_like_no_english_is_not_understood(self, engine, voice):
        clear = hearing.spoken(hearing.SENTENCES[0], voice)

        (segment,) = [s for s in written(engine, clear[::-1]) if s.words]
        assert segment.note == "not_understood"
        assert segment.language == ""
        assert {s.note for s in written(engine, clear)} == {""}

    def test_by_the_words_probability_alone_it_would_pass_for_english(self, engine, monkeypatch):
        monkeypatch.setattr("portfolio_core.engines.speech_to_text.pocketsphinx._FITS", -100)
        backwards = hearing.spoken(hearing.SENTENCES[0])[::-1]

        assert {s.note for s in written(engine, backwards) if s.words} == {""}
