"""Text to speech: what every engine must do, and what each does beside."""

import importlib.util
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core import errors, hub
from portfolio_core.catalog import MODELS, by_key, engine_class
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech.espeak import EspeakEngine, short_path
from portfolio_core.engines.text_to_speech.kokoro import KokoroEngine
from portfolio_core.hardware import Hardware
from portfolio_core.media.audio import join
from portfolio_core.settings import Limits, Preset, Settings

ENGINES = [engine_class(model) for model in MODELS if tts.TASK in model.tasks]
LOUD = 1000  # of 32767: a voice, no noise floor


# One thread: where the other core is busy, a second one only waits for it.
MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request):
    if request.param is not KokoroEngine:
        return request.param.load(None, MACHINE)
    settings = Settings(models_dir=request.getfixturevalue("tiny_models"))
    return KokoroEngine.load(hub.folder(by_key("kokoro-82m"), settings), MACHINE)


def espeak():
    return EspeakEngine.load(None, MACHINE)


def wanted(text, voice=tts.AUTOMATIC, speed=1.0, engine=EspeakEngine):
    return tts.request(text, voice, speed, voices=engine.VOICES, limits=Limits())


def front_end_installed(voice):
    """Whether a voice's language can be read: two need packages that may be missing."""
    needed = {"ja": "fugashi", "zh": "jieba"}.get(voice.language)
    return needed is None or importlib.util.find_spec(needed) is not None


def spoken(engine, text, **how):
    return list(engine.speak(wanted(text, engine=type(engine), **how)))


def alike(one, other):
    """How alike two sounds are to an ear, 0 to 1: loudness over time, in steps of 20 ms."""
    step = one.rate // 50
    length = max(len(one.samples), len(other.samples)) // step * step + step
    loudness = [
        np.sqrt(
            (np.resize(np.pad(s.samples.astype(float), (0, length)), length) ** 2)
            .reshape(-1, step)
            .mean(axis=1)
        )
        for s in (one, other)
    ]
    return float(np.corrcoef(*loudness)[0, 1])


class TestEveryEngine:
    """The contract of the task."""

    @pytest.mark.parametrize(
        "text", ["Good morning. How are you?", "안녕하세요. 반갑습니다.", "He said 안녕. 2024년."]
    )
    def test_speaks_sentence_by_sentence_in_order(self, engine, text):
        parts = spoken(engine, text)

        assert [part.index for part in parts] == [0, 1]
        assert {part.count for part in parts} == {2}
        assert " ".join(part.text for part in parts) == text
        for part in parts:
            assert part.sound.samples.dtype == np.int16
            assert part.sound.samples.ndim == 1
            assert part.sound.rate == engine.RATE
            assert np.abs(part.sound.samples.astype(int)).max() > LOUD
            assert 0.3 < part.sound.seconds < 8

    def test_starts_match_the_sound(self, engine):
        parts = spoken(engine, "One. Two. Three.")

        ends = np.cumsum([part.sound.seconds for part in parts])
        assert [part.start_seconds for part in parts] == pytest.approx([0, *ends[:-1]])

    def test_every_voice_speaks_and_no_two_sound_alike(self, engine):
        sounds = {
            voice.key: spoken(engine, "Hello 안녕", voice=voice.key)[0].sound.samples.tobytes()
            for voice in engine.VOICES
            if front_end_installed(voice)
        }

        assert len(set(sounds.values())) == len(sounds) >= len(engine.VOICES) - 13

    def test_speed_changes_the_duration(self, engine):
        text = "The quick brown fox jumps over the lazy dog."
        slow, plain, fast = (
            join([p.sound for p in spoken(engine, text, speed=s)], engine.RATE).seconds
            for s in (0.5, 1, 2)
        )

        assert slow == pytest.approx(2 * plain, rel=0.25)
        assert fast == pytest.approx(plain / 2, rel=0.25)

    def test_the_end_is_not_clipped(self, engine):
        samples = spoken(engine, "Stop at the very last word: cat")[-1].sound.samples

        tail = samples[-int(0.2 * engine.RATE) :]
        before = samples[-int(0.7 * engine.RATE) : -int(0.2 * engine.RATE)]
        assert np.abs(tail.astype(int)).max() < LOUD
        assert np.abs(before.astype(int)).max() > LOUD

    def test_a_check_that_raises_stops_before_the_next_sentence(self, engine):
        heard = []

        def check():
            if heard:
                raise errors.Cancelled

        speaking = engine.speak(wanted("One. Two.", engine=type(engine)), check)
        heard.append(next(speaking))
        with pytest.raises(errors.Cancelled):
            next(speaking)

    def test_the_same_request_sounds_the_same(self, engine):
        first, again = (spoken(engine, "Reproduce this. 다시.") for _ in range(2))

        for one, other in zip(first, again, strict=True):
            assert alike(one.sound, other.sound) > 0.98

    def test_callers_side_by_side_do_not_mix(self, engine):
        texts = ["One two three four.", "하나 둘 셋 넷."] * 4
        alone = {text: spoken(engine, text)[0].sound for text in texts}
        assert alike(*alone.values()) < 0.95  # or this test could not fail

        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda text: spoken(engine, text)[0].sound, texts))

        for text, sound in zip(texts, together, strict=True):
            assert alike(sound, alone[text]) > 0.98

    def test_the_best_voice_of_each_language_comes_first(self, engine):
        languages = [voice.language for voice in engine.VOICES]

        assert languages == sorted(languages)
        assert {voice.label for voice in engine.VOICES} != {
            voice.label_ko for voice in engine.VOICES
        }


class TestRequest:
    """Bad input: typed errors before any work."""

    @pytest.mark.parametrize(
        ("text", "voice", "speed", "error"),
        [
            ("", "auto", 1, errors.EmptyText),
            (" \n\u200b ", "auto", 1, errors.EmptyText),
            (None, "auto", 1, errors.EmptyText),
            (["a"], "auto", 1, errors.InvalidInput),
            ("…", "auto", 1, errors.NothingToSay),
            ("a" * 10_001, "auto", 1, errors.TextTooLong),
            ("a", "nobody", 1, errors.UnknownChoice),
            ("a", "../../x", 1, errors.UnknownChoice),
            ("a", None, 1, errors.UnknownChoice),
            ("a", ["ko"], 1, errors.UnknownChoice),
            ("a", "auto", float("nan"), errors.NumberOutOfRange),
            ("a", "auto", float("inf"), errors.NumberOutOfRange),
            ("a", "auto", 0.49, errors.NumberOutOfRange),
            ("a", "auto", 2.01, errors.NumberOutOfRange),
            ("a", "auto", "1", errors.NumberOutOfRange),
            ("a", "auto", True, errors.NumberOutOfRange),
            ("a", "auto", None, errors.NumberOutOfRange),
            ("a", "auto", 10**400, errors.NumberOutOfRange),
        ],
    )
    def test_bad_input_is_a_typed_error(self, text, voice, speed, error):
        with pytest.raises(error) as raised:
            wanted(text, voice, speed)

        assert type(raised.value) is error

    def test_ten_thousand_characters_are_taken(self):
        assert len(wanted("a" * 10_000).text) == 10_000

    @pytest.mark.parametrize(
        ("text", "voice"), [("Hello", "en-us"), ("안녕", "ko"), ("7", "en-us")]
    )
    def test_the_automatic_voice_is_the_texts_language(self, text, voice):
        assert wanted(text).voice == voice


class TestEspeak:
    """The embedded engine."""

    @given(st.text(min_size=1, max_size=60))
    def test_any_text_is_spoken_or_refused_with_a_typed_error(self, text):
        try:
            parts = spoken(espeak(), text)
        except errors.InvalidInput:
            return
        assert sum(len(part.sound.samples) for part in parts) > 0

    @pytest.mark.parametrize(
        "text",
        [
            "<speak><break time='1h'/></speak> [[h@'loU]] hello",
            "It didn’t cost $3.50 on 3/4/2024, e.g. at www.example.com.",
            "🙂👨‍👩‍👧 emoji",
            "A" * 500,
        ],
    )
    def test_marked_up_and_odd_text_is_read_as_text(self, text):
        seconds = sum(part.sound.seconds for part in spoken(espeak(), text))

        assert 0.5 < seconds < 300

    def test_numbers_and_dates_are_read_out(self):
        engine = espeak()
        short = spoken(engine, "2024년 3월 15일")[0].sound.seconds

        assert short > 2  # eleven syllables; digits skipped would be half a second

    def test_it_is_much_faster_than_speech(self):
        engine = espeak()
        text = ("The quick brown fox jumps over the lazy dog. " * 220)[:10_000]
        start = time.process_time()
        seconds = sum(part.sound.seconds for part in spoken(engine, text))

        assert time.process_time() - start < seconds / 20

    def test_a_long_path_to_the_data_is_shortened(self, tmp_path):
        # The library forgets its data when their path has 160 characters or more.
        deep = tmp_path / ("d" * 100) / ("e" * 100) / "espeak-ng-data"
        deep.parent.mkdir(parents=True)
        code = f"""
import espeakng_loader, pathlib
deep = pathlib.Path({str(deep)!r})
deep.symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)
espeakng_loader.get_data_path = lambda: deep
from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
print(EspeakEngine.load(None, None).revision)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout.strip()) == (0, "1.52.0"), done.stderr

    def test_a_short_path_stays(self):
        assert short_path(Path("/data")) == Path("/data")

    def test_a_missing_package_names_the_command(self):
        code = """
import sys
sys.modules["espeakng_loader"] = None
from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
try:
    EspeakEngine.load(None, None)
except Exception as error:
    print(error.code, error.hint)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )

        assert "missing_dependency" in done.stdout
        assert "pip install espeakng-loader" in done.stdout
