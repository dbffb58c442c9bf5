"""Sound: joined without loss, and readable by others as a file."""

import io
import wave

import numpy as np

from portfolio_core.media.audio import Sound, join, silence, wav_bytes


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
