"""Whisper through the real classes, on random weights: times, languages, silence, loops."""

from dataclasses import replace

import numpy as np
import pytest
from tests.engines import hearing
from tests.engines.chat_parts import MACHINE

from portfolio_core import errors
from portfolio_core.catalog import MODELS, by_key, engine_class
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.speech_to_text import whisper
from portfolio_core.engines.speech_to_text.repetition import without_loops
from portfolio_core.engines.speech_to_text.whisper import WhisperBase
from portfolio_core.settings import Limits

NOBODY = {
    "silence": hearing.silence(4),
    "music": hearing.music(4),
    "noise": hearing.noise(4, colour=0),
}


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    """The folder of a tiny model with random weights."""
    return tiny.whisper.build(tmp_path_factory.mktemp("whisper"), keys=("whisper-base",))


@pytest.fixture(scope="module")
def engine(folder):
    return WhisperBase.load(folder, MACHINE)


def written(engine, samples, language="auto", translate=False):
    wanted = stt.request(
        hearing.sound(samples),
        language,
        translate,
        languages=engine.LANGUAGES,
        translates=engine.TRANSLATES,
        limits=Limits(),
    )
    return list(engine.transcribe(wanted))


@pytest.fixture(scope="module")
def sound():
    """Two seconds of music, a sentence, two seconds of silence."""
    speech = hearing.spoken("Good morning.")
    return np.concatenate([hearing.music(2), speech, hearing.silence(2)])


@pytest.fixture(scope="module")
def heard(engine, sound):
    return written(engine, sound)


class TestTimes:
    """Whatever the weights say, times are valid."""

    def test_segments_and_words_follow_each_other_from_start_to_end(self, heard, sound):
        edges = [0.0, *(s.end_seconds for s in heard)]

        assert {segment.kind for segment in heard} == {"music", "speech", "silence"}
        assert [s.start_seconds for s in heard] == edges[:-1]
        assert edges[-1] == len(sound) / hearing.RATE
        assert all(s.start_seconds < s.end_seconds for s in heard)
        for segment in heard:
            times = [t for w in segment.words for t in (w.start_seconds, w.end_seconds)]
            assert times == sorted(times)
            assert all(segment.start_seconds <= t <= segment.end_seconds for t in times)
            assert all(0 <= word.confidence <= 1 for word in segment.words)
            assert segment.text == " ".join(word.text for word in segment.words)

    def test_words_of_random_weights_are_marked(self, heard):
        assert {s.note for s in heard if s.kind == "speech"} <= {"doubtful", "repeated"}

    def test_a_loop_goes_round_once(self, heard):
        words = [word.text for s in heard for word in s.words]

        assert without_loops(words) == list(range(len(words)))


class TestSilence:
    """Whisper makes words of anything; it is given speech alone."""

    @pytest.mark.parametrize("name", NOBODY)
    def test_where_nobody_speaks_there_are_no_words(self, engine, name):
        (segment,) = written(engine, NOBODY[name])

        assert (segment.kind, segment.text, segment.words) == (name, "", ())

    def test_the_model_alone_makes_words_of_it(self, engine):
        signal = NOBODY["music"].astype(np.float32)
        sentences, _ = engine._sentences(signal, (0.0, 4.0), "en", "transcribe", lambda: None)

        assert sum(map(len, sentences)) > 0


class TestLanguages:
    """Which language is heard, asked for and written."""

    def test_a_language_is_found(self, heard):
        (found,) = {s.language for s in heard if s.words}

        assert found in stt.WHISPER_LANGUAGES

    def test_a_language_that_is_named_is_taken_and_a_translation_is_another_task(
        self, engine, sound
    ):
        plain = written(engine, sound, "ko")
        english = written(engine, sound, "ko", translate=True)

        assert {s.language for s in plain + english if s.words} == {"ko"}
        assert [s.text for s in plain] != [s.text for s in english]

    def test_chinese_is_written_without_spaces(self):
        words = tuple(stt.Word(text, 0, 1, 0.9) for text in "你好")

        assert whisper._segment(words, 0, 1, "zh", looped=False).text == "你好"
        assert whisper._segment(words, 0, 1, "ko", looped=False).text == "你 好"


class TestLoading:
    """Folders that hold what they should, and others."""

    def test_each_size_has_its_pins_and_says_its_revision(self, engine):
        sizes = [m for m in MODELS if stt.TASK in m.tasks and m.hub]

        assert [engine_class(m).KEY for m in sizes] == [m.key for m in sizes]
        assert all(
            {"model.bin", "tokenizer.json", "config.json"} < set(m.hub.sha256) for m in sizes
        )
        assert engine.revision == by_key("whisper-base").hub.revision

    def test_a_damaged_folder_is_an_engine_that_failed(self, folder, tmp_path):
        for name in ("model.bin", "tokenizer.json", "vocabulary.json", "config.json"):
            (tmp_path / name).write_bytes((folder / name).read_bytes()[:1000])

        with pytest.raises(errors.EngineFailed):
            WhisperBase.load(tmp_path, MACHINE)

    def test_a_folder_without_letters_asks_nobody_for_them(self, folder, tmp_path):
        for name in ("model.bin", "vocabulary.json", "config.json"):
            (tmp_path / name).symlink_to(folder / name)

        with pytest.raises(errors.EngineFailed):
            WhisperBase.load(tmp_path, MACHINE)

    def test_a_gpu_that_cannot_be_used_gives_way_to_the_processor(self, folder, monkeypatch):
        monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
        loaded = WhisperBase.load(folder, replace(MACHINE, device="cuda"))

        assert loaded._model.model.device == "cpu"

    def test_without_a_folder_the_hub_was_out_of_reach(self):
        with pytest.raises(errors.HubUnreachable):
            WhisperBase.load(None, MACHINE)


class TestStopping:
    """Whoever leaves is not waited for."""

    def test_the_check_ends_the_work(self, engine, sound):
        asked = []

        def check():
            asked.append(None)
            if len(asked) == 3:
                raise errors.Cancelled

        wanted = stt.SpeechToTextRequest(hearing.sound(sound), "en")
        with pytest.raises(errors.Cancelled):
            list(engine.transcribe(wanted, check))
        assert len(asked) == 3
