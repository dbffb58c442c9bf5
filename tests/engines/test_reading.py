"""A whole text read aloud: the right voice for each sentence, pauses, captions."""

import pytest

from portfolio_core import errors
from portfolio_core.catalog import MODELS, engine_class
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import reading
from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
from portfolio_core.hardware import detect
from portfolio_core.settings import Limits, Settings
from portfolio_core.text.script import Pause

ENGINES = {model.key: engine_class(model) for model in MODELS if tts.TASK in model.tasks}
BOTH = reading.Cast(dict(sorted(ENGINES.items(), reverse=True)))  # Kokoro first
ALONE = reading.Cast({"espeak-ng": EspeakEngine})


def planned(text, voice="auto", speakers="", *, cast=BOTH, as_written=False):
    wanted = reading.wish(text, voice, 1.0, speakers, as_written, cast=cast, limits=Limits())
    return reading.plan(wanted, cast)


def voices(text, voice="auto", **how):
    said = planned(text, voice, **how)
    return [(item.voice, item.engine) for item in said if isinstance(item, reading.Utterance)]


class TestVoices:
    def test_auto_takes_the_best_voice_of_each_sentences_language(self):
        assert voices("Hello there. 안녕하세요.") == [
            ("af_heart", "kokoro-82m"),
            ("ko", "espeak-ng"),
        ]
        assert voices("Hello there. 안녕하세요.", cast=ALONE) == [
            ("en-us", "espeak-ng"),
            ("ko", "espeak-ng"),
        ]

    def test_kokoro_leaves_korean_to_espeak(self):
        assert voices("Hello. 안녕하세요. Bye.", "af_bella") == [
            ("af_bella", "kokoro-82m"),
            ("ko", "espeak-ng"),
            ("af_bella", "kokoro-82m"),
        ]

    def test_espeaks_own_voices_read_both(self):
        assert voices("Hello. 안녕하세요.", "en-gb") == [("en-gb", "espeak-ng")] * 2

    def test_a_mix_of_kokoros_voices_is_one_voice(self):
        mix = "af_heart(0.7)+af_bella(0.3)"

        assert voices("Hello.", mix) == [(mix, "kokoro-82m")]

    @pytest.mark.parametrize(
        "voice", ["nobody", "../../x", "en-us+ko", "af_heart+ef_dora", "af_heart(", None, 3, ["ko"]]
    )
    def test_what_is_no_voice_is_refused(self, voice):
        with pytest.raises(errors.UnknownChoice):
            planned("Hello.", voice)

    def test_speakers_have_their_voices(self):
        text = "ANNA: Hello.\n민수: 안녕하세요.\n\nThe end."

        assert voices(text, "bm_george", speakers="ANNA: af_sky\n민수: ko-deep") == [
            ("af_sky", "kokoro-82m"),
            ("ko-deep", "espeak-ng"),
            ("bm_george", "kokoro-82m"),
        ]

    @pytest.mark.parametrize("lines", ["ANNA", "ANNA: nobody", "ko"])
    def test_lines_that_give_no_voice_are_refused(self, lines):
        with pytest.raises(errors.UnknownChoice):
            planned("Hello.", speakers=lines)

    def test_found_speakers_get_voices_of_their_own(self):
        text = "ANNA: Hi!\n민수: 안녕!\nANNA: Bye."

        lines = ALONE.propose(text, "ANNA: en-gb")

        assert lines == "ANNA: en-gb\n민수: ko"
        assert voices(text, speakers=lines, cast=ALONE)[0] == ("en-gb", "espeak-ng")

    def test_every_language_has_a_name(self):
        assert {voice.language for voice in BOTH.voices} <= reading.LANGUAGES.keys()


class TestWords:
    def said(self, text, voice="auto", **how):
        plan = planned(text, voice, **how)
        return [item.spoken for item in plan if isinstance(item, reading.Utterance)]

    def test_numbers_are_said_in_the_sentences_language(self):
        assert self.said("It cost $3.50. 3시입니다.") == [
            "It cost three dollars and fifty cents.",
            "세 시입니다.",
        ]

    def test_as_written_leaves_them_alone(self):
        assert self.said("It cost $3.50.", as_written=True) == ["It cost $3.50."]

    def test_other_languages_are_left_alone(self):
        assert self.said("Cuesta 3 euros.", "ef_dora") == ["Cuesta 3 euros."]

    def test_a_pronunciation_reaches_only_an_engine_that_follows_it(self):
        text = "[Kokoro](/kˈOkəɹO/) speaks."

        assert self.said(text, "af_heart") == [text]
        assert self.said(text, "en-us") == ["Kokoro speaks."]

    @pytest.mark.parametrize("text", ["[pause 1s]", "…", "[pause 1s] …"])
    def test_nothing_to_say_is_a_typed_error(self, text):
        with pytest.raises(errors.NothingToSay):
            planned(text)

    def test_pauses_stand_between_the_sentences(self):
        plan = planned("[pause 1s]One. [pause 500ms] Two.\n\nThree.")

        assert [i.seconds if isinstance(i, Pause) else i.text for i in plan] == [
            1.0,
            "One.",
            0.5,
            "Two.",
            pytest.approx(0.8),
            "Three.",
        ]


@pytest.fixture(scope="module")
def espeak():
    return {"espeak-ng": EspeakEngine.load(None, detect(Settings()))}


class TestReading:
    def read(self, espeak, text, rate=22_050, check=lambda: None, **how):
        plan = planned(text, cast=ALONE, **how)
        return list(reading.read(plan, 1.0, espeak, rate, check))

    def test_captions_match_the_sound(self, espeak):
        parts = self.read(espeak, "[pause 1s]One cat. [pause 2s] Two cats.")

        first, second = reading.cues(parts)
        assert (first.text, second.text) == ("One cat.", "Two cats.")
        assert first.start_seconds == pytest.approx(1.0)
        assert 0.3 < first.end_seconds - first.start_seconds < 1.5
        assert second.start_seconds - first.end_seconds == pytest.approx(2.35, abs=0.1)

    def test_all_parts_have_the_wanted_rate_and_follow_each_other(self, espeak):
        parts = self.read(espeak, "One. [pause 1s] Two.", rate=24_000)

        assert {part.sound.rate for part in parts} == {24_000}
        start = 0.0
        for part in parts:
            assert part.start_seconds == pytest.approx(start)
            start += part.sound.seconds
        assert [part.index for part in parts if part.text] == [0, 1]
        assert {part.count for part in parts} == {2}

    def test_a_check_that_raises_ends_it(self, espeak):
        def check():
            raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            self.read(espeak, "One.", check=check)
