"""PocketSphinx with the English model of its wheel: nothing is downloaded.

A small recogniser of an older make: it knows 134,000 English words, no punctuation, no capitals
and no other language. Read clearly it gets one word in ten wrong, read aloud from a novel one in
four; what it is sure of is right far more often, and it says how sure it is. Of another language
it makes English words, of which it may be quite sure; but they sound unlike what was heard.

Source: https://pocketsphinx.readthedocs.io
"""

import re
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from portfolio_core.engines.speech_to_text import Segment, SpeechToTextRequest, Word
from portfolio_core.engines.speech_to_text.activity import Activity, heard_until, seconds, signal_of
from portfolio_core.engines.speech_to_text.ambience import RATE_HZ, Signal
from portfolio_core.errors import MissingDependency
from portfolio_core.hardware import Hardware

_FRAMES_PER_SECOND = 100
_LANGUAGE = "en"
_FULL_SCALE = 32_767
# Sentence marks, silence and noises among the words; and which pronunciation was heard.
_NO_WORD = ("<", "[", "+")
_PRONUNCIATION = re.compile(r"\(\d+\)$")
_SHORTEST_FRAMES = 5
"""Of a word: its model can be passed in three, one a state, but nobody says even "a" as fast."""
# Its posterior probability of a word, and how often such a word was right: 600 words of four
# synthetic voices and three readers. The probability itself is far too modest.
_SAID = (0.0, 0.05, 0.2, 0.5, 0.9, 1.0)
_RIGHT = (0.25, 0.45, 0.58, 0.85, 0.92, 0.97)
_DOUBTFUL = 0.45
"""Mean of that probability below which it may be another language, or noise over the speech."""
# How well the sound of the words fits what was heard: the mean of the logarithm of a frame's
# likelihood over that of its likeliest sound. Clear English has -2.1 to -3.1 (30 recordings, four
# readers and four synthetic voices), with noise at 20 dB -3.5; a Korean reader has -5.0, with
# noise -3.6 to -4.7, while his words' probability is that of good English; speech played backwards
# has -3.7 to -5.2. Of English in so much noise that it falls below, four words in five are wrong.
_FITS = -3.8
_LEAST = np.finfo(float).tiny  # a long word's likelihood may be less than a number can be


class PocketSphinxEngine:
    """Writes down clear English, in lower case."""

    KEY: ClassVar[str] = "pocketsphinx-en"
    LANGUAGES: ClassVar[tuple[str, ...]] = (_LANGUAGE,)
    TRANSLATES: ClassVar[bool] = False

    def __init__(self, decoder: Any, activity: Activity) -> None:  # noqa: ANN401 - it has no types
        """Use a decoder; :meth:`load` makes one."""
        self._decoder = decoder
        self._activity = activity
        self.revision = f"{version('pocketsphinx')}, {activity.revision}"

    @classmethod
    def load(
        cls,
        folder: Path | None,  # noqa: ARG003 - the wheel carries all there is
        hardware: Hardware,  # noqa: ARG003 - it takes one thread
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003
    ) -> Self:
        """Load the models of the wheels; see :class:`SpeechToTextEngine`."""
        try:
            from pocketsphinx import Decoder
        except ImportError:
            raise MissingDependency("pocketsphinx", "pip install pocketsphinx") from None
        return cls(Decoder(samprate=RATE_HZ, loglevel="FATAL"), Activity.load())

    def transcribe(
        self, wanted: SpeechToTextRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Segment]:
        """Yield the segments; see :class:`SpeechToTextEngine`."""
        signal = signal_of(wanted.sound)
        stretches = self._activity.stretches(signal)
        for number, (kind, first, after) in enumerate(stretches):
            start, end = (seconds(place, signal, wanted.sound) for place in (first, after))
            if kind == "speech":
                check()
                parts = self._decoded(signal[first:after])
                yield self._written(_said(parts, heard_until(stretches, number)), start, end)
            else:
                yield Segment(kind, start, end)

    def _written(self, parts: list[Any], start: float, end: float) -> Segment:
        if not parts:  # a cough or a laugh
            return Segment("noise", start, end)
        words = tuple(_word(part, start, end) for part in parts)
        text = " ".join(word.text for word in words)
        if _fit(parts) < _FITS:
            return Segment("speech", start, end, text, words, "", "not_understood")
        doubtful = np.mean([part.prob for part in parts]) < _DOUBTFUL
        return Segment("speech", start, end, text, words, _LANGUAGE, "doubtful" if doubtful else "")

    def _decoded(self, signal: Signal) -> list[Any]:
        decoder = self._decoder
        decoder.reinit_feat()  # forgets the noise of what was heard before
        decoder.start_utt()
        decoder.process_raw((signal * _FULL_SCALE).astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        return [part for part in decoder.seg() if not part.word.startswith(_NO_WORD)]


def _said(parts: list[Any], until: float) -> list[Any]:
    """Return the words that somebody said: of a possible length, and not after the speech.

    Of the music that follows speech for a moment, the recogniser would make a word.

    Args:
        parts: Words of one stretch.
        until: Seconds after its start to which speech is heard; the middle of a word is before.
    """
    return [
        part
        for part in parts
        if part.end_frame - part.start_frame + 1 >= _SHORTEST_FRAMES
        and (part.start_frame + part.end_frame + 1) / 2 / _FRAMES_PER_SECOND <= until
    ]


def _fit(parts: list[Any]) -> float:
    """Return how well the words sound like what was heard, 0 at best; see :data:`_FITS`."""
    frames: int = sum(part.end_frame - part.start_frame + 1 for part in parts)
    return float(sum(np.log(max(part.ascore, _LEAST)) for part in parts)) / frames


def _word(part: Any, start: float, end: float) -> Word:  # noqa: ANN401 - it has no types
    return Word(
        _PRONUNCIATION.sub("", part.word),
        start + part.start_frame / _FRAMES_PER_SECOND,
        min(end, start + (part.end_frame + 1) / _FRAMES_PER_SECOND),
        float(np.interp(part.prob, _SAID, _RIGHT)),
    )
