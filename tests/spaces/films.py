"""What the tests of the Space image-voice-captioning send: clips, voices and pictures."""

import io

import numpy as np
from PIL import Image
from tests.engines.hearing import RATE, SENTENCES, silence, spoken
from tests.media.drawn_clips import clip, still

from portfolio_core.media.audio import Sound, wav_bytes

SAID = "My brother bought a new house near the river last summer."
STARTS = 0.6  # seconds
CUT, ENDS = 5.0, 9.0  # where the second picture begins, and the end
HEARD = ("brother", "house", "river", "summer")  # most of them are understood


def voice():
    """Return the sentence with silence around it, as a WAV file, and where the words end."""
    words = spoken(SAID)
    end = STARTS + len(words) / RATE
    samples = np.concatenate([silence(STARTS), words, silence(ENDS - end)])
    return wav_bytes(Sound((samples * 32_767).astype(np.int16), RATE)), end


def foreign_voice():
    """Return speech that is no English, a sentence backwards, as a WAV file."""
    samples = spoken(SENTENCES[0])[::-1]
    return wav_bytes(Sound((samples * 32_767).astype(np.int16), RATE))


def film():
    """Return an MP4 of two pictures; in the first somebody speaks."""
    samples = np.frombuffer(voice()[0][44:], "<i2")
    return clip(_pictures(), samples)


def silent_film():
    """Return the same without a sound track."""
    return clip(_pictures())


def photo():
    """Return a drawn picture as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(still(3, 1, fps=1)[0][1]).save(file, "PNG")
    return file.getvalue()


def understood(text):
    """Return whether most of the sentence is in ``text``, whatever else was heard."""
    return sum(word in text.lower() for word in HEARD) >= len(HEARD) - 1


def _pictures():
    return still(1, CUT, fps=10) + still(2, ENDS - CUT, fps=10)
