"""Sound files of strangers: what is fine becomes samples, what is not gets its error."""

import io
import struct

import numpy as np
import pytest
import soundfile

from portfolio_core import errors
from portfolio_core.media import audio
from portfolio_core.settings import Limits

LIMITS = Limits()
TONE_HZ = 440


def tone(seconds, rate, channels=1):
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat(0.5 * np.sin(2 * np.pi * TONE_HZ * time)[:, None], channels, axis=1)


def wav(samples, rate, subtype="PCM_16"):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    return file.getvalue()


def pitch(sound):
    """The loudest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(sound.samples.astype(float)))
    return np.fft.rfftfreq(len(sound.samples), 1 / sound.rate)[spectrum.argmax()]


class TestRates:
    """Any rate that sound can be heard at."""

    @pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 192_000, 500_000])
    def test_it_is_kept_or_brought_down_and_the_tone_stays(self, rate):
        sound = audio.read(wav(tone(0.5, rate), rate), LIMITS)

        assert sound.rate == min(rate, 48_000)
        assert sound.seconds == pytest.approx(0.5, abs=0.01)
        assert pitch(sound) == pytest.approx(TONE_HZ, abs=5)

    @pytest.mark.parametrize("rate", [1, 100])
    def test_below_any_voice_nothing_is_heard(self, rate):
        with pytest.raises(errors.RecordingUnreadable):
            audio.read(wav(np.zeros(50), rate), LIMITS)


class TestChannels:
    """All that sounds at once is heard at once."""

    @pytest.mark.parametrize("channels", [2, 8])
    def test_they_are_mixed_into_one(self, channels):
        sound = audio.read(wav(tone(0.3, 16_000, channels), 16_000), LIMITS)

        assert sound.seconds == pytest.approx(0.3, abs=0.01)
        assert pitch(sound) == pytest.approx(TONE_HZ, abs=5)

    def test_of_more_than_any_room_has_nobody_knows_what_they_are(self):
        with pytest.raises(errors.RecordingUnreadable):
            audio.read(wav(tone(0.3, 16_000, 32), 16_000), LIMITS)

    def test_one_ear_alone_is_heard(self):
        left = tone(0.3, 16_000, 2) * [1, 0]

        assert np.abs(audio.read(wav(left, 16_000), LIMITS).samples).max() > 5_000


class TestDamage:
    """Files that say one thing and are another."""

    def test_a_header_that_promises_four_gigabytes_gives_what_is_there(self):
        content = bytearray(wav(tone(0.3, 16_000), 16_000))
        content[4:8] = content[40:44] = struct.pack("<I", 0xFFFF_FFF0)

        assert audio.read(bytes(content), LIMITS).seconds == pytest.approx(0.3, abs=0.05)

    def test_a_file_that_is_cut_off_gives_what_is_there(self):
        content = wav(tone(1, 16_000), 16_000)

        assert 0.3 < audio.read(content[: len(content) // 2], LIMITS).seconds < 0.7

    def test_what_lies_beyond_full_scale_is_clipped(self):
        loud = audio.read(wav(1e6 * tone(0.3, 16_000), 16_000, "FLOAT"), LIMITS)

        assert np.abs(loud.samples.astype(int)).max() <= 32_767

    @pytest.mark.parametrize(
        "content",
        [
            b"Dear all, the recording is attached.",
            b"#EXTM3U\nfile:///etc/passwd\n",
            b"",
            b"RIFF\x00\x00\x00\x00AVI LIST",
        ],
    )
    def test_a_text_of_any_name_is_no_sound(self, content, tmp_path):
        path = tmp_path / "speech.wav"
        path.write_bytes(content)

        with pytest.raises(errors.WrongFileType):
            audio.read(path, LIMITS)

    def test_a_header_alone_is_nothing(self):
        with pytest.raises((errors.RecordingEmpty, errors.RecordingUnreadable)):
            audio.read(wav(np.zeros(0), 16_000), LIMITS)


class TestSize:
    """No more is unpacked than may be."""

    def test_hours_of_silence_in_a_small_file_are_too_long(self):
        file = io.BytesIO()
        soundfile.write(file, np.zeros(8_000 * 3_600, np.int16), 8_000, format="FLAC")
        assert len(file.getvalue()) < LIMITS.upload_bytes

        with pytest.raises(errors.RecordingTooLong):
            audio.read(file.getvalue(), LIMITS)

    def test_many_bytes_are_not_even_read(self):
        with pytest.raises(errors.FileTooLarge):
            audio.read(wav(tone(0.3, 16_000), 16_000), Limits(upload_bytes=1_000))
