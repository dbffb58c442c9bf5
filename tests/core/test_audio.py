"""Sound: joined without loss, and readable by others as a file."""

import io
import wave

import numpy as np
import pytest
import soundfile

from portfolio_core.errors import UnknownChoice
from portfolio_core.media.audio import (
    FORMATS,
    Sound,
    audible_seconds,
    check_format,
    encode,
    join,
    limited,
    resample,
    silence,
    wav_bytes,
)


def tone(seconds, rate=22_050, hertz=440):
    wave_ = np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return Sound((12_000 * wave_).astype(np.int16), rate)


def test_joining_keeps_every_sample_in_order():
    first, second = Sound(np.arange(5, dtype=np.int16), 10), silence(0.3, 10)

    whole = join([first, second], 10)

    assert whole.samples.tolist() == [0, 1, 2, 3, 4, 0, 0, 0]
    assert whole.seconds == 0.8
    assert join([], 10).seconds == 0


def test_a_wav_file_holds_the_very_samples():
    sound = Sound(np.array([0, 1, -1, 32767, -32768], np.int16), 22_050)

    with wave.open(io.BytesIO(wav_bytes(sound))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        assert np.frombuffer(file.readframes(5), "<i2").tolist() == sound.samples.tolist()


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_last_word_is_whole_in_every_format(file_format):
    sound = join([tone(1.3), silence(0.35, 22_050)], 22_050)

    samples, rate = soundfile.read(io.BytesIO(encode(sound, file_format)))

    assert len(samples) / rate == pytest.approx(sound.seconds, abs=0.06)
    last = samples[int(1.1 * rate) : int(1.3 * rate)]
    assert np.abs(last).max() > 0.25  # the last 200 ms of the tone are there
    assert np.abs(samples[int(1.4 * rate) : int(1.6 * rate)]).max() < 0.02


def test_an_unknown_format_is_a_typed_error():
    with pytest.raises(UnknownChoice):
        check_format("../x")


def test_resampling_keeps_pitch_and_duration():
    sound = resample(tone(1), 24_000)

    assert sound.rate == 24_000
    assert sound.seconds == pytest.approx(1, abs=0.001)
    spectrum = np.abs(np.fft.rfft(sound.samples))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)
    assert resample(sound, 24_000) is sound


def test_audible_seconds_ends_with_the_last_sound():
    assert audible_seconds(join([tone(0.5), silence(2, 22_050)], 22_050)) == pytest.approx(
        0.5, 0.01
    )
    assert audible_seconds(silence(1, 8000)) == 0


def test_too_loud_is_scaled_not_clipped():
    loud = limited(np.array([0.0, 2.0, -1.0]), 8000)

    assert loud.samples.tolist() == [0, 32_767, -16_383]
    assert limited(np.array([0.5]), 8000).samples.tolist() == [16_383]
