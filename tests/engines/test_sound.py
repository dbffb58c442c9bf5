"""How the embedded voices sound: pace, loudness, pitch, silence; and that the check can fail.

Recognisers that need no download read espeak-ng too badly to judge it, so this measures what
makes sound speech: so many phonemes a second, energy that rises and falls, a pitch in a human
range that moves, breath between sentences, and no clipping.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from portfolio_core.engines.text_to_speech import SpeechRequest
from portfolio_core.engines.text_to_speech.espeak import EspeakEngine
from portfolio_core.hardware import detect
from portfolio_core.media.audio import audible_seconds, join
from portfolio_core.settings import Settings

TEXTS = {
    "en": "The quick brown fox jumps over the lazy dog. She sells sea shells by the shore.",
    "ko": "안녕하세요, 만나서 반갑습니다. 오늘은 날씨가 맑고 바람이 붑니다.",
}
FRAME_SECONDS = 0.03
QUIET = 0.02  # of full scale
MARKS = set("ˈˌː()-, .?!enuskogb")  # stress, length and the names of languages


@dataclass(frozen=True)
class Heard:
    """What was measured of a sound."""

    seconds_per_phoneme: float
    loudness: float  # root mean square over the voiced parts, of full scale
    swing: float  # how much the loudness varies, as its deviation over its mean
    pitch: float  # median, hertz
    pitch_range: float  # 10th to 90th percentile, in semitones
    longest_silence: float  # seconds, between the first and the last sound
    clipped: float  # share of samples at full scale


def measure(samples, rate, phonemes):
    """Measure a sound: float samples, full scale at 1."""
    step = int(FRAME_SECONDS * rate)
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loud = np.sqrt((frames**2).mean(axis=1))
    voiced = frames[loud > QUIET]
    pitches = np.array([p for p in (pitch_of(frame, rate) for frame in voiced) if p])
    heard = np.flatnonzero(loud > QUIET)
    gaps = np.diff(heard) * FRAME_SECONDS
    low, middle, high = np.percentile(pitches, [10, 50, 90]) if len(pitches) else (1, 0, 1)
    return Heard(
        len(voiced) * FRAME_SECONDS / max(1, phonemes),
        float(np.sqrt((voiced**2).mean())) if len(voiced) else 0.0,
        float(loud[loud > QUIET].std() / loud[loud > QUIET].mean()) if len(voiced) else 0.0,
        float(middle),
        float(12 * np.log2(high / low)),
        float(gaps.max(initial=0.0)),
        float((np.abs(samples) >= 32_767 / 32_768).mean()),
    )


def pitch_of(frame, rate):
    """Return the pitch of a voiced frame by its autocorrelation, hertz; None for noise."""
    frame = frame - frame.mean()
    similar = np.correlate(frame, frame, "full")[len(frame) - 1 :]
    shortest, longest = rate // 400, rate // 60
    at = shortest + int(np.argmax(similar[shortest:longest]))
    return rate / at if similar[at] > 0.4 * similar[0] else None


def verdict(heard):
    """Return what is wrong with a sound that should be speech."""
    checks = {
        "pace": 0.03 < heard.seconds_per_phoneme < 0.2,
        "loudness": 0.03 < heard.loudness < 0.5,
        "swing": 0.2 < heard.swing < 1.5,
        "pitch": 60 < heard.pitch < 350,
        "melody": 1 < heard.pitch_range < 24,
        "breath": 0.25 < heard.longest_silence < 0.8,
        "clipping": heard.clipped < 0.001,
    }
    return [name for name, fine in checks.items() if not fine]


def spoken(voice):
    engine = EspeakEngine.load(None, detect(Settings()))
    parts = list(engine.speak(SpeechRequest(TEXTS[voice.language], voice.key, 1.0)))
    phonemes = sum(len(set_of_sounds(part.phonemes)) for part in parts)
    sound = join([part.sound for part in parts], engine.RATE)
    return sound.samples / 32_768, sound.rate, phonemes


def set_of_sounds(phonemes):
    return [sign for sign in phonemes if sign.isalpha() or sign not in MARKS]


@pytest.mark.parametrize("voice", EspeakEngine.VOICES, ids=lambda voice: voice.key)
def test_every_voice_sounds_like_speech(voice):
    heard = measure(*spoken(voice))

    assert verdict(heard) == [], heard


@pytest.fixture(scope="module")
def speech():
    return spoken(EspeakEngine.VOICES[0])


class TestTheCheckCanFail:
    """Each of these would have to be found."""

    @pytest.mark.parametrize(
        ("harm", "found"),
        [
            (lambda s, r: np.zeros_like(s), "loudness"),
            (lambda s, r: np.clip(s * 40, -1, 1), "clipping"),
            (lambda s, r: np.sin(2 * np.pi * 150 * np.arange(len(s)) / r) * 0.3, "melody"),
            (lambda s, r: np.random.default_rng(1).normal(0, 0.1, len(s)), "pitch"),
            (lambda s, r: s[np.abs(s) > 0.02], "breath"),
            (lambda s, r: s[::5], "pace"),
            (lambda s, r: np.insert(s, len(s) // 3, np.zeros(2 * r)), "breath"),
            (lambda s, r: s * 0.05, "loudness"),
        ],
        ids=["silence", "clipped", "a tone", "noise", "no pause", "too fast", "a hole", "faint"],
    )
    def test_harm_is_found(self, speech, harm, found):
        samples, rate, phonemes = speech

        assert found in verdict(measure(harm(samples, rate), rate, phonemes))


def test_a_sentence_ends_in_silence_not_in_a_word():
    engine = EspeakEngine.load(None, detect(Settings()))

    for part in engine.speak(SpeechRequest("One cat. Two cats.", "en-us", 1.0)):
        assert part.sound.seconds - audible_seconds(part.sound) == pytest.approx(0.35, abs=0.05)
